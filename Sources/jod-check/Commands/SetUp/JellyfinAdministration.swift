import Glibc
import JodCore

/// What an administrator does in Jellyfin, by its API.
struct JellyfinAdministration {
  let jellyfin: Jellyfin
  /// Behind `MediaBrowser` in `Authorization`.
  let authorization: String

  /// By a token: an API key, or that of somebody who has logged in.
  init(_ jellyfin: Jellyfin, token: Secret) {
    (self.jellyfin, authorization) = (jellyfin, "Token=\"\(token.value)\"")
  }

  /// As a client that is about to log in. Jellyfin wants all four.
  init(_ jellyfin: Jellyfin, deviceID: String) {
    self.jellyfin = jellyfin
    authorization =
      "Client=\"jod-check\", Device=\"jod-check setup\", DeviceId=\"\(deviceID)\", Version=\"\(Version.current)\""
  }

  enum Method {
    case get, delete
    case post([UInt8])
  }

  /// Sends one request. Fails where there is no reply, in words.
  func send(_ method: Method, _ path: String) -> Result<HTTPReply, Trouble> {
    let start = Clock.seconds(CLOCK_MONOTONIC)
    let server = jellyfin.server(Deadline(in: Jellyfin.timeLimit), longest: Deadline(in: Jellyfin.longest))
    let (path, fields) = (jellyfin.url.path(path), Jellyfin.fields(authorization))
    do {
      switch method {
      case .get: return .success(try server.get(path, fields))
      case .delete: return .success(try server.delete(path, fields))
      case .post(let body): return .success(try server.post(path, fields, body: body))
      }
    } catch {
      return .failure(jellyfin.trouble(for: error, since: start))
    }
  }

  /// The reply where its status says that it was done, else why not.
  func done(_ method: Method, _ path: String) -> Result<HTTPReply, Trouble> {
    send(method, path).flatMap { reply in
      (200...299).contains(reply.status)
        ? .success(reply) : .failure(jellyfin.trouble(for: reply, "/\(path.prefix { $0 != "?" })"))
    }
  }

  func ask<Value: JSONDecodable>(_ method: Method, _ path: String, as type: Value.Type) -> Result<
    Value, Trouble
  > {
    done(method, path).flatMap { reply in
      guard let value = try? Value(bytes: reply.body) else {
        return .failure(
          jellyfin.unavailable(
            "shape", "answered /\(path.prefix { $0 != "?" }) with something that is not Jellyfin's.",
            advice: "See what its URL leads to."))
      }
      return .success(value)
    }
  }
}
