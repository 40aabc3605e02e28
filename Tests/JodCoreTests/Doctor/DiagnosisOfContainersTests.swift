import Testing

@testable import JodCore

@Suite("What doctor says of Jellyfin's container")
struct DiagnosisOfContainersTests {
  private static let root = "500 400 0:70 / / rw,relatime - overlay overlay rw\n"

  private func findings(
    _ rows: String, path: String = "/srv/store/media", _ engine: Diagnosis.JellyfinView.Engine = .docker
  ) -> [Finding] {
    let host = MountTableTests.host
    let view = Diagnosis.JellyfinView(mountinfo: Self.root + rows, host: host, engine: engine, isHosts: false)
    return Diagnosis.containers([NetworkMount(path: path, source: "nas.lan:/srv/media", type: "nfs4")], view)
  }

  @Test("one good line where the folder above follows")
  func good() {
    let found = findings("510 500 254:1 /srv/store /data rw master:1 - ext4 /dev/vda1 rw")
    #expect(found == [.good("Jellyfin's mounts", "\"/srv/store/media\": Jellyfin sees it come and go")])
  }

  @Test("Docker's default is a fault, with the lines for Compose")
  func docker() {
    let found = findings("510 500 254:1 /srv/store /data rw - ext4 /dev/vda1 rw")
    #expect(found.map(\.verdict) == [.fault])
    #expect(found[0].words.contains("Too many levels of symbolic links"))
    #expect(
      found[0].remedy == """
        Bind the folder above the mount point, with rslave, and make the container anew.
        Docker Compose, below volumes:
          - type: bind
            source: /srv/store
            target: /data
            bind:
              propagation: rslave
        """)
  }

  @Test("the mount point itself, in Podman: the paths in Jellyfin stay where they can")
  func podman() {
    let found = findings("510 500 0:51 / /data/media rw - nfs4 nas.lan:/srv/media rw", .podman)
    #expect(found.map(\.verdict) == [.fault])
    #expect(
      found[0].remedy == """
        Bind the folder above the mount point, with rslave, and make the container anew.
        Podman Quadlet, below [Container]:
          Volume=/srv/store:/data:rslave
        """)
    let moved = findings("510 500 0:51 / /films rw - nfs4 nas.lan:/srv/media rw", .podman)
    #expect(moved[0].remedy?.contains("Volume=/srv/store:/srv/store:rslave") == true)
    #expect(moved[0].remedy?.hasSuffix("In Jellyfin the folder is then /srv/store/media.") == true)
  }

  @Test(
    "nothing is said where Jellyfin's process was not found, shares the host's mounts, or sees none of them")
  func silent() {
    let mount = NetworkMount(path: "/srv/store/media")
    #expect(Diagnosis.containers([mount], nil).isEmpty)
    let shared = Diagnosis.JellyfinView(mountinfo: "", host: "", engine: .none, isHosts: true)
    #expect(Diagnosis.containers([mount], shared).isEmpty)
    #expect(findings("").isEmpty)
  }

  @Test(
    "the engine is told by the control group",
    arguments: [
      ("0::/system.slice/docker-4f1d.scope", .docker), ("0::/docker/4f1d", .docker),
      ("0::/machine.slice/libpod-4f1d.scope/container", .podman),
      ("0::/system.slice/jellyfin.service", .none), ("", .none),
    ] as [(String, Diagnosis.JellyfinView.Engine)])
  func engine(_ text: String, _ engine: Diagnosis.JellyfinView.Engine) {
    #expect(Diagnosis.JellyfinView.engine(cgroup: text) == engine)
  }
}
