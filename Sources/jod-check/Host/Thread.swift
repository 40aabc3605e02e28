import Glibc

/// A thread beside the main one. Most checks make none.
enum Thread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread that nobody waits for. It ends with its work, or with the process.
  static func start(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    var thread = pthread_t()
    let handedOver = Unmanaged.passRetained(Work(body))
    let code = pthread_create(
      &thread, nil,
      { work in
        Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
        return nil
      }, handedOver.toOpaque())
    guard code == 0 else {
      handedOver.release()
      throw SystemError("pthread_create", code: code)
    }
    pthread_detach(thread)
  }
}
