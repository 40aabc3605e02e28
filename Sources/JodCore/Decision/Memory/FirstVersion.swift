/// The state as 0.1.0 wrote it: `state.json` of version 1.
enum FirstVersion {
  static func state(_ fields: JSON.Object) throws(JSON.Failure) -> State {
    var state = State()
    state.serial = try fields["serial"]
    state.requests = WakeRequests(last: try fields["last_wake_request"])
    state.undertaking = try undertaking(fields)
    state.storage = try storage(fields)
    state.activity = try fields["activity"]
    state.counters = try fields["counters"]
    state.hold = try fields["hold"]
    state.isPresumedOn = try fields["is_presumed_on"]
    return state
  }

  /// The four that could stand side by side there. What runs counts before what is over.
  private static func undertaking(_ fields: JSON.Object) throws(JSON.Failure) -> Undertaking {
    let owed: ActiveSession? = try fields["owed_wake"]
    if let stopping = fields.member("stopping") {
      let object = try stopping.object()
      var going = Stopping(since: try object["since"])
      let isAccepted: Bool? = try object["is_accepted"]
      (going.isAccepted, going.owed) = (isAccepted == true, owed)
      return Undertaking(.stopping(going))
    }
    if let waking = fields.member("wake") {
      let object = try waking.object()
      var wake = Wake(began: try object["began"])
      (wake.requests, wake.failed) = (try object["requests"], try object["failed"])
      wake.demandEnded = try object["activity_ended"]
      return Undertaking(.waking(wake))
    }
    if let owed { return Undertaking(.owing(owed)) }
    guard let failure = fields.member("power_off_failure") else { return Undertaking() }
    return Undertaking(.refused(try refusal(failure.object())))
  }

  /// It kept a whole sentence, of which the storage server's own words are the end.
  private static func refusal(_ fields: JSON.Object) throws(JSON.Failure) -> Refusal {
    let words: String = try fields["words"]
    let isBusy: Bool = try fields["is_busy"]
    let own = words.place(of: ": ").map { String(words[$0.upperBound...]) } ?? words
    return Refusal(at: try fields["at"], isBusy ? .busy(own) : .failed(own))
  }

  private static func storage(_ fields: JSON.Object) throws(JSON.Failure) -> State.Storage {
    let json: JSON = try fields["storage"]
    let object = try json.object()
    var storage = State.Storage()
    (storage.known, storage.since) = (try object["known"], try object["since"])
    let wasReady: Bool? = try fields["was_ready_since_down"]
    storage.wasReadySinceDown = wasReady == true
    storage.byHand = try fields["found_ready"]
    return storage
  }
}
