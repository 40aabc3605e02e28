"""Wake on access: who opens a file while B is off waits, and reads."""
import time


def access(home, share):
    home.begin(share)
    home.expect_clean()
    began = time.time()
    home.access("story-one")
    home.await_reader("story-one")
    home.figure(f"the first byte {time.time() - began:.0f} s after the access, B's boot included")
    home.contains("it is told who asked", f"head (story-one.service) opens /srv/{share}", home.journal("-u jod-check-access"))
    home.same("nothing has failed", "", home.failed_units())
    home.await_state("ready")


def story_access_nfs(home):
    """somebody opens a film over NFS while B is off: B is woken, and the first block is right"""
    access(home, "nfs")


def story_access_smb(home):
    """the same over SMB"""
    access(home, "smb")


def story_access_twenty(home):
    """twenty open it at once: B is woken once, and all read"""
    home.begin()
    names = [f"story-{number}" for number in range(20)]
    for name in names:
        home.access(name)
    for name in names:
        home.await_reader(name)
    home.same("wakes", 1, home.journal("-u 'jod-check*'").count("Sent a wake request"))
    home.same("B has booted once", 1, home.B.boots)
    home.same("nothing has failed", "", home.failed_units())


def story_access_late(home):
    """somebody opens it while B goes down: B comes back for it"""
    home.begin()
    home.bring_b()
    home.A.background("story-sleep", "jod-check sleep --force")
    home.wait(120, "the share is unmounted", lambda: not home.is_mounted(), 0.1)
    home.access("story-late")
    home.await_reader("story-late")
    home.await_state("ready")
    is_called_off = "waits for a file" in home.A.said("story-sleep")
    home.figure("the way down was called off" if is_called_off else f"B has booted {home.B.boots} times")
    home.same("nothing has failed", "", home.failed_units())


def story_access_boot(home):
    """somebody opens it early in A's boot, with B off"""
    home.begin()
    home.A.write("/etc/systemd/system/early.service", "[Unit]\nDefaultDependencies=no\nAfter=srv-nfs.automount\n[Service]\n"
                 "ExecStart=/bin/sh -c 'head -c 65536 /srv/nfs/films/film | sha256sum >/run/early.out'\n"
                 "[Install]\nWantedBy=multi-user.target\n")
    home.A("systemctl enable --quiet early.service jod-check.timer")
    try:
        home.reboot_a()
        home.await_reader("early")
        home.contains("it is told who asked", " opens /srv/nfs", home.journal("-u jod-check-access -b"))
        home.same("nothing has failed", "", home.failed_units())
        home.same("no boot without an order", "", home.A("journalctl -q -b --no-pager -g 'ordering cycle' || true"))
    finally:
        home.A("systemctl disable --quiet early.service jod-check.timer")


def story_shutdown_waiting(home):
    """A is switched off with B off and an access waiting: under 10 s, and clean"""
    home.begin()
    home.wire.is_deaf = True
    home.access("story-waits")
    home.wait(60, "the access waits", lambda: "activating" in home.A("systemctl is-active jod-check-access.service"))
    home.shut_down_a()


def story_shutdown_off(home):
    """A is switched off with B off: under 10 s"""
    home.begin()
    home.bring_b()
    home.A("jod-check sleep --force")
    home.await_off()
    home.expect_clean()
    home.shut_down_a()
