"""A week of evenings by the replies of a real server. They lie beside the clone, or where ACCEPTANCE_RECORDED says."""
import datetime
import email.utils
import json
import os
import re
import time

import image

RECORDED = os.environ.get("ACCEPTANCE_RECORDED", os.path.realpath(f"{image.HERE}/../../../shared/jellyfin/recorded/12.0"))
TIME = re.compile(r'"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z"')


def recorded(name):
    """The reply as it came, with each time as far in the past as it was then."""
    with open(f"{RECORDED}/{name}.json", encoding="utf-8") as file:
        reply = json.load(file)
    asked = email.utils.parsedate_to_datetime(reply["headers"]["Date"])

    def ago(match):
        then = datetime.datetime.fromisoformat(match[1]).replace(tzinfo=datetime.timezone.utc)
        return f'"@AGO:{max(0, round((asked - then).total_seconds()))}@"'

    return TIME.sub(ago, json.dumps(reply["body"]))


def says(home, moment):
    home.note(f"Jellyfin says: {moment}")
    home.reply("Sessions", recorded(f"sessions-{moment}"))
    home.reply("Devices", recorded(f"devices-{moment}"))


def evening(home, number, is_left_open):
    requests = len(home.wire.requests)
    says(home, "two-logged-in")
    home.await_state("ready")
    home.access("story-file")
    home.await_reader("story-file")
    for moment in ("tv-playing", "tv-paused", "tv-resumed", "tv-stopped"):
        says(home, moment)
        time.sleep(15)
        home.same("B is on", False, home.B.is_asleep)
    # The app that is left open polls all night.
    says(home, "two-logged-in") if is_left_open else home.nobody()
    home.wait(900, "B sleeps", lambda: home.B.is_asleep)
    home.await_state("down", 300)
    time.sleep(30)
    home.same("it sleeps on", True, home.B.is_asleep)
    home.expect_clean()
    home.same(f"wakes of evening {number}", 1, len(home.wire.requests) - requests)
    home.nobody()
    time.sleep(30)


def story_week(home):
    """seven evenings of a household, by recorded replies, the app left open on some: one wake each, and each night B sleeps"""
    if not os.path.exists(f"{RECORDED}/sessions-tv-playing.json"):
        raise home.Skipped(f"no recorded replies in {RECORDED}")
    home.begin(SHUTDOWN_ACTION="suspend", COOLDOWN_TIME="30s", BROWSING_LIMIT="2min", ACTIVITY_WINDOW="5min")
    for number in range(1, 8):
        home.note(f"--- evening {number}")
        evening(home, number, number in (2, 3, 6))
        home.A(f"date --set='+{24 - 1} hours'")
    total = json.loads(home.A("jod-check report --days 14 --json"))["total"]
    home.note(str(total))
    home.same("wakes in the report", (7, 0), (total["wakes"], total["failed_wakes"]))
    home.figure(f"{total['wakes']} wakes; B was on for {total['on_seconds']} s, and in use for {total['active_seconds']} s")
    # With a clock of its own, it is no other story's.
    home.A.cut_power()
