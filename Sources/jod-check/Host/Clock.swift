import CLinux
import Glibc
import JodCore

/// The only place that reads a clock.
enum Clock {
  static func now() -> Now {
    let boot = seconds(CLOCK_BOOTTIME)
    let moment = Moment(wall: seconds(CLOCK_REALTIME), boot: boot, bootID: bootID)
    return Now(moment: moment, uptime: uptime(moment), isSynchronised: isSynchronised)
  }

  /// A time of the wall clock for people here: `18:02`, with its date if that is not today's, nor that of this night.
  static func text(_ wall: Seconds) -> String {
    let now = seconds(CLOCK_REALTIME)
    let (then, today) = (local(wall), local(now))
    if (0...thisNight).contains(wall - now) { return timeOfDay(wall) }
    if then.tm_year == today.tm_year, then.tm_yday == today.tm_yday { return timeOfDay(wall) }
    return "\(then.tm_year + 1900)-\(pad(then.tm_mon + 1))-\(pad(then.tm_mday)) \(timeOfDay(wall))"
  }

  /// What is so near ahead is called by its time alone, in seconds.
  private static let thisNight: Seconds = 12 * 3600

  /// `18:02`
  static func timeOfDay(_ wall: Seconds) -> String {
    let then = local(wall)
    return "\(pad(then.tm_hour)):\(pad(then.tm_min))"
  }

  /// How long it is until a time of day comes next here, in seconds; `time` is seconds since midnight.
  static func seconds(untilTimeOfDay time: Seconds) -> Seconds {
    let now = seconds(CLOCK_REALTIME)
    var day = local(now)
    (day.tm_hour, day.tm_min, day.tm_sec) = (Int32(time) / 3600, Int32(time) / 60 % 60, 0)
    // Whether summer time is in force by then is the C library's to find out.
    day.tm_isdst = -1
    let today = Seconds(mktime(&day))
    if today > now { return today - now }
    day.tm_mday += 1
    day.tm_isdst = -1
    return Seconds(mktime(&day)) - now
  }

  /// What the clocks here show within a bit more than a week of now.
  static func localTime(around now: Seconds = seconds(CLOCK_REALTIME)) -> LocalTime {
    let (day, now) = (86400.0, now.rounded())
    func offset(_ wall: Seconds) -> Seconds { Seconds(local(wall).tm_gmtoff) }
    var time = now - 9 * day
    var found = LocalTime(offset: offset(time))
    while time < now + 9 * day {
      let (before, after) = (offset(time), offset(time + day))
      if before != after {
        var (low, high) = (time, time + day)
        while high - low > 1 {
          let middle = ((low + high) / 2).rounded()
          if offset(middle) == before { low = middle } else { high = middle }
        }
        found.changes.append(LocalTime.Change(at: high, offset: after))
      }
      time += day
    }
    return found
  }

  /// The last days here, today last. A day begins when the local clock shows its midnight, or the first time after that
  /// where summer time leaves midnight out.
  static func days(_ count: Int) -> [LocalDay] {
    let today = local(seconds(CLOCK_REALTIME))
    func midnight(_ offset: Int32) -> tm {
      var day = tm()
      (day.tm_year, day.tm_mon, day.tm_mday) = (today.tm_year, today.tm_mon, today.tm_mday + offset)
      day.tm_isdst = -1
      _ = mktime(&day)
      return day
    }
    return (1 - Int32(count)...0).map { offset in
      var (start, end) = (midnight(offset), midnight(offset + 1))
      let date = "\(start.tm_year + 1900)-\(pad(start.tm_mon + 1))-\(pad(start.tm_mday))"
      let day = "\(weekdays[Int(start.tm_wday)]) \(pad(start.tm_mday))"
      let month = months[Int(start.tm_mon)]
      return LocalDay(
        date: date, day: day, month: month, start: Seconds(mktime(&start)), end: Seconds(mktime(&end)))
    }
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func seconds(_ clock: clockid_t) -> Seconds {
    var time = timespec()
    clock_gettime(clock, &time)
    return Seconds(time.tv_sec) + Seconds(time.tv_nsec) / 1e9
  }

  /// Whether the wall clock is known to be right: the kernel says so (adjtimex(2)). The service's sandbox does not let it
  /// be asked; there it is known of systemd-timesyncd alone, by its mark (systemd-timesyncd.service(8)).
  private static let isSynchronised: Bool = {
    var status = timex()
    let state = adjtimex(&status)
    return state < 0 ? access("/run/systemd/timesync/synchronized", F_OK) == 0 : state != TIME_ERROR
  }()

  private static let bootID = Boot.id(
    runtimeDirectory: getenv("RUNTIME_DIRECTORY").map { String(cString: $0) } ?? Identity.runtimeDirectory,
    kernel: kernelBootID)

  /// The boot's id as the kernel has it at this place.
  static let kernelBootID =
    Files.text("/proc/sys/kernel/random/boot_id", limit: 100).map(Printable.trimmed) ?? "unknown"

  /// How long this system's userspace has been up, in seconds.
  ///
  /// A container shares its host's boot clock. Its process 1 writes this file as it starts, and only in a container
  /// (systemd's interface for them); process 1 itself is hidden from the service. What the file's time says is believed as
  /// far as the boot clock allows it.
  static func uptime(_ moment: Moment, container: String = "/run/systemd/container") -> Seconds {
    var status = stat()
    guard stat(container, &status) == 0 else { return moment.boot }
    let began = Seconds(status.st_mtim.tv_sec) + Seconds(status.st_mtim.tv_nsec) / 1e9
    return min(moment.boot, max(0, moment.wall - began))
  }

  private static func local(_ wall: Seconds) -> tm {
    var time = time_t(max(-1e11, min(1e11, wall)))
    var parts = tm()
    localtime_r(&time, &parts)
    return parts
  }

  private static func pad(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
