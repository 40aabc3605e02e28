/// Reads single variables and gathers what is wrong with them.
struct ConfigurationReader {
  enum Zero { case refused, none, noLimit }

  let environment: [String: String]
  private let keyCredential: String?
  private(set) var faults: [ConfigurationFault] = []
  private(set) var names: [String] = []

  init(environment: [String: String], keyCredential: String? = nil) {
    self.environment = environment
    self.keyCredential = keyCredential.map(Printable.trimmed).flatMap { $0.isEmpty ? nil : $0 }
  }

  mutating func fault(_ variable: String, _ problem: String, _ accepted: String) {
    faults.append(ConfigurationFault(variable: variable, problem: problem, accepted: accepted))
  }

  mutating func text(_ variable: String) -> String? {
    if !names.contains(variable) { names.append(variable) }
    return value(of: variable)
  }

  private func value(of variable: String) -> String? {
    environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  func keySource(_ place: KeySource.Place) -> KeySource {
    guard let own = value(of: "JELLYFIN_API_KEY") else { return KeySource(place) }
    return KeySource(.variable, hidden: keyCredential.flatMap { $0 == own ? nil : place })
  }

  /// A secret may stand where it does not belong, in a URL most of all.
  private mutating func refuse(_ variable: String, _ text: String, _ accepted: String) {
    let secrets = Disclosure.secrets(in: environment) + (keyCredential.map { [Secret($0)] } ?? [])
    let shown = Disclosure.shown(variable, text, hiding: secrets)
    fault(variable, "\(shown) is not understood", accepted)
  }

  /// - Parameter accepted: what is, in words that only a fault needs.
  mutating func optional<Value>(
    _ variable: String, _ accepted: @autoclosure () -> String, _ parse: (String) -> Value?
  ) -> Value? {
    guard let text = text(variable) else { return nil }
    if let value = parse(text) { return value }
    refuse(variable, text, accepted())
    return nil
  }

  mutating func value<Value>(
    _ variable: String, _ accepted: @autoclosure () -> String, default standard: Value?,
    _ parse: (String) -> Value?
  ) -> Value? {
    text(variable) == nil ? standard : optional(variable, accepted(), parse)
  }

  /// - Parameter found: where an administrator finds the value.
  mutating func required<Value>(
    _ variable: String, _ accepted: String, found: String, _ parse: (String) -> Value?
  ) -> Value? {
    guard text(variable) != nil else {
      fault(variable, "not set; \(found)", accepted)
      return nil
    }
    return optional(variable, accepted, parse)
  }

  mutating func key(_ place: KeySource.Place) -> Secret? {
    let accepted =
      "an API key, made in Jellyfin under Dashboard, API Keys; or the systemd credential jellyfin-api-key"
    guard let text = text("JELLYFIN_API_KEY") ?? keyCredential else {
      fault(
        "JELLYFIN_API_KEY",
        "not set; without it Jellyfin does not say who is active. `sudo jod-check setup` makes one", accepted)
      return nil
    }
    guard let token = Configuration.token(text) else {
      let source = keySource(place).place
      let value = source == .variable ? "the value" : "the key in \(source.words)"
      fault("JELLYFIN_API_KEY", "\(value) (not shown, it is a secret) is not understood", accepted)
      return nil
    }
    return Secret(token)
  }

  mutating func duration(
    _ variable: String, default standard: Seconds, zero: Zero = .refused, atLeast least: Seconds = 0
  ) -> Seconds {
    func accepted() -> String {
      let atLeast = least > 0 ? ", \(TimeSpan.text(least)) or more" : ""
      return switch zero {
      case .refused: "\(TimeSpan.accepted)\(atLeast)"
      case .none: "\(TimeSpan.accepted)\(atLeast), or 0 for none"
      case .noLimit: "\(TimeSpan.accepted)\(atLeast), or 0 for no limit"
      }
    }
    let read = value(variable, accepted(), default: standard) { text in
      TimeSpan.parse(text).flatMap { span in
        (span > 0 || zero != .refused) && span >= least ? span : nil
      }
    }
    return read ?? standard
  }

  mutating func integer(_ variable: String, default standard: Int, in range: ClosedRange<Int>) -> Int {
    value(
      variable, "a whole number from \(range.lowerBound) to \(range.upperBound)", default: standard
    ) { text in
      text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        ? Int(text).flatMap { range.contains($0) ? $0 : nil } : nil
    } ?? standard
  }

  mutating func boolean(_ variable: String, default standard: Bool) -> Bool {
    value(variable, "yes or no", default: standard) { text in
      switch text.lowercased() {
      case "1", "yes", "y", "true", "t", "on": true
      case "0", "no", "n", "false", "f", "off": false
      default: nil
      }
    } ?? standard
  }
}
