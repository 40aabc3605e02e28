extension Diagnosis {
  /// Whether Jellyfin answers, and whether it is one that jod-check knows.
  public static func jellyfin(_ answer: Result<JellyfinServer, Trouble>, at url: BaseURL) -> Finding {
    let subject = "Jellyfin"
    switch answer {
    case .failure(let trouble):
      return fault(subject, trouble)
    case .success(let server):
      guard let version = server.version, server.product?.includes("Jellyfin") != false,
        server.product != nil || server.isSetUp == false
      else {
        return .fault(
          subject, "what answers at \(url) is not Jellyfin.",
          remedy:
            "Let JELLYFIN_API_URL lead to Jellyfin, with its port, 8096 unless changed, and its base path."
        )
      }
      let words = "\(Printable.clean(version)) at \(url)"
      if server.isSetUp == false {
        return .warning(
          subject, "\(words), not ready: it is starting, or was never set up.",
          remedy: "Wait, or open it in a browser and finish its set-up.")
      }
      if isOlder(version, than: (10, 8)) {
        return .warning(
          subject, "\(words), which is older than 10.8; jod-check is made for 10.8 and later.",
          remedy: "Update Jellyfin.")
      }
      return .good(subject, words)
    }
  }

  /// Whether Jellyfin takes the API key, told by `/Sessions`.
  ///
  /// - Parameter user: whose token it is; nil for an API key, or where nothing tells.
  public static func key(_ sessions: Result<[SessionEntry], Trouble>, user: KeyUser? = nil) -> Finding {
    switch sessions {
    case .success(let entries):
      user.map {
        .warning(
          "API key",
          "accepted, but it is a token of the user \(Printable.clean($0.name)): it ends when that user signs out, and its own polls make a device of theirs look active.",
          remedy: "Make a key in Jellyfin under Dashboard, API Keys, and put it in the place of this one.")
      } ?? .good("API key", "accepted; \(Printable.count(entries.count, "session"))")
    case .failure(let trouble): fault("API key", trouble)
    }
  }

  /// Whether the key is an administrator's, told by what only those may read.
  public static func devices(_ devices: Result<DeviceList, Trouble>) -> Finding {
    administrators("Devices", devices, without: "nobody who browses is seen, and nobody is woken for in time")
    {
      "\(Printable.count($0.items.count, "device")) readable; the key is an administrator's"
    }
  }

  public static func tasks(_ tasks: Result<[JellyfinSchedule], Trouble>) -> Finding {
    administrators(
      "Tasks", tasks, without: "a running scan cannot be seen, so the storage is never powered off"
    ) {
      "\(Printable.count($0.count, "task")) readable"
    }
  }

  private static func administrators<Value>(
    _ subject: String, _ answer: Result<Value, Trouble>, without loss: String, words: (Value) -> String
  ) -> Finding {
    switch answer {
    case .success(let value):
      return .good(subject, words(value))
    case .failure(let trouble) where ["401", "403", "404"].contains(trouble.cause):
      return .fault(
        subject, "not readable (\(trouble.cause)): \(loss).",
        remedy:
          "The key must be an administrator's: make one in Jellyfin under Dashboard, API Keys, and let JELLYFIN_API_URL lead to Jellyfin itself, past any proxy."
      )
    case .failure(let trouble):
      return fault(subject, trouble)
    }
  }

  private static func isOlder(_ version: String, than least: (Int, Int)) -> Bool {
    let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
    return numbers.count == 2 && (numbers[0], numbers[1]) < least
  }
}
