import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite(
    "Root's commands trust nothing that the user jod-check can write",
    .enabled(if: RootMachine.isPossible, "needs root, and setpriv"))
  struct RootTests {
    let machine: RootMachine

    init() throws { machine = try RootMachine() }

    /// Every command that root may run; what they answer is no matter here.
    private static let everyCommand = """
      for command in 'hold 1h' release 'wake --no-wait' sleep 'sleep --force' doctor check 'check --dry-run' status \\
        'status --json' report; do
        # shellcheck disable=SC2086
        jod $command >/dev/null 2>&1 || [ $? -lt 128 ]
      done

      """

    /// What the user plants, with `plant LINK`, which leads to something of root's.
    static let plantings = [
      "the folder of keys of before": "ln -s /mnt/victim /run/jod-check/credentials",
      "every file in the runtime directory": """
      for name in lock runtime.json status.json dry-run.json storage-online storage-offline boot; do
        for end in '' .new; do user ln -s "/mnt/victim/$name" "/run/jod-check/$name$end"; done
      done
      """,
      "every file in the state directory": """
      for name in state.json history.jsonl state.json.damaged; do
        for end in '' .new; do user ln -s "/mnt/victim/$name" "/var/lib/jod-check/$name$end"; done
      done
      """,
      "every file in a folder of keys": """
      user mkdir -m 700 /run/jod-check/credentials
      for name in storage-server-ssh-key known_hosts jellyfin-api-key; do
        for end in '' .new; do user ln -s "/mnt/victim/$name" "/run/jod-check/credentials/$name$end"; done
      done
      """,
    ]

    @Test(
      "links planted where the user can write change nothing outside", arguments: plantings.keys.sorted())
    func links(planting: String) throws {
      let ended = try machine.run(
        """
        make_folders
        mkdir -m 700 /mnt/victim
        for name in lock runtime.json status.json dry-run.json storage-online storage-offline boot state.json \\
          history.jsonl state.json.damaged storage-server-ssh-key known_hosts jellyfin-api-key; do
          echo "root's own $name" > "/mnt/victim/$name"
        done
        chmod 600 /mnt/victim/*
        \(try #require(Self.plantings[planting]))
        outside > /mnt/before
        \(Self.everyCommand)
        outside > /mnt/after
        diff /mnt/before /mnt/after
        """)
      #expect(ended.status == 0)
      #expect(ended.output.isEmpty, "\(ended.output)")
    }

    @Test("a link that comes and goes changes nothing outside")
    func race() throws {
      let ended = try machine.run(
        """
        make_folders
        mkdir -m 700 /mnt/victim
        for name in storage-server-ssh-key known_hosts; do echo secret > "/mnt/victim/$name"; done
        outside > /mnt/before
        # It ends with this script, even when that is killed.
        setpriv --pdeathsig KILL --reuid=64999 --regid=64999 --clear-groups sh -c '
          cd /run/jod-check
          ln -s /mnt/victim link
          while :; do
            mkdir credentials; mv -T credentials folder; mv -T link credentials; mv -T credentials link; rm -r folder
          done' 2>/dev/null &
        loop=$!
        for run in $(seq 30); do jod hold 1h >/dev/null 2>&1 || true; done
        for run in $(seq 3); do jod doctor >/dev/null 2>&1 || true; done
        kill "$loop"
        outside > /mnt/after
        diff /mnt/before /mnt/after
        """)
      #expect(ended.status == 0)
      #expect(ended.output.isEmpty, "\(ended.output)")
    }

    @Test("status shows nobody a file that only root may read")
    func status() throws {
      let ended = try machine.run(
        """
        make_folders
        jod hold 1h
        mv /run/jod-check/status.json /mnt/status.json
        chown root:root /mnt/status.json
        chmod 600 /mnt/status.json
        user ln -s /mnt/status.json /run/jod-check/status.json
        ! jod status --json
        """)
      #expect(ended.status == 0)
      #expect(!ended.output.contains("checked_at"))
    }

    @Test(
      "only what a command's user could do is done by name in the user's directories",
      arguments: [false, true])
    func calls(areMade: Bool) throws {
      let ended = try machine.run(
        """
        \(areMade ? "make_folders" : "")
        for command in 'hold 1h' release sleep doctor check report 'wake --no-wait'; do
          strace -f -qq -e trace=%file,setuid -o /mnt/calls env -i "$program" $command >/dev/null 2>&1 || [ $? -lt 128 ]
          sed '/setuid(64999)/q' /mnt/calls >> /mnt/root
          grep -c 'setuid(64999)' /mnt/calls
        done
        grep -E '/(run|var/lib)/jod-check/' /mnt/root || true
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.output == String(repeating: "1\n", count: 7))
    }

    @Test("directories that are missing are made for the user")
    func madeDirectories() throws {
      let ended = try machine.run(
        """
        umask 077
        jod hold 1h >/dev/null
        stat -c '%n %a %U:%G' /run/jod-check /var/lib/jod-check /run/jod-check/status.json
        """)
      #expect(ended.status == 0)
      #expect(
        ended.output == """
          /run/jod-check 755 jod-check:jod-check
          /var/lib/jod-check 750 jod-check:jod-check
          /run/jod-check/status.json 644 jod-check:jod-check

          """)
    }

    // MARK: The copy of the key

    /// Notes what ssh is given and who may read it, then does `then`.
    private func ssh(then: String) throws {
      try machine.home.sandbox.write(
        """
        #!/bin/sh
        for word in "$@"; do case $word in IdentityFile=*) key=${word#*=} ;; esac; done
        exec >> /run/jod-check/seen
        echo "$(stat -c '%a %U' "$key") $(cat "$key")"
        \(then)
        """, to: "ssh")
    }

    private static let seen = "400 jod-check \(RootMachine.key)\n"

    @Test("sleep and doctor hand the key to ssh", arguments: ["sleep --force", "doctor", "check"])
    func handsOver(command: String) throws {
      var machine = machine
      machine.settings["COOLDOWN_TIME"] = "1ms"
      machine.home.nobody()
      try ssh(then: "exit 75")
      let ended = try machine.run(
        """
        make_folders
        jod check >/dev/null 2>&1 || true
        rm -f /run/jod-check/seen
        jod \(command) >/dev/null 2>&1 || true
        cat /run/jod-check/seen
        copies
        """)
      #expect(ended.status == 0)
      #expect(ended.output == Self.seen)
    }

    @Test("the copy of a key is gone with the command that was killed")
    func killed() throws {
      try ssh(then: "kill -KILL $PPID")
      let ended = try machine.run(
        """
        make_folders
        jod sleep --force >/dev/null 2>&1 || echo $?
        cat /run/jod-check/seen
        copies
        """)
      #expect(ended.status == 0)
      #expect(ended.output == "137\n\(Self.seen)")
    }

    @Test(
      "nobody else sees the copy while ssh runs, and a mount that comes and goes meanwhile is seen by ssh")
    func alone() throws {
      try ssh(
        then: """
          echo ready > /run/jod-check/ready
          read -r _ < /run/jod-check/go
          mountpoint -q /mnt/b && echo mounted
          echo seen > /run/jod-check/done
          """)
      let ended = try machine.run(
        """
        mount --make-rshared /
        make_folders
        for name in ready go done; do user mkfifo "/run/jod-check/$name"; done
        jod doctor >/dev/null 2>&1 &
        read -r _ < /run/jod-check/ready
        copies
        mkdir /mnt/b
        mount -t tmpfs none /mnt/b
        echo > /run/jod-check/go
        read -r _ < /run/jod-check/done
        wait
        cat /run/jod-check/seen
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.output == "\(Self.seen)mounted\n")
    }

    @Test(
      "commands that power nothing off take no copy of a key",
      arguments: ["hold 1h", "release", "wake --no-wait"])
    func takesNone(command: String) throws {
      let ended = try machine.run(
        """
        make_folders
        strace -f -qq -e trace=%file -o /mnt/calls env -i "$program" \(command) >/dev/null 2>&1 || true
        grep -q 'openat.*/run/jod-check/runtime.json' /mnt/calls
        grep -E 'openat.*storage-server-ssh-key' /mnt/calls || true
        """)
      #expect(ended.status == 0)
      #expect(ended.output.isEmpty, "\(ended.output)")
    }

    /// Root that may make no namespace, as in many containers.
    private static let withoutNamespaces = """
      make_folders
      jod() { setpriv --bounding-set -sys_admin --inh-caps -sys_admin env -i "$program" "$@"; }

      """

    @Test("without a namespace of its own the copy lies where only root writes, until the next command")
    func fallback() throws {
      try ssh(then: "kill -KILL $PPID")
      let ended = try machine.run(
        """
        \(Self.withoutNamespaces)
        jod sleep --force >/dev/null 2>&1 || echo $?
        cat /run/jod-check/seen
        stat -c '%a %U' /run/jod-check-credentials
        copies | wc -l
        jod release >/dev/null 2>&1
        copies
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.output == "137\n\(Self.seen)711 root\n1\n")
    }

    @Test("there, the next command leaves a copy alone that is still in use")
    func inUse() throws {
      try ssh(
        then: """
          [ -e /run/jod-check/second ] && exit 255
          echo ready > /run/jod-check/ready
          read -r _ < /run/jod-check/go
          cat "$key"
          """)
      let ended = try machine.run(
        """
        \(Self.withoutNamespaces)
        for name in ready go; do user mkfifo "/run/jod-check/$name"; done
        jod doctor >/dev/null 2>&1 &
        read -r _ < /run/jod-check/ready
        : > /run/jod-check/second
        jod doctor >/dev/null 2>&1 || true
        echo > /run/jod-check/go
        wait
        cat /run/jod-check/seen
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.output == "\(Self.seen)\(Self.seen)\(RootMachine.key)\n")
    }

    // MARK: Directories named by hand

    @Test("root stays root only where both directories are root's, and nobody else can exchange them")
    func namedDirectories() throws {
      let ended = try machine.run(
        """
        make_folders
        mkdir -p /mnt/own/state /mnt/own/run /mnt/open/state /mnt/open/run
        chmod 777 /mnt/open
        user ln -s /mnt/own/run /run/jod-check/link
        try() {
          env -i STATE_DIRECTORY="$1" RUNTIME_DIRECTORY="$2" "$program" hold 1h >/dev/null 2>&1 || true
          find /mnt/own /mnt/open /run/jod-check /var/lib/jod-check -type f -user 0 | wc -l
        }
        try /mnt/open/state /mnt/open/run
        try /mnt/own/state /run/jod-check
        try /mnt/own/state /run/jod-check/link
        try /mnt/own/state /mnt/own/run
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      let numbers = ended.output.split(separator: "\n").compactMap { Int($0) }
      #expect(numbers.count == 4 && numbers.prefix(3).allSatisfy { $0 == 0 } && numbers.last! > 0)
    }

    // MARK: What root and others are told

    @Test(
      "the faults of a configuration are what root is told of it",
      arguments: ["wake", "hold 1h", "release", "sleep", "check"])
    func faults(command: String) throws {
      var machine = machine
      machine.settings["STORAGE_SERVER_MAC"] = "nonsense"
      let ended = try machine.run(
        """
        make_folders
        jod \(command) || echo $?
        stat -c %U /run/jod-check/runtime.json
        """)
      #expect(ended.output == "78\njod-check\n")
      #expect(ended.errors.contains("STORAGE_SERVER_MAC: \"nonsense\" is not understood"))
      #expect(ended.errors.contains("Correct /etc/default/jod-check;"))
      #expect(!ended.errors.contains("Install the package") && !ended.errors.contains("as root"))
    }

    @Test("a file of root's that cannot be read is told as that")
    func unreadable() throws {
      let ended = try machine.run(
        """
        make_folders
        rm /etc/default/jod-check
        mkdir /etc/default/jod-check
        jod hold 1h || echo $?
        """)
      #expect(ended.output == "78\n")
      #expect(ended.errors.contains("/etc/default/jod-check: read /etc/default/jod-check: Is a directory"))
    }

    @Test(
      "a user who may not read the configuration is told what to type",
      arguments: ["wake --no-wait", "hold 3h", "release", "sleep", "check", "--dry-run"])
    func others(command: String) throws {
      let ended = try machine.run(
        """
        make_folders
        setpriv --reuid=65534 --regid=65534 --clear-groups env -i "$program" \(command) || echo $?
        """)
      #expect(ended.output == "1\n")
      #expect(ended.errors.contains("run `sudo jod-check \(command)`"))
      #expect(!ended.errors.contains("not set"))
    }

    @Test("a misspelt variable is told with its line by doctor, a missing one beside it")
    func misspelt() throws {
      let ended = try machine.run(
        """
        make_folders
        printf '# mine\nCOOLDWN_TIME=1h\nSTORAGE_SERVER_MAC=\n' > /etc/default/jod-check
        jod doctor || true
        """)
      #expect(ended.output.contains("\"COOLDWN_TIME\" in line 2 of /etc/default/jod-check"))
      #expect(ended.output.contains("STORAGE_SERVER_MAC: not set"))
    }

    // MARK: The boot

    @Test("a process that sees another id of the boot takes that of the files, which lie in memory")
    func boot() throws {
      let ended = try machine.run(
        """
        make_folders
        boot() { grep -o '"boot":"[^"]*"' /run/jod-check/runtime.json; }
        jod check >/dev/null 2>&1 || true
        boot > /mnt/before
        echo 00000000-1111-2222-3333-444444444444 > /mnt/id
        mount --bind /mnt/id /proc/sys/kernel/random/boot_id
        jod hold 1h >/dev/null
        boot | cmp - /mnt/before
        umount /proc/sys/kernel/random/boot_id
        jod check >/dev/null 2>&1 || true
        boot | cmp - /mnt/before
        # After a restart, without what lay in memory, the kernel's own counts.
        rm /run/jod-check/runtime.json
        mount --bind /mnt/id /proc/sys/kernel/random/boot_id
        jod hold 1h >/dev/null
        boot
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.output == "\"boot\":\"00000000-1111-2222-3333-444444444444\"\n")
    }

    @Test("what was written under the kernel's own id is of the boot that continues under another")
    func oneBoot() {
      func unified(_ text: String, id: String) -> String {
        String(decoding: Boot.unified(Array(text.utf8), id: id, kernel: "0f-1e"), as: UTF8.self)
      }
      let text = #"{"last":{"boot_id":"0f-1e"},"began":{"boot_id":"other"}}"#
      #expect(unified(text, id: "a-b") == #"{"last":{"boot_id":"a-b"},"began":{"boot_id":"other"}}"#)
      #expect(unified(text, id: "0f-1e") == text)
    }

    @Test("an id that lies on a disk may be of an earlier boot", arguments: [true, false])
    func bootOnDisk(isInMemory: Bool) throws {
      let folder = isInMemory ? "/dev/shm/jod-check-test-\(UUID().uuidString)" : machine.home.sandbox.folder
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { if isInMemory { try? FileManager.default.removeItem(atPath: folder) } }
      let file = open(folder, O_RDONLY)
      defer { close(file) }
      try #require(Boot.isInMemory(file) == isInMemory, "\(folder) is on another kind of file system")
      #expect(Boot.id(runtimeDirectory: folder, kernel: "kernel") == "kernel")
      for (text, id) in [(#"{"boot":"other"}"#, "other"), ("{", "kernel"), (#"{"boot":7}"#, "kernel")] {
        try text.write(toFile: "\(folder)/runtime.json", atomically: true, encoding: .utf8)
        #expect(Boot.id(runtimeDirectory: folder, kernel: "kernel") == (isInMemory ? id : "kernel"))
      }
    }
  }
}
