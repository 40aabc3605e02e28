import Testing

@testable import JodCore

@Suite("Which machine is the storage server, and how a packet gets there")
struct StorageCandidateTests {
  private func mount(_ path: String, _ type: String = "nfs4", _ options: String = "") -> NetworkMount {
    NetworkMount(
      path: path, source: "nas:/x", type: type, options: options.split(separator: ",").map(String.init))
  }

  @Test(
    "the port is that of the file system, unless the mount names another",
    arguments: [
      ("nfs", "", 2049), ("nfs4", "rw", 2049), ("cifs", "vers=3.0", 445), ("smb3", "", 445),
      ("fuse.sshfs", "", 22),
      ("nfs4", "rw,port=12049", 12049), ("fuse.sshfs", "port=2222", 2222), ("cifs", "port=nonsense", 445),
    ])
  func port(type: String, options: String, port: Int) {
    #expect(StorageCandidate(host: "nas", mounts: [mount("/srv", type, options)]).port == port)
  }

  @Test("a kind of mount without a known port tells none, and another mount may")
  func noPort() {
    #expect(StorageCandidate(host: "nas", mounts: [mount("/a", "ceph")]).port == nil)
    #expect(StorageCandidate(host: "nas", mounts: [mount("/a", "ceph"), mount("/b", "cifs")]).port == 445)
  }

  @Test("what Jellyfin's libraries lie on comes first, then what has most mounts")
  func ranked() {
    let backup = StorageCandidate(host: "backup.lan", mounts: [mount("/backup"), mount("/more")])
    let nas = StorageCandidate(host: "nas.lan", mounts: [mount("/srv/media")])
    func first(_ libraries: String...) -> String? {
      StorageCandidate.ranked([backup, nas], libraries: libraries).first?.host
    }
    #expect(first("/srv/media/films") == "nas.lan")
    #expect(first() == "backup.lan")
    #expect(first("/srv/mediathek") == "backup.lan")
  }

  @Test("a name and an address of one machine are one, by the name; what has no mount is none")
  func same() {
    let name = StorageCandidate(host: "nas.lan", mounts: [mount("/srv/media")])
    let address = StorageCandidate(host: "192.168.1.7", mounts: [mount("/srv/media")])
    let nobody = StorageCandidate(host: "old.lan", mounts: [])
    #expect(StorageCandidate.ranked([address, name, nobody], libraries: []).map(\.host) == ["nas.lan"])
  }

  // MARK: The packet

  private func interface(_ name: String, _ address: String, up: Bool = true) -> InterfaceAddress {
    InterfaceAddress(name: name, isUp: up, address: IPv4Address(address), mask: IPv4Address("255.255.255.0"))
  }
  private let nas = [IPv4Address("192.168.1.7")!]

  @Test("the broadcast address is that of the network that the storage server is on")
  func broadcast() {
    let path = WakePath(to: nas, [interface("eth0", "10.0.0.5"), interface("eth1", "192.168.1.5")])
    #expect(path?.broadcast.description == "192.168.1.255")
    #expect(path?.interface == nil)
  }

  @Test("with two cards on one network, the card is named")
  func twoCards() {
    let path = WakePath(to: nas, [interface("eth0", "192.168.1.5"), interface("wlan0", "192.168.1.6")])
    #expect(path?.interface == "eth0")
  }

  @Test("behind a router, or by a card that is down, nothing is known")
  func router() {
    #expect(WakePath(to: nas, [interface("eth0", "10.0.0.5")]) == nil)
    #expect(WakePath(to: nas, [interface("eth0", "192.168.1.5", up: false)]) == nil)
    #expect(WakePath(to: [], [interface("eth0", "192.168.1.5")]) == nil)
  }

  @Test(
    "the house sees this machine by a card, on the storage server's network first, never by a bridge of containers"
  )
  func own() {
    let all = [
      interface("lo", "127.0.0.1"), interface("docker0", "172.17.0.1"), interface("eth0", "10.0.0.5"),
      interface("eth1", "192.168.1.5"),
    ]
    #expect(WakePath.ownAddress(all, storage: nas)?.description == "192.168.1.5")
    #expect(WakePath.ownAddress(all, storage: [])?.description == "10.0.0.5")
    #expect(WakePath.ownAddress(Array(all.prefix(2)), storage: nas) == nil)
  }
}
