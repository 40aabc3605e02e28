/// What the facts mean that `jod-check doctor` gathers: one function a subject, from a fact to its finding.
public enum Diagnosis {
  /// The configuration itself: a line for each fault, or else for each warning.
  public static func configuration(_ faults: [ConfigurationFault], warnings: [Warning]) -> [Finding] {
    let subject = "Configuration"
    if !faults.isEmpty {
      return faults.map {
        .fault(
          subject, "\($0.variable): \($0.problem).",
          remedy: "Correct it in /etc/default/jod-check. Accepted: \($0.accepted).")
      }
    }
    return warnings.isEmpty ? [.good(subject, "valid")] : self.warnings(warnings)
  }

  /// A line for each warning.
  public static func warnings(_ warnings: [Warning]) -> [Finding] {
    warnings.map { .warning("Configuration", $0.what, remedy: $0.remedy) }
  }

  /// The exit status: a configuration that is not valid weighs most; warnings alone are none.
  public static func exitStatus(_ findings: [Finding], isConfigurationValid: Bool) -> Int32 {
    if !isConfigurationValid { return 78 }
    return findings.contains { $0.verdict == .fault } ? 1 : 0
  }

  /// What a check would tell of the same trouble.
  static func fault(_ subject: String, _ trouble: Trouble) -> Finding {
    .fault(subject, trouble.what, remedy: trouble.advice)
  }
}

extension Configuration {
  /// A configuration to look at the rest by, though some of it is wrong: what is wrong is left out, and what is required
  /// filled in. Its faults name what must not be taken from it.
  public static func mended(
    environment: [String: String], keyCredential: String? = nil, from place: KeySource.Place = .unit,
    service: (String) -> MountedService? = { _ in nil }
  ) -> (configuration: Configuration?, faults: [ConfigurationFault]) {
    func read(_ environment: [String: String]) throws(ConfigurationError) -> Configuration {
      try Configuration(
        environment: environment, keyCredential: keyCredential, from: place, service: service)
    }
    do {
      return (try read(environment), [])
    } catch {
      var environment = environment
      let fillers = [
        "STORAGE_SERVER_MAC": "02:00:00:00:00:00", "JELLYFIN_API_URL": "http://localhost",
        "JELLYFIN_API_KEY": "none",
      ]
      for fault in error.faults { environment[fault.variable] = fillers[fault.variable] }
      // Without its command, a packet is what is left.
      if environment["WAKE_COMMAND"] == nil, environment["STORAGE_SERVER_MAC"]?.isEmpty ?? true {
        environment["STORAGE_SERVER_MAC"] = fillers["STORAGE_SERVER_MAC"]
      }
      return (try? read(environment), error.faults)
    }
  }
}
