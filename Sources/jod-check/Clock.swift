import Glibc
import JodCore

/// The only place that reads a clock.
enum Clock {
  static func now() -> Now {
    let boot = seconds(CLOCK_BOOTTIME)
    let bootID = Files.text("/proc/sys/kernel/random/boot_id", limit: 100).map(Printable.trimmed) ?? "unknown"
    let moment = Moment(wall: seconds(CLOCK_REALTIME), boot: boot, bootID: bootID)
    return Now(moment: moment, uptime: boot - (startOfUserspace() ?? 0))
  }

  /// A time of the wall clock for people here: `18:02`, with its date if that is not today's.
  static func text(_ wall: Seconds) -> String {
    let (then, today) = (local(wall), local(seconds(CLOCK_REALTIME)))
    let clock = "\(pad(then.tm_hour)):\(pad(then.tm_min))"
    if then.tm_year == today.tm_year, then.tm_yday == today.tm_yday { return clock }
    return "\(then.tm_year + 1900)-\(pad(then.tm_mon + 1))-\(pad(then.tm_mday)) \(clock)"
  }

  static func seconds(_ clock: clockid_t) -> Seconds {
    var time = timespec()
    clock_gettime(clock, &time)
    return Seconds(time.tv_sec) + Seconds(time.tv_nsec) / 1e9
  }

  /// When process 1 started, on the boot clock: a container's own start, while its boot clock is the host's.
  /// Field 22 of proc(5)'s `stat`, in clock ticks; nil where other users' processes are hidden.
  private static func startOfUserspace() -> Seconds? {
    guard let stat = Files.text("/proc/1/stat", limit: 4096), let end = stat.lastIndex(of: ")") else {
      return nil
    }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let ticks = Seconds(fields[19]) else { return nil }
    return ticks / Seconds(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func local(_ wall: Seconds) -> tm {
    var time = time_t(max(-1e11, min(1e11, wall)))
    var parts = tm()
    localtime_r(&time, &parts)
    return parts
  }

  private static func pad(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
