import Foundation
import Synchronization

/// A Jellyfin server on loopback that answers what it is told to, in the shapes of Jellyfin 10.11.
public final class FakeJellyfin: Sendable {
  public static let key = "0123456789abcdef0123456789abcdef"

  private let server: LoopbackServer

  private struct State {
    /// Bodies by path, of a Jellyfin where nothing happens.
    var bodies = [
      "/Sessions": "[]", "/Devices": #"{"Items":[],"TotalRecordCount":0,"StartIndex":0}"#,
      "/System/Info/Public":
        #"{"ServerName":"jellyfin","Version":"10.11.3","ProductName":"Jellyfin Server","StartupWizardCompleted":true}"#,
      "/LiveTv/Timers": #"{"Items":[],"TotalRecordCount":0,"StartIndex":0}"#,
      "/ScheduledTasks":
        #"[{"Name":"Scan Media Library","State":"Idle","Key":"RefreshLibrary","Triggers":[]}]"#,
      // Answers for the path of every task.
      "/ScheduledTasks/Running": "",
      "/Library/VirtualFolders": #"[{"Name":"Films","Locations":["/media/films"],"RefreshStatus":"Idle"}]"#,
    ]
    var requests: [String] = []
    var connections = 0
  }

  /// Shared with the threads that serve connections.
  private final class Box: Sendable {
    let state = Mutex(State())
  }

  public var port: Int { server.port }
  public var url: String { "http://127.0.0.1:\(port)" }

  private let box: Box

  public init() throws {
    let box = Box()
    self.box = box
    server = try LoopbackServer { connection in
      box.state.withLock { $0.connections += 1 }
      while let request = connection.readRequest() {
        guard connection.send(Self.answer(request, box)) else { return }
      }
    }
  }

  /// What `/Sessions` and `/Devices` say from now on, as JSON.
  public func say(sessions: String, devices: String? = nil) {
    say("/Sessions", sessions)
    if let devices { say("/Devices", devices) }
  }

  /// What a path says from now on, as JSON; 404 for nil.
  public func say(_ path: String, _ body: String?) { box.state.withLock { $0.bodies[path] = body } }

  /// The requests so far, with their headers.
  public var requests: [String] { box.state.withLock { $0.requests } }

  /// The messages that were to be shown so far: the session's id, and the body.
  public var messages: [String] {
    requests.filter { $0.hasPrefix("POST /Sessions/") }.map { request in
      let id = request.split(separator: "/").dropFirst(2).first ?? ""
      return "\(id) \(request.split(separator: "\r\n").last ?? "")"
    }
  }

  /// The ids of the tasks that were started so far.
  public var startedTasks: [String] {
    requests.filter { $0.hasPrefix("POST \(Self.tasks)/") }.compactMap { request in
      request.split(separator: " ").dropFirst().first.map { String($0.dropFirst(Self.tasks.count + 1)) }
    }
  }

  private static let tasks = "/ScheduledTasks/Running"

  /// How many connections brought them.
  public var connections: Int { box.state.withLock { $0.connections } }

  private static func answer(_ request: String, _ box: Box) -> String {
    box.state.withLock { state in
      state.requests.append(request)
      let path = request.split(separator: " ").dropFirst().first.map(String.init)
      // The one path that needs no key.
      guard
        path == "/System/Info/Public"
          || request.contains("Authorization: MediaBrowser Token=\"\(key)\"")
      else {
        return reply("401 Unauthorized", body: "")
      }
      if request.hasPrefix("POST /Sessions/"), path?.hasSuffix("/Message") == true {
        return "HTTP/1.1 204 No Content\r\nServer: Kestrel\r\nDate: \(httpDate(Date()))\r\n\r\n"
      }
      if request.hasPrefix("POST \(tasks)/") {
        return state.bodies[tasks] == nil
          ? reply("500 Internal Server Error", body: "")
          : "HTTP/1.1 204 No Content\r\nServer: Kestrel\r\nDate: \(httpDate(Date()))\r\n\r\n"
      }
      if path == "/Users/Me", state.bodies["/Users/Me"] == nil { return reply("400 Bad Request", body: "") }
      return path.flatMap { state.bodies[$0] }.map { reply("200 OK", body: $0) }
        ?? reply("404 Not Found", body: "")
    }
  }

  /// An HTTP reply with its length, its type and its date.
  public static func reply(
    _ status: String, headers: String = "", type: String = "application/json; charset=utf-8", body: String
  ) -> String {
    "HTTP/1.1 \(status)\r\nServer: Kestrel\r\nDate: \(httpDate(Date()))\r\nContent-Type: \(type)\r\n\(headers)"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  public static func httpDate(_ date: Date) -> String { text(date, "EEE, dd MMM yyyy HH:mm:ss 'GMT'") }

  /// A time as .NET writes it, so many seconds ago.
  public static func stamp(secondsAgo seconds: Double = 0) -> String {
    text(Date(timeIntervalSinceNow: -seconds), "yyyy-MM-dd'T'HH:mm:ss.SSS") + "1234Z"
  }

  private static func text(_ date: Date, _ format: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = format
    return formatter.string(from: date)
  }

  /// A session of Jellyfin 10.11: browsing, playing, or paused for so many seconds.
  public static func session(
    id: String = "5406", user: String = "Anna", client: String = "Jellyfin Android TV",
    device: String = "Living room",
    secondsSinceActivity: Double = 0, film: String? = nil, pausedFor pause: Double? = nil,
    showsMessages: Bool = false
  ) -> String {
    let item = film.map { #""NowPlayingItem":{"Name":"\#($0)","Type":"Movie"},"# } ?? ""
    let paused = pause.map { #""LastPausedDate":"\#(stamp(secondsAgo: $0))","# } ?? ""
    let checkIn = film == nil ? "0001-01-01T00:00:00.0000000Z" : stamp()
    return """
      {"PlayState":{"CanSeek":\(film != nil),"IsPaused":\(pause != nil),"IsMuted":false},"AdditionalUsers":[],\
      "Id":"\(id)","SupportedCommands":[\(showsMessages ? "\"DisplayMessage\"" : "")],"UserId":"89b2ae71b4514311bb24ea1c4ca0461d","UserName":"\(user)","Client":"\(client)",\
      "LastActivityDate":"\(stamp(secondsAgo: secondsSinceActivity))","LastPlaybackCheckIn":"\(checkIn)",\(paused)\
      \(item)"DeviceName":"\(device)","DeviceId":"\(user)-\(device)","IsActive":true,"NowPlayingQueue":[]}
      """
  }
}
