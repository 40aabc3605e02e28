import Testing

@testable import JodCore

@Suite("The storage service by this machine's mounts")
struct MountedServiceTests {
  private func service(
    _ host: String = "nas.lan", fstab: String = "", units: [String] = [], hosts: String = ""
  ) -> String? {
    MountedService(of: host, fstab: fstab, unitFiles: units, hosts: hosts).map { "\($0.endpoint) \($0.path)" }
  }

  @Test(
    "each file system has its port, and its option another one",
    arguments: [
      ("nas.lan:/srv /m nfs4 noauto", "nas.lan:2049 /m"),
      ("nas.lan:/srv /m nfs hard,port=2050", "nas.lan:2050 /m"),
      ("//nas.lan/media /m cifs ro", "nas.lan:445 /m"),
      ("//nas.lan/media /m smb3 port=4450,ro", "nas.lan:4450 /m"),
      ("anna@nas.lan:/srv /m fuse.sshfs ro", "nas.lan:22 /m"),
      ("anna@nas.lan:/srv /m fuse.sshfs port=2222", "nas.lan:2222 /m"),
      ("NAS.LAN.:/srv /m nfs4", "nas.lan:2049 /m"),
      ("nas.lan:/old\\040films /m\\040n nfs4 ro", "nas.lan:2049 /m n"),
    ])
  func ports(line: String, found: String) { #expect(service(fstab: "UUID=1 / ext4\n\(line)\n") == found) }

  @Test(
    "another server's mount, a local one, a comment and a port that is none tell nothing",
    arguments: [
      "other:/srv /m nfs4", "nas.lan2:/srv /m nfs4", "/dev/nas.lan /m ext4", "# nas.lan:/srv /m nfs4", "",
      "nas.lan:/srv /m nfs4 port=0", "nas.lan:/srv /m nfs4 port=x", "nas.lan:/vol /m glusterfs",
    ])
  func none(line: String) { #expect(service(fstab: line) == nil) }

  @Test("a mount unit tells as well, after fstab")
  func units() {
    let unit = "[Mount]\nWhat=//nas.lan/media\nWhere=/srv/media\nType=cifs\nOptions=port=4450\n"
    #expect(service(units: ["[Mount]\nWhat=x\n", unit]) == "nas.lan:4450 /srv/media")
    #expect(service(fstab: "nas.lan:/srv /m nfs4", units: [unit]) == "nas.lan:2049 /m")
  }

  @Test("what goes over ssh comes last, for its port answers before the shares do")
  func secureShellLast() {
    let fstab = "a@nas.lan:/ /ssh fuse.sshfs\nnas.lan:/srv /m nfs4\n//nas.lan/x /x cifs\n"
    #expect(service(fstab: fstab) == "nas.lan:2049 /m")
  }

  @Test("a name and an address are the same where /etc/hosts says so, in both directions")
  func hosts() {
    let hosts = "127.0.0.1 localhost\n192.168.1.5\tnas.lan nas # the NAS\n"
    #expect(service("nas", fstab: "192.168.1.5:/srv /m nfs4", hosts: hosts) == "nas:2049 /m")
    #expect(service("192.168.1.5", fstab: "//nas.lan/x /m cifs", hosts: hosts) == "192.168.1.5:445 /m")
    #expect(service("nas", fstab: "nas.lan:/srv /m nfs4", hosts: hosts) == "nas:2049 /m")
    #expect(service("nas", fstab: "192.168.1.6:/srv /m nfs4", hosts: hosts) == nil)
  }

  @Test("an IPv6 address is one, in its brackets")
  func addresses() { #expect(service("fd00::2", fstab: "[fd00::2]:/srv /m nfs4") == "[fd00::2]:2049 /m") }
}

@Suite("The storage service where no variable names it")
struct DerivedServiceTests {
  private static let mounted = MountedService(
    endpoint: Endpoint(host: "nas.example", port: 2049), path: "/srv/media")

  private func derived(
    _ variables: [String: String], _ service: @escaping (String) -> MountedService? = { _ in mounted }
  ) throws -> Configuration {
    let required = [
      "STORAGE_SERVER_MAC": "02:00:00:00:00:01", "JELLYFIN_API_URL": "http://h", "JELLYFIN_API_KEY": "k",
    ]
    return try Configuration(environment: required.merging(variables) { $1 }, service: service)
  }

  @Test("it is at the port of a mount of the host that ssh names")
  func mount() throws {
    let configuration = try derived(["STORAGE_SERVER_SSH": "a@nas.example:2222"])
    #expect(configuration.storageServerAddress?.description == "nas.example:2049")
    #expect(configuration.serviceSource == .mount("/srv/media"))
    #expect(configuration.warnings.isEmpty)
    let found = Diagnosis.service(configuration.storageServerAddress, .ready, by: configuration.serviceSource)
    #expect(found.words == "nas.example:2049 answers; the port is that of the mount \"/srv/media\"")
  }

  @Test(
    "without such a mount it is where ssh listens, which is a warning that says what to set",
    arguments: ["", ":2222"])
  func secureShell(port: String) throws {
    let configuration = try derived(["STORAGE_SERVER_SSH": "a@nas.example\(port)"]) { _ in nil }
    #expect(configuration.storageServerAddress?.description == "nas.example\(port.isEmpty ? ":22" : port)")
    #expect(configuration.serviceSource == .secureShell)
    #expect(configuration.warnings == [.readyBySecureShell])
    #expect(Warning.readyBySecureShell.words.contains("penalise"))
    #expect(Warning.readyBySecureShell.words.contains("Set STORAGE_SERVER_ADDRESS"))
  }

  @Test("nobody looks for mounts where the variable is set, or nothing names a host")
  func notAsked() throws {
    var asked: [String] = []
    func ask(_ host: String) -> MountedService? {
      asked.append(host)
      return Self.mounted
    }
    let set = try derived(["STORAGE_SERVER_ADDRESS": "nas:1", "STORAGE_SERVER_SSH": "a@nas"], ask)
    #expect(set.serviceSource == .variable)
    #expect(try derived([:], ask).isBlind)
    #expect(asked.isEmpty)
    _ = try derived(["STORAGE_SERVER_SSH": "a@nas"], ask)
    #expect(asked == ["nas"])
  }
}
