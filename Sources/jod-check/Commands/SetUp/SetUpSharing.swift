import Glibc
import JodCore

/// Figures for the report, the page, and what Jellyfin is to do or not.
extension SetUp {
  func chooseFigures() throws(SetUpFailure) {
    interview.heading("Report and page")
    if !isAnswered(.watts) {
      let watts = try interview.value(
        .watts, "Its power in watts when on, and when off after a comma, such as 85,3:",
        accepted: Configuration.Watts.accepted
      ) { Configuration.Watts($0) == nil ? nil : $0 }
      if let watts { set("STORAGE_SERVER_WATTS", watts) }
    }
    // Without the power, a price makes no sum. By option it can come first.
    guard !isAnswered(.price), interview.given(.price) != nil || value("STORAGE_SERVER_WATTS") != nil else {
      return
    }
    let price = try interview.value(
      .price, "The price of a kWh with its currency, such as 0.35EUR:", accepted: Self.acceptedPrice,
      SetUpOptions.price)
    if let price { set("ELECTRICITY_PRICE", price) }
  }

  func choosePage() throws(SetUpFailure) {
    guard !isAnswered(.page) else { return }
    let words =
      "Shall the house see the page that tells what the storage server does? (It gets a link with a token.)"
    guard try interview.isYes(.page, words) else { return }
    if value("HTTP_TOKEN") == nil { set("HTTP_TOKEN", Self.newToken) }
    // An address of a card would be wrong when that has another one.
    if listen.isLoopback { set("LISTEN_ADDRESS", "0.0.0.0:\(listen.port)") }
  }

  private var listen: Endpoint {
    value("LISTEN_ADDRESS").flatMap(Configuration.listenAddress) ?? Configuration.defaultListenAddress
  }

  /// 128 random bits: nobody guesses them.
  private static var newToken: String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(UInt32.random(in: 0 ... .max, using: &generator), radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  // MARK: Hints of Jellyfin

  func chooseHints() throws(SetUpFailure) {
    interview.heading("When somebody comes")
    try chooseLogDirectory()
    try chooseWebhook()
  }

  private func chooseLogDirectory() throws(SetUpFailure) {
    if isAnswered(.logDirectory) { return interview.good("Jellyfin's log is watched.") }
    if let folder = interview.invocation.value(.logDirectory).flatMap(Configuration.folder) {
      if interview.given(.logDirectory) == .logDirectory { return set("JELLYFIN_LOG_DIRECTORY", folder) }
    }
    let mounts = Mounts(mountinfo: Doctor.mountinfo, fstab: "")
    let folder = JellyfinFolders(view).logs.first { folder in
      // One on the storage server would keep it on.
      if case .network = mounts.place(of: folder) { return false }
      var status = stat()
      return Configuration.folder(folder) == folder && stat(folder, &status) == 0
        && status.st_mode & S_IFMT == S_IFDIR
    }
    guard let folder else {
      if interview.given(.logDirectory) == nil {
        interview.tell("Jellyfin's log folder was not found here (--log-directory DIR names it).")
      }
      return
    }
    let words =
      "Jellyfin writes to \(folder) when somebody comes. May jod-check watch that folder, and look at once?"
    if try interview.isYes(.logDirectory, words, isFound: true) { set("JELLYFIN_LOG_DIRECTORY", folder) }
  }

  private func chooseWebhook() throws(SetUpFailure) {
    let given = interview.given(.webhook)
    guard given != .noWebhook, let administration, given != nil || value("JELLYFIN_LOG_DIRECTORY") == nil
    else { return }
    guard case .success(let reply) = administration.send(.get, JellyfinSettings.webhookPath),
      reply.status == 200
    else {
      if given != nil {
        throw .failed(
          "Jellyfin has no Webhook plugin: install it under Dashboard, Plugins, then run this again.")
      }
      return
    }
    guard let url = hintURL else {
      let words =
        "Jellyfin's container does not reach this machine's loopback. Say --page as well, or see LISTEN_ADDRESS in jod-check(5)."
      if given != nil { throw .failed(words) }
      return interview.tell(words)
    }
    wantsWebhook = try interview.isYes(
      .webhook, "May Jellyfin's Webhook plugin tell \(url)? (This adds a destination to its settings.)")
  }

  /// Where Jellyfin reaches our socket; nil where it does not.
  var hintURL: String? {
    let listen = listen
    let isApart = jellyfin.flatMap { JellyfinProcess(at: $0.url) }?.hasOwnNetwork ?? false
    if !isApart, PageLink.isAny(listen) || listen.isLoopback {
      return "http://127.0.0.1:\(listen.port)/check"
    }
    if listen.isLoopback { return nil }
    guard PageLink.isAny(listen) else { return "http://\(listen)/check" }
    return WakePath.ownAddress(Interfaces.all(), storage: addresses.compactMap { IPv4Address($0) })
      .map { "http://\($0):\(listen.port)/check" }
  }

  // MARK: Libraries

  func chooseMonitoring() throws(SetUpFailure) {
    guard interview.given(.monitoring) != .monitoringAsIs, let administration,
      let reply = try? administration.done(.get, "Library/VirtualFolders").get(),
      let monitored = try? JellyfinSettings.monitored(reply.body)
    else { return }
    let folders = JellyfinFolders(view)
    let places = mounts.compactMap(folders.place)
    let names = monitored.filter { library in
      library.folders.contains { folder in
        places.contains { Mounts.contains($0, folder) || Mounts.contains(folder, $0) }
      }
    }.map(\.name)
    guard !names.isEmpty else { return }
    interview.heading("Libraries")
    let list = names.map { Printable.quoted($0) }.joined(separator: ", ")
    interview.tell(
      "Real-time monitoring of \(list) sees nothing of what others write on the storage server, and a Jellyfin that starts while the mount hangs answers nobody."
    )
    if try interview.isYes(
      .monitoring, "May it be switched off in Jellyfin? (A scan by schedule finds what is new.)")
    {
      unmonitored = names
    }
  }

  func chooseScans() throws(SetUpFailure) {
    guard !isAnswered(.scans), interview.given(.scans) != .scansAsIs else { return }
    func interval(_ text: String) -> String? { TimeSpan.parse(text).flatMap { $0 > 0 ? text : nil } }
    if let text = interview.invocation.value(.scanInterval) { return set("LIBRARY_SCAN_INTERVAL", text) }
    let words =
      "May jod-check start Jellyfin's scan when the storage server is on anyway, and the last scan is 12 hours old?"
    if try interview.isYes(.scans, words) { set("LIBRARY_SCAN_INTERVAL", "12h") }
  }
}
