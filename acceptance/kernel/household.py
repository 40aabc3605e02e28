"""A household of two machines, as the stories use it: what they do in it, and what they expect to see."""
import hashlib
import json
import re
import time

import blocks
import image
from guest import Gone, Guest
from wire import Wire

# A boot by an emulated processor, on a machine that has other work as well.
BOOT = 900
# A check each, so that it need not be waited for longer than for the machines.
SETTINGS = {"CHECK_INTERVAL": "10s", "COOLDOWN_TIME": "60s", "MANUAL_START_HOLD": "0"}
PORT = {"nfs": 2049, "smb": 445}
PLAYING = {"Id": "living-room", "UserId": "89b2ae71b4514311bb24ea1c4ca0461d", "UserName": "Anna", "Client": "Jellyfin Android TV",
           "DeviceId": "tv-1", "DeviceName": "Living room", "IsActive": True, "SupportedCommands": [],
           "LastActivityDate": "@AGO:2@", "LastPlaybackCheckIn": "@AGO:2@", "PlayState": {"IsPaused": False},
           "NowPlayingItem": {"Name": "A film", "Type": "Movie", "Id": "0" * 32}}
BROWSING = {"Name": "Living room", "Id": "tv-1", "LastUserName": "Anna", "LastUserId": "89b2ae71b4514311bb24ea1c4ca0461d",
            "AppName": "Jellyfin Android TV", "AppVersion": "0.18.0", "DateLastActivity": "@AGO:1@"}


class Failed(Exception):
    """What was expected, and what was seen."""

    def __init__(self, expected, seen=""):
        super().__init__(expected)
        self.expected, self.seen = expected, seen


class Skipped(Exception):
    """The story cannot be played here, and counts nothing."""


class Household:
    Failed, Skipped = Failed, Skipped

    def __init__(self, images, folder):
        self.images, self.folder = images, folder
        self.log, self.figures, self.began, self.since = None, [], time.time(), 0
        self.wire = Wire(folder, self.note)
        self.A, self.B = (Guest(name, images, folder, self.wire.ends[name], self.note) for name in "AB")
        self.wire.connect({"A": self.A, "B": self.B})

    # --- What is told -----------------------------------------------------------------------------------------------------

    def note(self, words):
        if self.log and not self.log.closed:
            print(f"{time.strftime('%H:%M:%S')} +{time.time() - self.began:5.0f} {words}", file=self.log, flush=True)

    def figure(self, words):
        self.note(f"figure: {words}")
        self.figures.append(words)

    def same(self, what, expected, seen):
        if expected != seen:
            raise Failed(f"{what}: {expected!r}", repr(seen))
        self.note(f"ok: {what}: {str(expected)[:200]!r}")

    def contains(self, what, part, text):
        if part not in text:
            raise Failed(f"{what}: {part!r}", text)
        self.note(f"ok: {what}: {part!r}")

    def at_most(self, what, most, seen):
        if seen > most:
            raise Failed(f"{what}: at most {most}", f"{seen:.1f}")
        self.note(f"ok: {what}: {seen:.1f} (at most {most})")

    def wait(self, seconds, what, look, pause=1.0):
        """Looks until it is so; how long that took. A machine that is gone meanwhile is asked again."""
        began = time.monotonic()
        while True:
            try:
                if look():
                    break
            except Gone as gone:
                self.note(f"({gone})")
            if time.monotonic() - began > seconds:
                raise Failed(f"{what}, within {seconds} s", self.in_a_line())
            time.sleep(pause)
        took = time.monotonic() - began
        self.note(f"ok after {took:.0f} s: {what}")
        return took

    # --- The beginning of a story ---------------------------------------------------------------------------------------

    def begin(self, share="nfs", **settings):
        """A is on and B is off, as before the first check; with an automount for this share."""
        self.wire.is_cut = self.wire.is_deaf = False
        self.share, self.mount = share, f"srv-{share}"
        self.clear_a()
        self.B.cut_power()
        self.B.new_disk()
        self.B.boots = 0
        if not self.A.is_on:
            self.A.new_disk()
            self.boot_a()
            self.A("cp -n /etc/default/jod-check /etc/default/jod-check.first")
        self.configure(STORAGE_SERVER_ADDRESS=f"nas.lan:{PORT[share]}", STORAGE_MOUNTS=f"/srv/{share}", **settings)
        self.nobody()
        self.A(f"systemctl start {self.mount}.automount jod-check-online.path jod-check-offline.path jod-check.timer")
        self.wire.requests.clear()
        self.since = self.A("date +%s")
        self.await_state("down")
        self.note("--- both are ready for the story")

    def clear_a(self):
        """Takes away what another story has left, while B is still there for it; or A as a whole, where that is stuck."""
        if not self.A.is_on:
            return
        try:
            mounts = "grep -cE ' (nfs4|cifs) ' /proc/mounts || true"
            if self.A(mounts) != "0" and not (self.B.is_on and not self.B.is_asleep):
                return self.A.cut_power()
            self.A("systemctl stop 'story-*' jod-check.timer jod-check.service jod-check-access.service jod-check-online.service "
                   "jod-check-offline.service storage-online.target 'srv-*.automount' 'srv-*.mount'", 180)
            self.A("rm -rf /var/lib/jod-check/* /run/jod-check/* /run/jod-check-root/* /run/story-*; systemctl reset-failed")
            if self.A(mounts) != "0":
                self.A.cut_power()
        except Gone as gone:
            self.note(f"A is switched off for good: {gone}")
            self.A.cut_power()

    def configure(self, **settings):
        lines = "".join(f"{name}={value}\n" for name, value in {**SETTINGS, **settings}.items())
        self.A.write("/run/settings", lines)
        self.A("cat /etc/default/jod-check.first /run/settings >/etc/default/jod-check; systemctl daemon-reload")

    def boot_a(self, **how):
        self.A.start(**how)
        return self.wait(BOOT, "A has booted", self.A.has_booted)

    def bring_b(self):
        """B is on, by an access: the share is mounted."""
        self.access("story-first")
        self.await_reader("story-first")
        self.await_state("ready")

    def shut_down_a(self):
        """A's own shutdown, from the command to a machine that is off."""
        began = time.monotonic()
        self.A.order("systemctl poweroff")
        self.wait(300, "A is off", lambda: not self.A.is_on, 0.1)
        took = time.monotonic() - began
        self.figure(f"A was off after {took:.1f} s")
        waits = [line for line in self.A.console_text().splitlines() if re.search("stop job is running|[Tt]imed out|Waiting for process", line)]
        self.same("its shutdown has waited for nothing", [], waits)
        self.at_most("seconds of A's shutdown", 10, took)

    def reboot_a(self):
        """A restarts; how long it took to go down."""
        resets, began = self.A.resets, time.monotonic()
        self.A.order("systemctl reboot")
        self.wait(300, "A has gone down", lambda: self.A.resets > resets, 0.1)
        took = time.monotonic() - began
        self.wait(BOOT, "A has booted", self.A.has_booted)
        return took

    # --- Who uses it ------------------------------------------------------------------------------------------------------

    def reply(self, name, document):
        text = document if isinstance(document, str) else json.dumps(document)
        self.A.write(f"/run/jellyfin/{name}.json", text)

    def nobody(self):
        self.reply("Sessions", [])
        self.reply("Devices", {"Items": [], "TotalRecordCount": 0, "StartIndex": 0})

    def browses(self):
        self.reply("Devices", {"Items": [BROWSING], "TotalRecordCount": 1, "StartIndex": 0})

    def plays(self):
        self.reply("Sessions", [PLAYING])

    @property
    def films(self):
        return f"/srv/{self.share}/films"

    def access(self, unit):
        """A program of A opens the film, and reads its first block."""
        self.A.background(unit, f"head -c {blocks.BLOCK} {self.films}/film | sha256sum")

    def await_reader(self, unit, seconds=BOOT):
        took = self.wait(seconds, f"{unit} has ended", lambda: self.A.has_ended(unit))
        self.same(f"what {unit} has read", f"{hashlib.sha256(blocks.block(0)).hexdigest()}  -", self.A.said(unit))
        return took

    # --- What can be seen -------------------------------------------------------------------------------------------------

    def status(self):
        return json.loads(self.A("cat /run/jod-check/status.json 2>/dev/null || echo {}"))

    def state(self):
        return self.status().get("storage", {}).get("state")

    def await_state(self, state, seconds=BOOT):
        return self.wait(seconds, f"the storage is known to be {state}", lambda: self.state() == state)

    def await_off(self, seconds=BOOT):
        took = self.wait(seconds, "B is off", lambda: not self.B.is_on)
        self.await_state("down", 300)
        return took

    def journal(self, *match):
        return self.A(f"journalctl --quiet --no-pager --output=short --since=@{self.since} {' '.join(match)}")

    def ours(self):
        return self.journal("-u 'jod-check*'")

    def is_mounted(self):
        return self.A(f"grep -cE ' /srv/{self.share} (nfs4|cifs) ' /proc/mounts || true") != "0"

    def failed_units(self):
        return self.A("systemctl list-units --failed --plain --no-legend")

    def hanging(self):
        """Processes, and no threads of the kernel, that are in an uninterruptible sleep at each of three looks."""
        return self.A("for look in 1 2 3; do ps -eo stat=,pid=,wchan:24=,args= | awk '$1 ~ /^D/ && $4 !~ /^\\[/'; sleep 1; done "
                      "| sort | uniq -c | awk '$1 == 3'")

    def expect_clean(self):
        """A while B is off: nothing has failed, nothing hangs, and the automount is there and answers at once."""
        self.same("no unit of A has failed", "", self.failed_units())
        self.same("no process of A hangs", "", self.hanging())
        requests = len(self.wire.requests)
        status, _ = self.A.run("timeout 10 ls -l /srv && timeout 10 df")
        self.same("exit status of a listing beside the automount, within 10 s", 0, status)
        self.same("the automount waits", "active waiting", self.A(
            f"systemctl show --property=ActiveState,SubState --value {self.mount}.automount | paste -sd ' '"))
        self.same("nothing is mounted", False, self.is_mounted())
        self.same("that has woken nobody", requests, len(self.wire.requests))

    def in_a_line(self):
        on = "asleep" if self.B.is_asleep else "on" if self.B.is_on else "off"
        words = f"B is {on}, {len(self.wire.requests)} wake requests"
        try:
            return words + "\n" + self.A("jod-check status; journalctl -q -n 12 --no-pager -o cat -u 'jod-check*'", 30)
        except Gone as gone:
            return f"{words}\n{gone}"

    def keep_evidence(self, path):
        looks = [(self.A, "jod-check status"), (self.A, f"journalctl -q --no-pager --since=@{self.since}"),
                 (self.A, "ps -eo stat,pid,wchan:24,args; cat /proc/mounts; systemctl list-jobs; cat /run/story-*.out"),
                 (self.B, "jod-check-storage status; journalctl -q --no-pager -b -n 150")]
        with open(path, "w", encoding="utf-8") as file:
            for guest, words in looks:
                print(f"--- {guest.name}: {words}", file=file)
                try:
                    print(guest(words, 60) if guest.is_on else "off", file=file)
                except Gone as gone:
                    print(gone, file=file)

    def close(self):
        for guest in (self.A, self.B):
            guest.cut_power()


def pair(home):
    """Both machines boot once and are paired as the manual says; their disks are what every story starts from."""
    for guest in (home.A, home.B):
        guest.disk = home.images.disk(guest.name).replace(".qcow2", ".unpaired.qcow2")
        guest.start()
    for guest in (home.A, home.B):
        home.wait(BOOT, f"{guest.name} has booted", guest.has_booted)
        home.same(f"no unit of {guest.name} has failed", "", guest("systemctl list-units --failed --plain --no-legend"))
    status, said = home.A.run("jod-check pair --yes jod-check@nas.lan", 300)
    home.note(said)
    home.same("pair ends well", 0, status)
    command = next((line.strip() for line in said.splitlines() if "jod-check-storage authorize" in line), "")
    status, said = home.B.run(command.replace("sudo ", ""), 120)
    home.note(said)
    home.same("so does authorize, as pair said", 0, status)
    home.note(home.A("jod-check doctor", 300))
    for guest in (home.A, home.B):
        guest.order("systemctl poweroff")
        home.wait(300, f"{guest.name} is off", lambda guest=guest: not guest.is_on)
    home.images.complete()
