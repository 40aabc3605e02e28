/// One line of `jod-check doctor`: what was looked at, what was found, and what to do about it.
public struct Finding: Hashable, Sendable {
  public enum Verdict: String, Sendable, CaseIterable { case good, warning, fault }

  public let subject: String
  public let verdict: Verdict
  public let words: String
  /// What to do; nil where all is well.
  public let remedy: String?

  public static func good(_ subject: String, _ words: String) -> Finding {
    Finding(subject: subject, verdict: .good, words: words, remedy: nil)
  }

  public static func warning(_ subject: String, _ words: String, remedy: String) -> Finding {
    Finding(subject: subject, verdict: .warning, words: words, remedy: remedy)
  }

  public static func fault(_ subject: String, _ words: String, remedy: String) -> Finding {
    Finding(subject: subject, verdict: .fault, words: words, remedy: remedy)
  }

  /// The same finding without the secret, which what comes back from outside may quote.
  public func redacted(_ secret: Secret) -> Finding {
    Finding(
      subject: subject, verdict: verdict, words: secret.redact(words), remedy: remedy.map(secret.redact))
  }
}
