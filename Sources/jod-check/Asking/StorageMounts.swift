import JodCore

/// What this machine has mounted of the storage server.
struct StorageMounts {
  let configuration: Configuration
  /// The storage server's name and addresses, as far as they are known.
  private let names: [String]

  init(_ configuration: Configuration, _ memory: Memory) {
    self.configuration = configuration
    names =
      configuration.storageServerAddress.map { endpoint in
        [endpoint.host] + [memory.lastAddress(of: endpoint)?.host].compactMap { $0 }
      } ?? []
  }

  /// Where they are, by the mount table of this process; nil where it cannot be read. No mount is touched.
  var present: [String]? {
    Files.text("/proc/self/mountinfo", limit: 4 << 20).map {
      Mounts.mounted(from: names, at: configuration.storageMounts, mountinfo: $0)
    }
  }
}
