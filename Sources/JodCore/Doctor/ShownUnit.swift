/// A unit as systemd has it, drop-ins included: what `systemctl show` prints.
public struct ShownUnit: Hashable, Sendable {
  private let properties: [String: String]

  /// Those that are read here.
  public static let names =
    "Id,LoadState,ActiveState,FragmentPath,Requires,PartOf,WantedBy,RequiredBy,LazyUnmount,ForceUnmount,StartLimitIntervalUSec"

  /// Reads what is printed of one unit.
  public init(_ text: String) {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      guard let equals = line.firstIndex(of: "=") else { return nil }
      return (String(line[..<equals]), String(line[equals...].dropFirst()))
    }
    properties = Dictionary(pairs) { first, _ in first }
  }

  /// Reads what is printed of several, by their names: an empty line stands between two.
  public static func all(_ text: String) -> [String: ShownUnit] {
    var units: [String: ShownUnit] = [:]
    var lines = ""
    func add() {
      let unit = ShownUnit(lines)
      if !unit.name.isEmpty { units[unit.name] = unit }
      lines = ""
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        add()
      } else {
        lines += "\(line)\n"
      }
    }
    add()
    return units
  }

  public var name: String { properties["Id"] ?? "" }
  public var isLoaded: Bool { properties["LoadState"] == "loaded" }
  /// Whether a file makes it, and not the mount table alone.
  public var hasFile: Bool { properties["FragmentPath"]?.isEmpty == false }
  public var isActive: Bool { properties["ActiveState"] == "active" }
  public var hasFailed: Bool { properties["ActiveState"] == "failed" }
  public var isLazy: Bool { properties["LazyUnmount"] == "yes" }
  public var isForced: Bool { properties["ForceUnmount"] == "yes" }
  /// Whether a number of starts ends all further ones.
  public var isLimited: Bool { !["0", nil].contains(properties["StartLimitIntervalUSec"]) }

  public func requires(_ unit: String) -> Bool { list("Requires").contains(unit) }
  public func isPart(of unit: String) -> Bool { list("PartOf").contains(unit) }
  /// The units that start this one with themselves, in order.
  public var pullers: [String] { Set(list("WantedBy") + list("RequiredBy")).sorted() }

  private func list(_ property: String) -> [String] {
    properties[property]?.split(separator: " ").map(String.init) ?? []
  }
}
