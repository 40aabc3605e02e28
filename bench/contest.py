"""jod-check against others, in one household after the other."""
import contextlib
import os
import shutil
import socket

import released
from household import AUTHORIZATION, JodCheck
from measure import PLAIN, PROGRAM, Launcher, Limits, Pair, Unfit, installed, say
from replies import Maker

# Sessions and devices of households whose two replies together have about 5, 30 and 50 KiB.
SMALL, USUAL, LARGE = (2, 5), (14, 28), (23, 48)


@contextlib.contextmanager
def prepared(folder, jellyfin, size, program, **variables):
    """jod-check in an idle household, with a memory of earlier checks: somebody was there, and has left."""
    os.makedirs(folder)
    runtime = f"/dev/shm/jod-check-bench-{os.getpid()}-{os.path.basename(folder)}"
    launcher = Launcher()
    with JodCheck(folder, jellyfin, runtime=runtime, program=program, **variables) as check:
        environment = check.environment
        with socket.create_server(("127.0.0.1", 0)) as storage:
            address = f"127.0.0.1:{storage.getsockname()[1]}"
            check.environment = {"STORAGE_SERVER_ADDRESS": address} | environment
            jellyfin.say("Sessions", [Maker().session(ago=0)])
            jellyfin.say("Devices", Maker().devices(4))
            check.run(launcher.run)
            jellyfin.serve(*size)
            check.run(launcher.run)
        check.environment = environment
        for _ in range(3):
            check.run(launcher.run)
        if not os.path.exists(f"{check.state}/state.json"):
            raise Unfit("jod-check has no state to read")
        yield check


def curl(jellyfin):
    return [shutil.which("curl"), "-s", "-H", AUTHORIZATION, f"{jellyfin.url}/Sessions", f"{jellyfin.url}/Devices",
            "-o", "/dev/null", "-o", "/dev/null"]


class Contest:
    """All against jod-check, and some against the one that was released, where it is here."""

    def __init__(self, folder):
        self.folder, self.launcher, self.limits, self.rows, self.number = folder, Launcher(), Limits(), [], 0
        self.program = installed(PROGRAM, "own")
        old = released.program()
        self.released = installed(old, "released") if old else None

    def rival(self, jellyfin, command):
        """A function that runs a rival once, and sees to it that it asked what is to be asked."""
        def run():
            before = jellyfin.requests
            cost = self.launcher.run(command, PLAIN)
            if jellyfin.requests - before != 2:
                raise Unfit(f"{command[0]} made {jellyfin.requests - before} requests, not 2")
            return cost
        return run

    def household(self, jellyfin, program, size=USUAL, **variables):
        self.number += 1
        return prepared(f"{self.folder}/{self.number}", jellyfin, size, program, **variables)

    def pair(self, name, jellyfin, command, size=USUAL, program=None, **variables):
        say(f"  {name}")
        with self.household(jellyfin, program or self.program, size, **variables) as check:
            pair = Pair(lambda: check.run(self.launcher.run, requests=2), self.rival(jellyfin, command))
        self.rows.append(pair.row(name))
        return pair

    def against(self, name, jellyfin, program):
        """Against another jod-check."""
        say(f"  {name}")
        with self.household(jellyfin, self.program) as own, self.household(jellyfin, program) as other:
            pair = Pair(lambda: own.run(self.launcher.run, requests=2), lambda: other.run(self.launcher.run, requests=2))
        self.rows.append(pair.row(name))
        return pair

    def both(self, jellyfin):
        """Where the released one is here, it against jod-check, and then against curl in jod-check's place; the latter pair."""
        if not self.released:
            return None
        self.against(released.NAME, jellyfin, self.released)
        return self.pair(f"`curl`; {released.NAME} in the place of jod-check", jellyfin, curl(jellyfin), program=self.released)

    def judge(self, name, pair, limit=1.0, times=("processor", "wall")):
        for what in times:
            self.limits.judge(f"{what} time, {name}", pair.ratio(what), limit, unit=" ×")
