import Glibc
import JodCore

/// `jod-check page`: the page's link, with its token, and the QR code.
struct PageCommand {
  func run() -> Int32 {
    let identity = Identity.current()
    var settings = Settings.none
    do throws(ConfigurationError) {
      settings = try Settings.load(identity: identity)
    } catch {
      Output.complain("\(error)")
      return Trouble.Kind.configuration.exitStatus
    }
    if identity.isOtherByHand, settings.environment["LISTEN_ADDRESS"] == nil, settings.token == nil {
      Output.complain("only root may read \(Settings.defaultsFile): run `sudo jod-check page`.")
      return 1
    }
    let text = settings.environment["LISTEN_ADDRESS"] ?? ""
    let listen = text.isEmpty ? Configuration.defaultListenAddress : Configuration.listenAddress(text)
    guard let listen else {
      Output.complain("LISTEN_ADDRESS is not understood; accepted: \(Configuration.acceptedListenAddress)")
      return Trouble.Kind.configuration.exitStatus
    }
    show(listen, settings.token)
    return 0
  }

  private func show(_ listen: Endpoint, _ token: Secret?) {
    let link = PageLink.text(listen, own: WakePath.ownAddress(Interfaces.all(), storage: []), token: token)
    Output.print(bytes: Array("\(link)\n".utf8))
    if listen.isLoopback {
      Output.complain("this machine alone sees it: `sudo jod-check setup --page` lets the house see it.")
    } else if token == nil {
      Output.complain(
        "without HTTP_TOKEN the page is shown to nobody: `sudo jod-check setup --page` makes one.")
    } else if let code = QREncoder.code(of: link) {
      Output.print(bytes: Array(([""] + code.lines(on: Terminal.paper) + [""]).joined(separator: "\n").utf8))
    }
  }
}
