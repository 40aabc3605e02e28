import Foundation
import Household
import Testing

@testable import jod_check

extension World {
  @Suite("The family's language")
  struct LanguageRunTests {
    private static let german = "Der Medienspeicher startet. Das kann ein paar Minuten dauern."
    private static let french = "Le serveur de stockage démarre. Cela peut prendre quelques minutes."
    private static let english = "The storage is starting. This may take a few minutes."

    /// A household in which somebody browses on a television.
    private func home(_ variables: [String: String] = [:], jellyfin language: String? = nil) throws -> Home {
      let home = try Home()
      home.jellyfin.say(sessions: "[\(FakeJellyfin.session(id: "tv", showsMessages: true))]")
      if let language { home.jellyfin.say("/System/Configuration", settings(language)) }
      home.sandbox.environment["TEXTDOMAINDIR"] = Translations.folder
      for (name, value) in variables { home.sandbox.environment[name] = value }
      return home
    }

    /// Of Jellyfin's own reply, what stands around it.
    private func settings(_ language: String) -> String {
      #"{"EnableMetrics":false,"PreferredMetadataLanguage":"it","ServerName":"lab","UICulture":"\#(language)","CorsHosts":["*"]}"#
    }

    /// The headings and texts that were shown.
    private func shown(_ home: Home) throws -> [[String]] {
      try home.jellyfin.messages.map { message in
        let body = message.split(separator: " ", maxSplits: 1)[1]
        let fields = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        return ["Header", "Text"].map { fields?[$0] as? String ?? "" }
      }
    }

    private func asked(_ home: Home) -> Int {
      home.jellyfin.requests.count { $0.hasPrefix("GET /System/Configuration ") }
    }

    @Test("Jellyfin's own language is taken, asked for once each time that there is something to show")
    func ofJellyfin() throws {
      let home = try home(jellyfin: "de")
      try home.sandbox.run()
      #expect(try shown(home) == [["Bitte warten", Self.german]])
      #expect(asked(home) == 1)
      for _ in 1...3 { try home.sandbox.run() }
      #expect(asked(home) == 1)
      home.jellyfin.say("/System/Configuration", settings("fr"))
      try home.storage.turn(.ready)
      try home.sandbox.run()
      #expect(try shown(home).dropFirst() == [["Prêt", "Le serveur de stockage est prêt."]])
      #expect(asked(home) == 2)
    }

    @Test("NOTIFY_LANGUAGE wins, and Jellyfin is not asked then")
    func ofConfiguration() throws {
      let home = try home(["NOTIFY_LANGUAGE": "fr"], jellyfin: "de")
      try home.sandbox.run()
      #expect(try shown(home) == [["Veuillez patienter", Self.french]])
      #expect(asked(home) == 0)
    }

    @Test("so does English", arguments: ["en", "en-GB"])
    func englishOfConfiguration(_ tag: String) throws {
      let home = try home(["NOTIFY_LANGUAGE": tag], jellyfin: "de")
      try home.sandbox.run()
      #expect(try shown(home) == [["Please wait", Self.english]])
    }

    @Test(
      "with nothing to show, Jellyfin is not asked for its language",
      arguments: ["no one is there", "nobody is told"])
    func notAsked(_ reason: String) throws {
      let home = try home(reason == "nobody is told" ? ["NOTIFY_CLIENTS": "no"] : [:], jellyfin: "de")
      if reason != "nobody is told" { home.nobody() }
      try home.sandbox.run()
      #expect(home.jellyfin.messages == [])
      #expect(asked(home) == 0)
      #expect(
        try home.sandbox.calls("openat").filter { $0.contains("LC_MESSAGES") || $0.contains(".mo") } == [])
    }

    /// What Jellyfin may say of its language.
    static let hostileLanguages = [
      "", "../../../../etc/passwd", "..", "/etc/passwd", "de\\u0000", "de/../../etc", "tlh", "de_DE.UTF-8",
      String(repeating: "a", count: 10_000), "de\\r\\nX: y",
    ]

    @Test(
      "what is no language, or has no translation, is English and leads to no other file",
      arguments: hostileLanguages)
    func hostile(_ language: String) throws {
      let home = try home(jellyfin: language)
      let calls = try home.sandbox.calls(
        "open", "openat", "openat2", "stat", "newfstatat", "access", "readlink")
      #expect(try shown(home) == [["Please wait", Self.english]])
      let looked = calls.filter { $0.contains("passwd") || $0.contains("/..") || $0.contains("LC_MESSAGES") }
      let own = "\(Translations.folder)/tlh/LC_MESSAGES/jod-check.mo"
      #expect(looked.allSatisfy { language == "tlh" && $0.contains("\"\(own)\"") }, "\(looked)")
    }

    @Test("what Jellyfin does not say is English", arguments: ["{}", "[]", "nonsense", ""])
    func unknown(_ body: String) throws {
      let home = try home()
      home.jellyfin.say("/System/Configuration", body)
      #expect(try home.sandbox.run().status == 0)
      #expect(try shown(home) == [["Please wait", Self.english]])
    }

    @Test("a Jellyfin that keeps its language to itself is not waited for: the message comes all the same")
    func hangs() throws {
      let shown = Lines()
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          if request.hasPrefix("GET /System/Configuration ") { return connection.waitForEnd() }
          if request.hasPrefix("POST ") { shown.add(request) }
          let session = FakeJellyfin.session(id: "tv", showsMessages: true)
          let body = request.hasPrefix("GET /Sessions") ? "[\(session)]" : #"{"Items":[]}"#
          connection.send(FakeJellyfin.reply("200 OK", body: body))
        }
      }
      let home = try home(["JELLYFIN_API_URL": "http://127.0.0.1:\(server.port)"])
      #expect(try home.sandbox.run().status == 0)
      #expect(shown.all.count == 1)
      #expect(shown.all.first?.contains(Self.english) == true)
    }

    @Test("the locale of the process does not matter", arguments: ["C", "POSIX", "fr_FR.UTF-8", "nonsense"])
    func locale(_ name: String) throws {
      let home = try home(["LC_ALL": name, "LANG": name, "LANGUAGE": "fr"], jellyfin: "de")
      try home.sandbox.run()
      #expect(try shown(home) == [["Bitte warten", Self.german]])
    }

    @Test("a language that is none ends the check, with what is accepted")
    func fault() throws {
      let home = try home(["NOTIFY_LANGUAGE": "deutsch (at)"])
      let ended = try home.sandbox.run()
      #expect(ended.status == 78)
      #expect(
        (ended.output + ended.errors).contains(
          #"NOTIFY_LANGUAGE: "deutsch (at)" is not understood; accepted: a language tag, such as de or pt-BR"#
        ))
    }

    private static let recorded = "\(Sandbox.root)/../shared/jellyfin/recorded/12.0/setup/cfg-system.json"

    @Test(
      "the recorded settings of a Jellyfin 12 are understood",
      .enabled(if: FileManager.default.fileExists(atPath: recorded), "the recorded replies are not here"))
    func ofRecordedReply() throws {
      let file = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: Self.recorded)))
      var reply = try #require((file as? [String: Any])?["reply"] as? [String: Any])
      #expect(reply["UICulture"] as? String == "en-US")
      let home = try home()
      for (language, text) in [("en-US", Self.english), ("de", Self.german)] {
        reply["UICulture"] = language
        let body = try JSONSerialization.data(withJSONObject: reply)
        home.jellyfin.say("/System/Configuration", String(decoding: body, as: UTF8.self))
        try? FileManager.default.removeItem(atPath: "\(home.sandbox.folder)/run/runtime.json")
        try home.sandbox.run()
        #expect(try shown(home).last?.last == text)
      }
    }
  }
}

/// What other threads saw, in order.
private final class Lines: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  var all: [String] { lock.withLock { lines } }

  func add(_ line: String) { lock.withLock { lines.append(line) } }
}
