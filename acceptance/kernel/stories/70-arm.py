"""What the storage package does with B's own network card."""


def story_arm(home):
    """a driver that forgets Wake-on-LAN whenever the interface comes up is armed by the package, after a restart too"""
    home.begin()
    home.B.start(card="rtl8139")
    home.wait(900, "B has booted", home.B.has_booted)
    device = home.B("ls /sys/class/net | grep -v lo")
    armed = f"ethtool {device} | grep -P '^\\tWake-on: '"
    home.same("it is not armed", "Wake-on: d", home.B(armed))
    status, said = home.B.run("jod-check-storage arm")
    home.note(said)
    home.same("arm ends well", 0, status)
    home.same("it is armed", "Wake-on: g", home.B(armed))
    resets = home.B.resets
    home.B.order("systemctl reboot -i")
    home.wait(300, "B restarts", lambda: home.B.resets > resets)
    home.wait(900, "B has booted", home.B.has_booted)
    home.same("it is armed again", "Wake-on: g", home.B(armed))
