extension Diagnosis {
  /// Seconds. Nobody browses for so long; an app that was left open does.
  static let restless: Seconds = 86400

  /// The devices that have browsed without a pause for a day, each with the line of configuration that leaves it out.
  ///
  /// - Parameters:
  ///   - devices: all that Jellyfin knows.
  ///   - activity: what the checks of this boot have remembered.
  ///   - boot: the boot clock, now.
  ///   - environment: the variables as they are set.
  public static func robots(
    _ devices: [DeviceEntry], _ activity: ActivityMemory, boot: Seconds, environment: [String: String]
  ) -> [Finding] {
    let known = devices.compactMap { if case .device(let device) = $0 { device } else { nil } }
    return known.compactMap { device in
      guard let since = activity.browsing[device.key], boot - since >= restless else { return nil }
      let isAlone = !known.contains { $0.client == device.client && $0.key != device.key }
      let name = Printable.quoted(device.name.isEmpty ? device.id : device.name)
      return .warning(
        "Robots",
        "\(Printable.quoted(device.client)) on \(name), of the user \(Printable.quoted(device.user)), has not paused for \(TimeSpan.text(boot - since)): a program that polls, or an app that was left open.",
        remedy:
          "If nobody sits there, leave it out: \(isAlone ? client(device, environment) : named(device, environment))"
      )
    }
  }

  /// No other device has this client.
  private static func client(_ device: Device, _ environment: [String: String]) -> String {
    let own = environment["IGNORE_CLIENTS"].flatMap { $0.isEmpty ? nil : $0 }
    return "IGNORE_CLIENTS=\(own.map { "\($0)," } ?? "+")\(pattern(device.client))"
  }

  /// Others have it too, and may be people.
  private static func named(_ device: Device, _ environment: [String: String]) -> String {
    let own = environment["IGNORE_DEVICES"].flatMap { $0.isEmpty ? nil : $0 }
    let name = pattern(device.id.isEmpty ? device.name : device.id)
    return "IGNORE_DEVICES=\(own.map { "\($0)," } ?? "")\(name)"
  }

  /// A pattern that matches the name, of characters that mean nothing else in a list or in the file.
  private static func pattern(_ name: String) -> String {
    let special: Set<Character> = [",", "*", "\"", "'", "\\", "$", "`", "#", ";", "%", "+"]
    return String(
      name.map { character in
        let isPlain = character.unicodeScalars.allSatisfy { Printable.clean(String($0)) == String($0) }
        return special.contains(character) || !isPlain ? "?" : character
      })
  }
}
