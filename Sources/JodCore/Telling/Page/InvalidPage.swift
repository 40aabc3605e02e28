/// What `GET /` answers where the configuration is not valid: what is wrong, and what to do.
public struct InvalidPage: Sendable {
  let faults: [ConfigurationFault]
  let warnings: [Warning]
  let version: String

  public init(_ faults: [ConfigurationFault], warnings: [Warning], version: String) {
    (self.faults, self.warnings, self.version) = (faults, warnings, version)
  }

  /// With the status of a service that is out of order (RFC 9110, section 15.6.4).
  public var document: WebDocument {
    WebDocument(
      status: 503, contentType: Page.contentType, body: Array(text.utf8), policy: Page.contentSecurityPolicy)
  }

  private var text: String {
    let main: HTML = """
      <header class="bad"><div><h1>Configuration not valid</h1>\
      <p>Until that is mended, the storage is neither woken nor powered off.</p></div></header>
      <section class="bad"><h2>What is wrong</h2>\(faults.map { "<p>\($0.description)</p>" as HTML })\
      \(warnings.map { "<p>\($0.words)</p>" as HTML })</section>
      <section><h2>What to do</h2><p>Correct <code>/etc/default/jod-check</code> on this machine; the next check reads it \
      again. After a change of CHECK_INTERVAL or LISTEN_ADDRESS, run <code>systemctl daemon-reload</code> as well. \
      <code>sudo jod-check doctor</code> tells whether all is well then.</p></section>
      <footer>jod-check \(version)</footer>
      """
    return Page.whole("Configuration not valid", refreshed: 60, main)
  }
}
