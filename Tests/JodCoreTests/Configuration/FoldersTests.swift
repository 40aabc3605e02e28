import Testing

@testable import JodCore

@Suite("Folders of this machine that variables name")
struct FoldersTests {
  @Test(
    "mount points are separated by blanks, quoted as in a unit, and written as systemd writes them",
    arguments: [
      ("/srv/media", ["/srv/media"]),
      ("/srv/media  /srv/music\t/mnt/b", ["/srv/media", "/srv/music", "/mnt/b"]),
      ("\"/srv/old films\" '/srv/a b'", ["/srv/old films", "/srv/a b"]),
      ("/srv/old\\x20films", ["/srv/old films"]),
      ("//srv///media//", ["/srv/media"]),
      ("/srv/media /srv/media/", ["/srv/media"]),
      ("/srv/Müller-Filme", ["/srv/Müller-Filme"]),
    ])
  func mounts(_ text: String, _ paths: [String]) {
    #expect(Folders.mounts(text) == paths)
  }

  @Test(
    "what is no mount point is refused whole",
    arguments: [
      "", "srv/media", "/", "//", "/srv/media nas:/srv", "/srv/../etc", "/srv/./media", "\"/srv/media",
      "/srv/\u{1}", "/srv/\\nfilms", "/srv/media ; /srv/music", "nas:/export /srv/media",
      "/" + String(repeating: "a", count: 4096),
    ])
  func noMounts(_ text: String) {
    #expect(Folders.mounts(text) == nil)
  }

  @Test("a folder may have blanks, for there is one")
  func folder() {
    #expect(Folders.folder("/var/log/my jellyfin/") == "/var/log/my jellyfin")
    #expect(Folders.folder("log") == nil)
    #expect(Folders.folder("/") == nil)
  }

  @Test("with mounts that wake, browsing counts for half an hour, unless it is said otherwise")
  func browsing() throws {
    #expect(configuration().browsingLimit == 7200)
    #expect(configuration(["STORAGE_MOUNTS": "/srv/media"]).browsingLimit == 1800)
    #expect(configuration(["STORAGE_MOUNTS": "/srv/media", "BROWSING_LIMIT": "1h"]).browsingLimit == 3600)
  }

  @Test("they can be read alone, though the rest is wrong")
  func alone() {
    let environment = ["STORAGE_MOUNTS": "/srv/media", "JELLYFIN_LOG_DIRECTORY": "/var/log/jellyfin/"]
    #expect(Configuration.storageMounts(in: environment) == ["/srv/media"])
    #expect(Configuration.jellyfinLogDirectory(in: environment) == "/var/log/jellyfin")
    #expect(Configuration.storageMounts(in: [:]) == [])
    #expect(Configuration.storageMounts(in: ["STORAGE_MOUNTS": "media"]) == nil)
    #expect(Configuration.jellyfinLogDirectory(in: ["JELLYFIN_LOG_DIRECTORY": "log"]) == nil)
  }
}
