"""B loses its cable, its power, or is started and stopped by others while somebody reads and writes: every block is compared."""
import time


def at_work(home, seconds):
    """Somebody plays; a reader and a writer are at work for so long."""
    home.begin()
    home.bring_b()
    home.plays()
    home.A.background("story-reader", f"blocks read {home.films}/film 1024 {seconds}")
    home.A.background("story-writer", f"blocks write {home.films}/recording 256 {seconds}")
    home.wait(60, "both are at work", lambda: all("opened" in home.A.said(f"story-{who}") for who in ("reader", "writer")))
    time.sleep(15)


def compare(home):
    """Both have come to their end, and what B has is what was written."""
    for who in ("reader", "writer"):
        home.wait(900, f"the {who} has ended", lambda who=who: home.A.has_ended(f"story-{who}"), 3)
        home.note(home.A.said(f"story-{who}"))
        home.contains(f"the {who} knows of no error", " ended: ", home.A.said(f"story-{who}"))
    home.await_state("ready")
    written = home.A.said("story-writer").split(" ended: ")[1].split()[0]
    seen = home.B("blocks check /srv/media/films/recording", 300)
    home.contains("what B has of the recording", f" ended: {written} blocks", seen)
    waits = [line.split("waited ")[1].split()[0] for line in home.A.said("story-reader").splitlines() if "waited" in line]
    home.figure(f"{written} blocks written and right; the reader waited {'+'.join(waits) or 0} s")
    home.same("no process of A hangs", "", home.hanging())
    home.same("no unit of A has failed", "", home.failed_units())


def story_power_cut(home):
    """B's power is cut while somebody plays and records: B is woken, and every block is right"""
    at_work(home, 120)
    home.B.cut_power()
    home.wait(900, "B is on again", lambda: home.B.boots == 2 and home.B.is_on)
    compare(home)


def story_cable(home):
    """B's cable is out for 45 s and for 120 s while somebody reads and writes: every block is right"""
    at_work(home, 330)
    for seconds in (45, 120):
        home.wire.cable(False)
        time.sleep(seconds)
        home.wire.cable(True)
        time.sleep(30)
    compare(home)
    home.same("B was on all the time", 1, home.B.boots)


def story_b_rebooted(home):
    """B is rebooted by its administrator while somebody plays and records: every block is right"""
    at_work(home, 120)
    resets = home.B.resets
    home.B.order("systemctl reboot -i")
    home.wait(300, "B restarts", lambda: home.B.resets > resets)
    compare(home)


def story_b_button(home):
    """B's button is pressed while somebody plays and records: B is woken again, and every block is right"""
    at_work(home, 120)
    home.B.qmp("system_powerdown")
    home.wait(300, "B is off", lambda: not home.B.is_on or home.B.boots == 2)
    home.wait(900, "B is woken", lambda: home.B.boots == 2 and home.B.is_on)
    compare(home)
