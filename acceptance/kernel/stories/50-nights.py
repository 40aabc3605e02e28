"""Suspend to RAM in place of power-off."""
import time


def story_nights(home):
    """five nights of suspend: each evening an access wakes B, and each night is clean"""
    home.begin(SHUTDOWN_ACTION="suspend")
    for night in range(1, 6):
        home.note(f"--- night {night}")
        began = time.time()
        home.access("story-evening")
        home.await_reader("story-evening")
        if night > 1:
            home.figure(f"night {night - 1}: read {time.time() - began:.0f} s after the access")
        home.await_state("ready")
        home.wait(900, "B sleeps", lambda: home.B.is_asleep)
        home.await_state("down", 300)
        home.expect_clean()
    home.same("B has booted once", 1, home.B.boots)


def asleep(home):
    """B is asleep, and a clean night has begun."""
    home.wait(900, "B sleeps", lambda: home.B.is_asleep)
    home.await_state("down", 300)


def story_short_sleep(home):
    """something else wakes B as soon as it sleeps: that is seen, B is not asked again and again, and the user is told"""
    home.begin(SHUTDOWN_ACTION="suspend", MANUAL_START_HOLD="90s")
    home.bring_b()
    home.wait(900, "B sleeps", lambda: home.B.is_asleep)
    requests = len(home.wire.requests)
    home.note("something wakes B")
    home.B.qmp("system_wakeup")
    home.await_state("ready", 300)
    time.sleep(60)
    home.same("B is left alone for a while", False, home.B.is_asleep)
    home.same("no wake request was ours", requests, len(home.wire.requests))
    asleep(home)
    home.note("and once more")
    home.B.qmp("system_wakeup")
    home.await_state("ready", 300)
    home.contains("the user is told", "by itself", "\n".join(home.status().get("warnings", [])) + home.ours())
    home.access("story-file")
    home.await_reader("story-file")
