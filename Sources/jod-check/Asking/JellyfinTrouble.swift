import Glibc
import JodCore

/// What went wrong with Jellyfin, in words for the person who can mend it.
extension Jellyfin {
  func unavailable(_ cause: String, _ what: String, advice: String) -> Trouble {
    Trouble(.jellyfin, cause: cause, "Jellyfin at \(url) \(what)", advice: advice)
  }

  func trouble(for reply: HTTPReply, _ name: String) -> Trouble {
    let status = reply.status
    if status == 401, let scheme = proxy(reply) {
      return unavailable(
        "proxy", "is behind a proxy that asks for a name and a password (401, \(Printable.clean(scheme))).",
        advice:
          "The API key is not what it rejects. Let JELLYFIN_API_URL lead to Jellyfin itself, past the proxy, or exempt this machine from the login there."
      )
    }
    switch status {
    case 401:
      return Trouble(
        .keyRejected, cause: "401",
        "Jellyfin at \(url) rejected the API key (401).",
        advice:
          "It is that of \(keySource.place.words). Without it nobody can be seen, so the storage is neither woken nor powered off. \(keySource.remedy)"
      )
    case 403:
      return Trouble(
        .keyRejected, cause: "403",
        "Jellyfin at \(url) did not allow the API key to read \(name) (403).",
        advice:
          "Use an API key made under Dashboard, API Keys, and let JELLYFIN_API_URL lead to Jellyfin itself, past any proxy that asks for a login."
      )
    case 300..<400:
      let location = reply.fields["Location"].first ?? "elsewhere"
      return unavailable(
        "redirect",
        "redirected \(name) (\(status)) to \(key.redact(Printable.quoted(location))).",
        advice:
          "Redirects are not followed: \(key.redact(Redirect(to: location, askedFor: name, at: url).remedy))."
      )
    case 400 where !url.isSecure:
      return unavailable(
        "400",
        "answered \(name) with status 400.",
        advice: "A port for https answers so to http://: see whether JELLYFIN_API_URL needs https://.")
    case 503:
      let hint =
        reply.body.isEmpty
        ? "If that lasts, its IP filter may reject this machine: allow it under Dashboard, Networking."
        : "If that lasts, see its log."
      var trouble = unavailable("503", "is not ready (503): it is starting or updating.", advice: hint)
      trouble.mayWaitForMount = true
      return trouble
    default:
      return unavailable(
        "\(status)",
        "answered \(name) with status \(status).",
        advice: "See Jellyfin's log, and whether JELLYFIN_API_URL leads to it.")
    }
  }

  /// How a name and a password are asked for: Jellyfin's own 401 names no way to log in.
  private func proxy(_ reply: HTTPReply) -> String? {
    let schemes = reply.fields["WWW-Authenticate"].compactMap { $0.split(separator: " ").first }
    return schemes.first { ["basic", "digest", "negotiate", "ntlm"].contains($0.lowercased()) }
      .map(String.init)
  }

  /// - Parameter start: when it was asked, on the monotonic clock.
  func trouble(for error: any Error, since start: Seconds) -> Trouble {
    let time = TimeSpan.text(max(1, (Clock.seconds(CLOCK_MONOTONIC) - start).rounded(.down)))
    switch error {
    case let trouble as Trouble: return trouble
    case HTTPFailure.timeout, TLSFailure.timeout, DialFailure.timeout:
      var trouble = unavailable(
        "timeout", "did not answer within \(time).", advice: "See whether it is running and not overloaded.")
      if case HTTPFailure.timeout = error { trouble.mayWaitForMount = true }
      return trouble
    case HTTPFailure.tooSlow(let received, let whole):
      let whole = whole.map { " of \(Printable.size($0))" } ?? ""
      return unavailable(
        "timeout",
        "did not end its answer within \(time): \(Printable.size(received))\(whole) had come.",
        advice: "See whether it is overloaded. \(Self.longQueue)")
    case HTTPFailure.closed:
      return unavailable(
        "closed", "closed the connection before it answered.",
        advice: url.isSecure ? "See its log." : "See its log, and whether JELLYFIN_API_URL needs https://.")
    case HTTPFault.incomplete, TLSFailure.cutOff:
      return unavailable(
        "closed", "closed the connection in the middle of its answer.", advice: "See Jellyfin's log.")
    case HTTPFault.bodyTooLarge(let size):
      let limit = Printable.size(WebServer.limits.body)
      let words =
        size.map { "of \(Printable.size(Int(clamping: $0))), and \(limit) are" }
        ?? "of more than \(limit), which is"
      return unavailable(
        "size", "sent an answer \(words) the most that is read.",
        advice: "\(Self.longQueue) If it is not Jellyfin that answers, correct JELLYFIN_API_URL.")
    case HTTPFault.headTooLarge:
      return unavailable(
        "size", "sent an answer whose head is larger than 64 KiB, or has more than 200 fields.",
        advice: "See what JELLYFIN_API_URL leads to, and what a proxy before it adds.")
    case is HTTPFault:
      return unavailable(
        "http", "does not speak HTTP\(what(error)).",
        advice: "See whether JELLYFIN_API_URL has the right port, and https:// where it is needed.")
    case let failure as TLSFailure: return trouble(for: failure)
    case DialFailure.noAddress:
      return unavailable(
        "name", "cannot be found: the name \(url.endpoint.host) does not resolve.",
        advice: "See JELLYFIN_API_URL and this machine's DNS.")
    case DialFailure.noNameServer:
      return unavailable(
        "dns",
        "cannot be found: no name server answered within \(time) where \(url.endpoint.host) is.",
        advice:
          "See this machine's DNS (`getent ahosts \(url.endpoint.host)`, /etc/resolv.conf), or set JELLYFIN_API_URL to an address."
      )
    case DialFailure.failed(let error), let error as SystemError:
      return connection(errno: error.code)
    default:
      return unavailable(
        "other", "cannot be asked (\(Printable.clean(key.redact("\(error)"), limit: 200))).",
        advice: "See JELLYFIN_API_URL.")
    }
  }

  private static let longQueue =
    "A session with a play queue of a thousand items and more makes its list of sessions that large: let that client play something else."

  private func what(_ error: any Error) -> String {
    if case HTTPFault.malformed(let words) = error { " (\(words))" } else { "" }
  }

  private func trouble(for failure: TLSFailure) -> Trouble {
    let (words, advice) = Self.words(failure, url)
    return unavailable(failure.cause, words, advice: advice)
  }

  /// What happened, and what to do about it. What a certificate holds is a stranger's text.
  private static func words(_ failure: TLSFailure, _ url: BaseURL) -> (what: String, advice: String) {
    let host = url.endpoint.host
    let renew = "Renew it where Jellyfin, or the proxy before it, has its certificate."
    let newOne = "Give Jellyfin, or the proxy before it, a certificate that names \(host) in subjectAltName"
    switch failure {
    case .missing(let words):
      return (
        "is asked by https, for which OpenSSL 3 is needed; it cannot be loaded (\(Printable.clean(words, limit: 200))).",
        "Install the package libssl3t64, or libssl3 on Debian 12; or set JELLYFIN_API_URL to http:// if Jellyfin is this machine."
      )
    case .unreadableRoots(let file):
      return (
        "cannot be trusted: SSL_CERT_FILE names \(Printable.quoted(file)), which has no certificates that can be read.",
        "Correct SSL_CERT_FILE, or remove it: this machine's own authorities are in \(TLSTrust.debianDirectory)."
      )
    case .expired: return ("has a certificate that has expired.", renew)
    case .notYetValid:
      return (
        "has a certificate that is not yet valid.",
        "See whether this machine's clock is right (`timedatectl`); if it is, wait, or renew the certificate."
      )
    case .otherName(let names):
      let shown = names.prefix(5).map { Printable.clean($0, limit: 60) }.joined(separator: ", ")
      let more = names.count > 5 ? " and \(names.count - 5) more" : ""
      return (
        "has a certificate for another name: it is for \(shown)\(more), not for \(host).",
        "Set JELLYFIN_API_URL to a name in the certificate. \(newOne) if that is to stay."
      )
    case .commonNameOnly:
      return (
        "has a certificate that bears no name but a common name, which counts no longer.", "\(newOne)."
      )
    case .unknownAuthority:
      return (
        "has a certificate that nobody vouches for whom this machine trusts.",
        "Put the certificate of its authority into /usr/local/share/ca-certificates (NAME.crt) and run `update-ca-certificates`. If the authority is a public one, let the server send the whole chain, with what lies between."
      )
    case .selfSigned:
      return (
        "has a certificate that vouches for itself, and this machine does not trust it.",
        "If it is yours, put it into /usr/local/share/ca-certificates (NAME.crt) and run `update-ca-certificates`; or use http:// if Jellyfin is this machine."
      )
    case .weak(let words):
      return (
        "has a certificate whose key or digest is too weak (\(Printable.clean(words))).",
        "Make a new one: RSA of 2048 bits or more, or ECDSA, with SHA-256."
      )
    case .noCertificate:
      return (
        "shows no certificate, so anybody could be it.",
        "\(newOne), and let this machine's /etc/ssl/openssl.cnf allow no cipher without one."
      )
    case .certificate(let words):
      return ("has a certificate that is refused (\(Printable.clean(words))).", renew)
    case .oldVersion:
      return (
        "speaks no version of TLS that is safe: 1.2 is the oldest that is.",
        "Bring Jellyfin, or the proxy before it, up to date, or let it speak TLS 1.2 or 1.3."
      )
    case .noTLS:
      return (
        "does not speak TLS.",
        "See whether JELLYFIN_API_URL has the right port, and set it to http:// where that is meant."
      )
    case .hungUp:
      return (
        "closed the connection instead of agreeing on TLS.",
        "See whether JELLYFIN_API_URL has the right port, and the log of Jellyfin, or of the proxy before it."
      )
    case .other(let words):
      return (
        "could not agree with this machine on TLS (\(Printable.clean(words))).",
        "See the log of Jellyfin, or of the proxy before it."
      )
    case .cutOff, .timeout: return ("closed the connection in the middle of TLS.", "See Jellyfin's log.")
    }
  }

  private func connection(errno code: Int32) -> Trouble {
    guard code == ECONNREFUSED else {
      return unavailable(
        "errno \(code)", "cannot be reached (\(String(cString: strerror(code)))).",
        advice: "See JELLYFIN_API_URL and the network.")
    }
    return unavailable(
      "refused",
      "refused the connection.",
      advice:
        "See whether it is running (`systemctl status jellyfin`), and whether JELLYFIN_API_URL has its port, 8096 unless changed."
    )
  }
}
