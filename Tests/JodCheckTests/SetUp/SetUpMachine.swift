import Foundation
import JodCore
import Testing

@testable import jod_check

/// This machine as the package leaves it, on a network of its own with a Jellyfin and the address of a storage server, for
/// the length of one set-up at a terminal. Nobody else sees any of it.
struct SetUpMachine {
  static let isPossible = geteuid() == 0 && access("/usr/bin/python3", X_OK) == 0

  /// A text that is waited for, and what is typed then. What begins with `!` is a command of `sh`.
  typealias Step = (wait: String, type: String)

  struct Ended {
    let status: Int32
    /// All that the terminal showed.
    let screen: String
    /// What the script printed that ran afterwards.
    let after: String

    func has(_ text: String) -> Bool { screen.replacing(/\s+/, with: " ").contains(text) }
  }

  let sandbox: Sandbox
  /// Lines of `sh` that prepare the machine, after everything else.
  var preparation = ""
  /// Whether somebody is at the terminal.
  var hasTerminal = true

  init() throws { sandbox = try Sandbox() }

  /// An administrator confirms the link.
  static let confirm: Step = ("Waiting; p and Enter", "!echo yes > $folder/jellyfin/confirmed")

  /// Runs set-up, and then a script of `sh` whose output is kept.
  func run(_ arguments: String..., dialogue: [Step] = [], after script: String = "true") throws -> Ended {
    try sandbox.write(Self.driver, to: "driver.py")
    let steps = try JSONSerialization.data(withJSONObject: dialogue.map { [$0.wait, $0.type] })
    let typed = String(decoding: steps, as: UTF8.self)
    let command = hasTerminal ? "python3 $folder/driver.py $folder/screen \"$steps\"" : "plainly"
    let run = """
      \(Self.world)
      \(preparation)
      plainly() { "$@" </dev/null >$folder/screen 2>&1; }
      status=0
      \(command) "$program" setup "$@" || status=$?
      kill $server
      set +e
      \(script)
      exit $status
      """
    let ended = try sandbox.run(
      program: "/usr/bin/unshare",
      ["--mount", "--net", "sh", "-euc", run, "sh", sandbox.folder, Sandbox.program, Sandbox.root, typed]
        + arguments)
    let screen = sandbox.contents("screen") ?? "no screen: \(ended.errors)"
    return Ended(status: ended.status, screen: screen.replacing("\r", with: ""), after: ended.output)
  }

  private static let world = """
    folder=$1 program=$2 root=$3 steps=$4
    shift 4
    export folder PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
    jellyfin=$folder/jellyfin
    mkdir -p $jellyfin
    echo \(apiKey) >$jellyfin/key
    echo '{"Version":"12.0.0","ProductName":"Jellyfin Server","StartupWizardCompleted":true}' >$jellyfin/System_Info_Public.json
    echo '[]' >$jellyfin/Sessions.json
    echo '{"Items":[]}' >$jellyfin/Devices.json
    echo '[]' >$jellyfin/ScheduledTasks.json
    echo '[{"Name":"Films","Locations":["/srv/b/films"],"ItemId":"ab","LibraryOptions":{"EnableRealtimeMonitor":true}}]' \\
      >$jellyfin/Library_VirtualFolders.json
    : >$jellyfin/requests
    mount -t tmpfs -o mode=755 none /mnt
    cp -a /etc /mnt/etc
    mount --bind /mnt/etc /etc
    for place in /run /var/lib /usr/local; do mount -t tmpfs -o mode=755 none $place; done
    sed -i '/^jod-check:/d' /etc/passwd /etc/group
    echo 'jod-check:x:64999:64999::/var/lib/jod-check:/bin/sh' >>/etc/passwd
    echo 'jod-check:x:64999:' >>/etc/group
    rm -rf /etc/jod-check
    install -m 600 $root/systemd/jod-check.default /etc/default/jod-check
    echo '# mine' >/etc/fstab
    echo 'nas.lan:/media /srv/b cifs defaults,credentials=/root/c 0 0' >>/etc/fstab
    printf '127.0.0.1 localhost\\n192.0.2.7 nas.lan\\n' >/etc/hosts
    mkdir -p /usr/local/sbin
    printf '#!/bin/sh\\necho "$@" >>$folder/systemctl\\n[ "$1" != show ]\\n' | sed "s,\\$folder,$folder," >/usr/local/sbin/systemctl
    chmod 755 /usr/local/sbin/systemctl
    ip link set lo up
    ip link add lan0 type veth peer name lan1
    ip address add 192.0.2.1/24 broadcast 192.0.2.255 dev lan0
    ip link set lan0 up
    ip link set lan1 up
    ip neighbour add 192.0.2.7 lladdr 02:00:00:c0:ff:ee dev lan0
    python3 $root/acceptance/jellyfin.py $jellyfin 8096 >/dev/null 2>&1 </dev/null &
    server=$!
    until python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8096))' 2>/dev/null; do :; done
    """

  /// The API key that the stand-in makes.
  static let apiKey = "0123456789abcdef0123456789abcdef"

  /// Runs a command at a terminal of 80 columns.
  private static let driver = """
    import fcntl, json, os, pty, select, signal, struct, subprocess, sys, termios, time
    screen, steps, command = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3:]
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm"
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
    seen, start, end = b"", 0, time.time() + 60
    while time.time() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                data = b""
            if not data:
                break
            seen += data
        while steps and seen.find(steps[0][0].encode(), start) >= 0:
            wait, answer = steps.pop(0)
            start = seen.find(wait.encode(), start) + len(wait.encode())
            if answer.startswith("!"):
                subprocess.run(answer[1:], shell=True)
            else:
                os.write(terminal, answer.encode())
    else:
        os.kill(process, signal.SIGKILL)
    open(screen, "wb").write(seen)
    status = os.waitpid(process, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) & 255)
    """
}
