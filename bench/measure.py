"""Measuring: one program once, two programs in turn, and what came of it as Markdown."""
import os
import statistics
import subprocess
import sys
import tempfile
from collections import namedtuple

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
PROGRAM = os.path.realpath(os.environ.get("JOD_CHECK", f"{ROOT}/.build/release/jod-check"))
BUILD = f"{ROOT}/.build/bench"
RUNS = int(os.environ.get("BENCH_RUNS", "40"))
# What every contestant is started with; nothing of this shell's own.
PLAIN = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent"}

# How a section ends that could not measure anything, and one that could not measure everything but met all other limits.
CANNOT_RUN, PARTLY = 77, 78

# Processor and wall time in milliseconds, peak memory in MiB.
Cost = namedtuple("Cost", "processor wall memory")


class Unfit(Exception):
    """A run that did not do what is measured, so that its figures mean nothing."""


def say(words):
    print(words, file=sys.stderr, flush=True)


def cannot_run(why):
    """Ends a section that cannot run on this machine, with the reason as what it has to say."""
    print(f"Not measured: {why}")
    sys.exit(CANNOT_RUN)


def compiled(name, *options, target=None):
    """The path of bench/NAME.c, compiled, with another name where it is one of several builds."""
    os.makedirs(BUILD, exist_ok=True)
    target = f"{BUILD}/{target or name}"
    subprocess.run(["cc", "-O2", "-Wall", "-o", target, f"{HERE}/{name}.c", *options], check=True)
    return target


def installed(program, name):
    """A copy of a program as `make install` leaves it: without symbols, and written in one go. As a linker leaves it, in
    pieces, it starts some percent slower or faster, which would be taken for a difference between two programs."""
    os.makedirs(BUILD, exist_ok=True)
    target = f"{BUILD}/{name}"
    subprocess.run(["install", "-s", "-m", "755", program, target], check=True)
    return target


class Launcher:
    """Starts programs by bench/launch.c, which is small enough to leave no trace in their figures."""

    def __init__(self):
        self.path = compiled("launch", "-static")
        # The program that measures must be measured: a program that does nothing needs a MiB or two, not a Python's memory.
        nothing = self.run(["/bin/true"], PLAIN)
        if nothing.memory > 4:
            raise Unfit(f"/bin/true seems to need {nothing.memory:.1f} MiB")

    def run(self, command, environment, output=subprocess.DEVNULL, errors=None):
        """Runs a program to its end, and returns what it took; its status must be 0."""
        reader, writer = os.pipe()
        with open(reader, encoding="ascii") as report:
            started = [self.path, str(writer), *command]
            with subprocess.Popen(
                started, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, pass_fds=[writer]
            ):
                os.close(writer)
                words = report.read().split()
        if not words or words[0] != "0":
            raise Unfit(f"{command[0]} ended with {words[0] if words else 'nothing'}")
        return Cost(int(words[1]) / 1e3, int(words[2]) / 1e6, int(words[3]) / 1024)


class Pair:
    """The costs of two contestants that ran in turn, so that what else the machine does meets both."""

    def __init__(self, own, rival, runs=None, warm_up=3):
        """Both are functions that run once and return a Cost. Who goes first changes from round to round."""
        self.own, self.rival = [], []
        self.runs = max(30, runs or RUNS)
        for number in range(-warm_up, self.runs):
            turns = [(own, self.own), (rival, self.rival)]
            for run, costs in turns if number % 2 else reversed(turns):
                cost = run()
                if number >= 0:
                    costs.append(cost)

    def ratio(self, what):
        """The median of the ratios of the rounds."""
        return statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(self.own, self.rival))

    def medians(self, what):
        return tuple(statistics.median(getattr(cost, what) for cost in costs) for costs in (self.own, self.rival))

    def row(self, *names):
        """A row of `PAIR_HEAD`."""
        cells = list(names)
        for what in ("processor", "wall"):
            own, rival = self.medians(what)
            cells += [f"{own:.2f}", f"{rival:.2f}", f"{self.ratio(what):.2f}"]
        return cells


PAIR_HEAD = ["processor time, ms", "its own", "ratio", "wall time, ms", "its own", "ratio"]


class Limits:
    """What is promised, and whether it was kept."""

    def __init__(self):
        self.rows = []
        self.met = self.whole = True

    def judge(self, what, measured, limit, digits=2, unit=""):
        met = measured <= limit
        self.met = self.met and met
        number = f"{measured:,.{digits}f}{unit}"
        self.rows.append([what, f"at most {limit:,g}{unit}", number, "met" if met else "**not met**"])

    def skip(self, what, limit, unit, why):
        """A limit that this run tells nothing about."""
        self.whole = False
        self.rows.append([what, f"at most {limit:,g}{unit}", "not measured", why])

    def show(self):
        table(["limit", "promised", "measured", ""], self.rows, names=4)

    @property
    def status(self):
        return 1 if not self.met else 0 if self.whole else PARTLY


def table(head, rows, names=1):
    """Prints a table of Markdown; all columns but the first ones are numbers."""
    print()
    for cells in [head, ["---"] * names + ["---:"] * (len(head) - names), *rows]:
        print(f"| {' | '.join(str(cell) for cell in cells)} |")
    print()


def main(section, place=None):
    """Runs a section with a folder that is gone afterwards, somewhere or in that place, and ends with its status."""
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"There is no program at {PROGRAM}: run `make build`, or set JOD_CHECK.")
    with tempfile.TemporaryDirectory(prefix="jod-check-bench-", dir=place) as folder:
        sys.exit(section(folder))
