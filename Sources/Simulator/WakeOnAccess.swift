import JodCore

/// jod-check with `STORAGE_MOUNTS` set: an opened file wakes the storage server as well.
protocol AccessPolicy: Policy {
  var program: ThisProgram { get set }
  /// Whether Jellyfin scans by its own schedule, and so opens files while the storage is off.
  static var scansBySchedule: Bool { get }
}

extension AccessPolicy {
  static var program: ThisProgram {
    get throws { try ThisProgram(variables: ["STORAGE_MOUNTS": "/srv/media"]) }
  }

  /// Who waits for a file says so once a second, so a check knows of them.
  public mutating func check(_ glance: Glance) -> Deed {
    let isAwaited = glance.viewers.contains { $0.doing == .waiting }
    if isAwaited, program.opened(glance) { return .wake }
    return program.check(glance)
  }

  public mutating func settle(isAccepted: Bool, _ glance: Glance) {
    program.settle(isAccepted: isAccepted, glance)
  }

  public mutating func touched(by cause: Touch, _ glance: Glance) -> Bool {
    (cause != .scan || Self.scansBySchedule) && program.opened(glance)
  }

  public var restsFor: Seconds { program.restsFor }
}

/// As Jellyfin comes: it scans every twelve hours.
public struct WakeOnAccess: AccessPolicy {
  public static let name = "jod-check with wake on access"
  static let scansBySchedule = true
  var program: ThisProgram

  public init(_ home: Home) throws { program = try Self.program }
}

/// As the manual has it: the scan's own triggers are taken away.
public struct WakeOnAccessWithoutScans: AccessPolicy {
  public static let name = "the same, no scans by schedule"
  static let scansBySchedule = false
  var program: ThisProgram

  public init(_ home: Home) throws { program = try Self.program }
}
