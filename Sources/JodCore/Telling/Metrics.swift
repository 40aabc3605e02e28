/// What `GET /metrics` answers, in Prometheus' text format (version 0.0.4). Seconds throughout.
///
/// Names of people and devices are left to the page: they are anybody's to choose, and each new one would be a new series.
public struct Metrics: Sendable {
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  public private(set) var text = ""

  /// - Parameters:
  ///   - memory: as the last check left it.
  ///   - status: as made of the same memory.
  public init(_ memory: Memory, _ status: Status, watts: Configuration.Watts?, version: String) {
    let (state, counters) = (memory.state, memory.state.counters)
    let check = memory.runtime.lastCheck
    gauge("jod_check_info", "The version of jod-check.", [(["version": version], 1)])
    gauge(
      "jod_check_last_check_timestamp_seconds", "When the last check was made.", check.map { $0.at.wall })
    gauge(
      "jod_check_trouble", "Whether the last check met trouble (1) or not (0).",
      check.map { _ in status.trouble == nil ? 0 : 1 })
    gauge(
      "jod_check_storage_state", "What the storage server is doing: 1 for the state it is in.",
      Status.StorageState.allCases.map { (["state": $0.rawValue], status.storage.state == $0 ? 1 : 0) })
    gauge(
      "jod_check_storage_on", "Whether the storage server is on (1) or off (0), where that is known.",
      counters.power.power == .unknown ? nil : counters.power.power == .on ? 1 : 0)
    gauge(
      "jod_check_active", "Whether somebody is active (1) or not (0), where Jellyfin said so.",
      status.activity.active.map { $0 ? 1 : 0 })
    gauge(
      "jod_check_active_sessions", "Active sessions by what they do, where Jellyfin said so.",
      check?.active.map { active in
        ActiveSession.Kind.allCases.map { kind in
          (["kind": kind.rawValue], Double(active.count { $0.kind == kind }))
        }
      } ?? [])
    gauge(
      "jod_check_idle_seconds", "How long nobody has been active, as far as checks witnessed it.",
      check?.active.map { _ in memory.runtime.idle?.seconds ?? 0 })
    gauge(
      "jod_check_hold_until_timestamp_seconds", "When the hold in force ends.", state.hold.map(\.until))
    gauge(
      "jod_check_last_wake_request_timestamp_seconds", "When the last wake request was sent.",
      state.requests.latest.map(\.wall))
    counter(
      "jod_check_wake_requests_total", "Wake requests that were sent.", [([:], Double(counters.wakeRequests))]
    )
    counter(
      "jod_check_wakes_total", "Wakes: attempts to get the storage server ready, of one or more requests.",
      [([:], Double(counters.wakes))])
    counter(
      "jod_check_poweroffs_total", "Power-offs that the storage server accepted.",
      [([:], Double(counters.powerOffs))])
    counter(
      "jod_check_poweroffs_refused_total", "Power-offs that the storage server refused, being busy.",
      [([:], Double(counters.refusedPowerOffs))])
    counter(
      "jod_check_failures_total", "What went wrong, each time that it began.",
      [
        ("jellyfin", counters.jellyfinFailures), ("key", counters.keyRejections),
        ("packet", counters.packetFailures), ("poweroff", counters.failedPowerOffs),
        ("wake", counters.failedWakes),
      ].map { (["kind": $0], Double($1)) })
    histogram(
      "jod_check_time_to_ready_seconds",
      "From the first request of a wake until the storage server was ready.",
      counters.timeToReady)
    let total = check.flatMap { counters.power.total(until: $0.at) }
    counter(
      "jod_check_storage_seconds_total", "How long the storage server was seen on and off.",
      total.map { [(["state": "on"], $0.on), (["state": "off"], $0.off)] } ?? [])
    gauge(
      "jod_check_storage_watts", "The power of the storage server, as configured.",
      watts.map { [(["state": "on"], $0.on), (["state": "off"], $0.off)] } ?? [])
  }

  // MARK: The format

  private typealias Sample = (labels: [String: String], value: Double)

  private mutating func gauge(_ name: String, _ help: String, _ value: Double?) {
    gauge(name, help, value.map { [([:], $0)] } ?? [])
  }

  private mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
    family(name, "gauge", help, samples.map { (name, $0) })
  }

  private mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
    family(name, "counter", help, samples.map { (name, $0) })
  }

  private mutating func histogram(_ name: String, _ help: String, _ times: TimeToReady) {
    var count = 0
    var samples: [(String, Sample)] = []
    let bounds = TimeToReady.bounds.map(Self.number) + ["+Inf"]
    for (bound, inBucket) in zip(bounds, times.counts) {
      count += inBucket
      samples.append(("\(name)_bucket", (["le": bound], Double(count))))
    }
    samples += [("\(name)_sum", ([:], times.sum)), ("\(name)_count", ([:], Double(count)))]
    family(name, "histogram", help, samples)
  }

  /// A family of which nothing is known is left out whole.
  private mutating func family(_ name: String, _ type: String, _ help: String, _ samples: [(String, Sample)])
  {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    for (name, sample) in samples {
      let labels = sample.labels.sorted { $0.key < $1.key }.map { "\($0)=\"\(Self.escaped($1))\"" }
      let braces = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
      text += "\(name)\(braces) \(Self.number(sample.value))\n"
    }
  }

  /// A label's value, as the format has it between its quotes.
  static func escaped(_ value: String) -> String {
    var escaped = ""
    // By scalars: a line end may hide in a character of two.
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": escaped += #"\\"#
      case "\"": escaped += #"\""#
      case "\n": escaped += #"\n"#
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// To the millisecond, without a fraction of zero.
  static func number(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
  }
}
