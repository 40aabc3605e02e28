"""A restarts, or does not know what time it is."""
import time


def story_a_rebooted_on(home):
    """A is rebooted while B is on and a film plays: under 10 s down, and B is left alone"""
    home.begin()
    home.bring_b()
    home.plays()
    home.A.background("story-film", f"blocks read {home.films}/film 512 600")
    home.wait(60, "the film plays", lambda: "opened" in home.A.said("story-film"))
    home.A("systemctl enable --quiet jod-check.timer")
    took = home.reboot_a()
    home.figure(f"A was down after {took:.1f} s")
    home.await_state("ready")
    home.same("B was on all the time", (1, True), (home.B.boots, home.B.is_on))
    home.access("story-again")
    home.await_reader("story-again")
    home.same("nothing has failed", "", home.failed_units())
    home.A("systemctl disable --quiet jod-check.timer")
    home.at_most("seconds until A was down", 10, took)


def story_a_rebooted_off(home):
    """A is rebooted while B is off: it boots as ever, nothing fails, and B stays off"""
    home.begin()
    home.A("systemctl enable --quiet jod-check.timer")
    took = home.reboot_a()
    home.figure(f"A was down after {took:.1f} s")
    home.await_state("down", 300)
    home.expect_clean()
    home.same("B was not woken", 0, home.B.boots)
    home.access("story-one")
    home.await_reader("story-one")
    home.A("systemctl disable --quiet jod-check.timer")
    home.at_most("seconds until A was down", 10, took)


def story_clock(home):
    """A boots with a clock 3 h behind, which is set right while B is on: B goes no earlier, and no later"""
    home.begin()
    home.A.order("systemctl enable --quiet jod-check.timer; systemctl poweroff")
    home.wait(300, "A is off", lambda: not home.A.is_on)
    home.boot_a(clock=time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 3 * 3600)))
    home.since = home.A("date +%s")
    home.at_most("A's clock, against ours, in hours", -2.9, (int(home.since) - time.time()) / 3600)
    home.await_state("down", 300)
    home.bring_b()
    time.sleep(20)
    home.A(f"date --set=@{time.time():.0f}")
    home.note("A's clock is right")
    set_at = time.monotonic()
    time.sleep(45)
    home.same("B is on for COOLDOWN_TIME from then", True, home.B.is_on)
    home.await_off()
    home.figure(f"B was off {time.monotonic() - set_at:.0f} s after the clock was set")
    home.expect_clean()
    home.A("systemctl disable --quiet jod-check.timer")
