"""Wake by Jellyfin's sessions, for which all this was made."""
import time


def story_session(home):
    """somebody opens the app: from that to a readable file, and to B off and a clean way down when nobody is left"""
    home.begin()
    began = time.time()
    home.browses()
    home.wait(120, "a wake request", lambda: home.wire.requests)
    home.figure(f"a request {home.wire.requests[0] - began:.0f} s after somebody came")
    home.await_state("ready")
    home.access("story-file")
    home.await_reader("story-file")
    home.figure(f"a readable file after {time.time() - began:.0f} s")
    home.plays()
    time.sleep(90)
    home.same("B is on while somebody plays", (1, True), (home.B.boots, home.B.is_on))
    home.nobody()
    home.figure(f"B was off {home.await_off():.0f} s after that")
    home.expect_clean()
