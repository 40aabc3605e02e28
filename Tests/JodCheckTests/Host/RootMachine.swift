import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// This machine as the package leaves it, for the length of one script: with the user jod-check, root's configuration and
/// credentials, and nothing of others in `/run` and `/var/lib`. All of it is in a mount namespace that nobody else sees.
struct RootMachine {
  let home: Home
  /// What `/etc/default/jod-check` has.
  var settings: [String: String]

  /// Root makes it, and root's commands are what it is for.
  static let isPossible = geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0

  /// What the ssh key is: no file may have it in the end, but the administrator's.
  static let key = "the key of the storage server"

  init() throws {
    home = try Home()
    try home.storage.turn(.ready)
    settings = home.sandbox.environment.filter { !$0.key.hasSuffix("_DIRECTORY") }
    settings.merge(["STORAGE_SERVER_SSH": "jod-check@nas.invalid", "MANUAL_START_HOLD": "0"]) { $1 }
  }

  /// Runs a script of `sh` there, as root. `jod` is the program, run by root's hand; `user` runs a command as the user
  /// jod-check; `ssh` stands for OpenSSH's, and is what a test makes of it in `$folder/ssh`.
  @discardableResult
  func run(_ script: String) throws -> Sandbox.Ended {
    let sandbox = home.sandbox
    let lines = settings.map { "\($0.key)=\"\($0.value)\"\n" }.joined()
    try sandbox.write(lines, to: "default")
    if sandbox.contents("ssh") == nil { try sandbox.write("#!/bin/sh\nexit 255\n", to: "ssh") }
    let arguments = [
      "--mount", "sh", "-euc", Self.preparation + script, "sh", sandbox.folder, Sandbox.program,
    ]
    return try sandbox.run(program: "/usr/bin/unshare", arguments)
  }

  private static let preparation = """
    folder=$1 program=$2
    # strace looks for programs there, and knows no other place.
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    mount -t tmpfs -o mode=755 none /mnt
    cp -a /etc /mnt/etc
    mount --bind /mnt/etc /etc
    for place in /run /var/lib; do mount -t tmpfs -o mode=755 none "$place"; done
    sed -i '/^jod-check:/d' /etc/passwd /etc/group
    echo 'jod-check:x:64999:64999::/var/lib/jod-check:/bin/sh' >> /etc/passwd
    echo 'jod-check:x:64999:' >> /etc/group
    rm -rf /etc/jod-check
    mkdir -p /etc/default
    mkdir -m 755 /etc/jod-check
    mkdir -m 700 /etc/jod-check/credentials
    (umask 077; echo '\(key)' > /etc/jod-check/credentials/storage-server-ssh-key)
    echo 'nas.invalid key' > /etc/jod-check/credentials/known_hosts
    install -m 600 "$folder/default" /etc/default/jod-check
    install -m 755 "$folder/ssh" /mnt/ssh
    [ ! -e /usr/bin/ssh ] || mount --bind /mnt/ssh /usr/bin/ssh
    jod() { env -i "$program" "$@"; }
    user() { setpriv --reuid=64999 --regid=64999 --clear-groups "$@"; }
    # As systemd makes them.
    make_folders() {
      install -d -o 64999 -g 64999 -m 755 /run/jod-check
      install -d -o 64999 -g 64999 -m 750 /var/lib/jod-check
    }
    # All that is not the user's to change, with its owner, its mode and what is in it.
    outside() {
      find /etc /mnt/victim -printf '%p %i %m %u %g %l\\n' | sort
      find /etc /mnt/victim -type f -exec sha256sum {} + | sort
    }
    # All places where a copy of the key is, except what the tests' ssh notes.
    copies() {
      grep -rlF '\(key)' /run /var/lib /etc/default /dev/shm 2>/dev/null | grep -vx /run/jod-check/seen || true
    }

    """
}
