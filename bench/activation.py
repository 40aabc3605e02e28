#!/usr/bin/python3
"""Processor time of activations in a booted machine, for bench/activation, which boots it.

activation.py PROCESS ROOT CGROUP REQUESTS [--rounds N] [--cycles N] [--directives]

PROCESS is the machine's process 1, ROOT its file system and CGROUP its control group, all as seen from here.

Each unit has a timer of its own that elapses at its own moment of a cycle, and the group's cpu.stat is read between any
two of them: so units take turns, and all processor time of the machine in a unit's slot is that unit's: process 1, its
children, the service, the journal, the bus. Slots in which nothing starts tell what the machine uses at rest.
"""
import argparse
import ctypes
import os
import statistics
import struct
import subprocess
import sys
import time

from measure import Limits

HERE = os.path.dirname(os.path.abspath(__file__))
SERVICE = f"{HERE}/../systemd/jod-check.service"
USUAL = f"{HERE}/usual-sandbox.conf"
# Without the second systemd would tell the journal of every start, and that is no sandbox's doing.
BARE = ["Type=oneshot", "LogLevelMax=notice"]
TRUE = "/bin/true"
CYCLES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]


def say(words):
    print(f"bench/activation: {words}", file=sys.stderr, flush=True)


class Watch:
    """Names of the control groups that are made in a folder: every start of a service makes one."""

    def __init__(self, folder):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.file = self.libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        created = 0x100
        if self.libc.inotify_add_watch(self.file, folder.encode(), created) < 0:
            raise OSError(ctypes.get_errno(), f"cannot watch {folder}")

    def names(self):
        found = []
        while True:
            try:
                data = os.read(self.file, 65536)
            except BlockingIOError:
                return found
            while data:
                length = struct.unpack_from("iIII", data)[3]
                found.append(data[16:16 + length].rstrip(b"\0").decode())
                data = data[16 + length:]


class Machine:
    def __init__(self, process, root, group):
        self.process, self.root = process, root
        self.payload = f"{group}/payload"
        self.watch = Watch(f"{self.payload}/system.slice")

    def inside(self, *command):
        return subprocess.run(
            ["nsenter", "--target", self.process, "--all", "--", "env", "-i",
             "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", *command],
            check=True, capture_output=True, text=True).stdout

    def write(self, name, text):
        with open(f"{self.root}/etc/systemd/system/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def used(self):
        """Microseconds: of everything, and of process 1 with what it has just forked."""
        return [self.microseconds(group) for group in ("", "/init.scope")]

    def microseconds(self, group):
        with open(f"{self.payload}{group}/cpu.stat", encoding="ascii") as file:
            return int(file.readline().split()[1])

    def systemd(self):
        return self.inside("systemctl", "--version").split()[1]

    def release(self):
        name = self.inside("sed", "-n", "s/^PRETTY_NAME=//p", "/etc/os-release").strip().strip('"')
        return f"{name} (systemd {self.systemd()})"

    def bound(self):
        """The most that an activation may take, in plain ones. systemd alone, with `/bin/true` in the sandbox, takes 5.1 on
        252 and 3.0 on 257; the rest is the program's."""
        return 3.5 if int(self.systemd().split(".")[0]) >= 257 else 6.5

    def exposure(self, text):
        with open(f"{self.root}/root/judged.service", "w", encoding="utf-8") as file:
            file.write(text)
        words = self.inside("systemd-analyze", "security", "--offline=true", "--no-pager", "/root/judged.service")
        return words.split("Overall exposure level for judged.service: ")[1].split()[0]

    def running(self):
        return [name for name in os.listdir(f"{self.payload}/system.slice") if name.startswith("bench-")]


def measure(machine, units, rounds, cycles, slot):
    """For each round the median microseconds of an activation of each unit, less those at rest: (all, process 1)."""
    names = list(units)
    period = next(seconds for seconds in CYCLES if seconds >= (len(names) + 1) * slot)
    slots = int(period / slot)
    # Once a minute is no repetition.
    again = f"/{period}" if period < 60 else ""
    for number, name in enumerate(names):
        machine.write(f"bench-{name}.service", units[name])
        machine.write(f"bench-{name}.timer",
                      f"[Timer]\nOnCalendar=*:*:{number * slot:.3f}{again}\nAccuracySec=1us\n")
    machine.inside("systemctl", "daemon-reload")
    machine.inside("systemctl", "start", *[f"bench-{name}.timer" for name in names])
    say(f"{len(names)} units, {rounds} rounds of {cycles} cycles of {period} s")
    # Until then everything has been started about once.
    wait_until(period * (int(time.time() / period) + 1) - slot / 10)
    results, dropped = [], 0
    for turn in range(rounds):
        sums = {name: [] for name in [*names, None]}
        for _ in range(cycles):
            origin = period * round(time.time() / period)
            before = machine.used()
            machine.watch.names()
            late = False
            for number in range(slots):
                name = names[number] if number < len(names) else None
                wait_until(origin + (number + 0.9) * slot)
                after, started = machine.used(), machine.watch.names()
                # One that has not ended by now is in the next slot as well.
                was_late, late = late, bool(machine.running())
                if started == ([f"bench-{name}.service"] if name else []) and not late and not was_late:
                    sums[name].append([end - start for end, start in zip(after, before)])
                else:
                    dropped += 1
                before = after
        if not all(sums.values()):
            sys.exit("bench/activation: this machine is too busy to tell one start from the next")
        medians = {name: [statistics.median(column) for column in zip(*samples)] for name, samples in sums.items()}
        rest = medians.pop(None)
        results.append({name: [used - idle for used, idle in zip(mean, rest)] for name, mean in medians.items()})
        say(f"round {turn + 1}: " + ", ".join(f"{name} {mean[0] / 1000:.2f} ms" for name, mean in results[-1].items())
            + f"; at rest {rest[0] / slot / 1000:.2f} ms/s; {dropped} slots dropped")
    machine.inside("systemctl", "stop", *[f"bench-{name}.timer" for name in names])
    for name in names:
        for kind in ("service", "timer"):
            os.remove(f"{machine.root}/etc/systemd/system/bench-{name}.{kind}")
    return results


def wait_until(moment):
    time.sleep(max(0, moment - time.time()))


def ratio(results, name, base="plain", part=0):
    """The median of the rounds' ratios."""
    return statistics.median(result[name][part] / result[base][0] for result in results)


def lines(path):
    """The assignments of a unit's [Service]."""
    section, found = None, []
    with open(path, encoding="utf-8") as file:
        for line in file.read().replace("\\\n", "").splitlines():
            if line.startswith("["):
                section = line
            elif section == "[Service]" and line and line[0] not in "#;":
                found.append(line)
    return found


def key(line):
    return line.split("=")[0]


def unit(assignments, command):
    """With StartLimitIntervalSec=0: no number of starts is a fault."""
    kept = [line for line in assignments if key(line) != "ExecStart"]
    return "[Unit]\nStartLimitIntervalSec=0\n[Service]\n" + "\n".join([f"ExecStart={command}", *kept]) + "\n"


def tell_ratios(machine, arguments):
    ours, usual = lines(SERVICE), lines(USUAL)
    protecting = {key(line) for line in usual} | {"ProtectProc"}
    usual += [line for line in ours if key(line) not in protecting]
    program = "/usr/bin/jod-check"
    # Two runs of the program stand apart, for it asks Jellyfin once a second at the most.
    units = {"usual-service": unit(usual, program), "plain": unit(BARE, TRUE), "sandbox": unit(ours, TRUE),
             "service": unit(ours, program), "usual": unit(usual, TRUE)}
    asked = count(arguments.requests)
    results = measure(machine, units, arguments.rounds, arguments.cycles, arguments.slot or 0.5)
    asked = count(arguments.requests) - asked
    if asked < 2 * arguments.rounds * arguments.cycles:
        sys.exit(f"bench/activation: Jellyfin was asked {asked} times: these were no checks")
    exposures = [machine.exposure(unit(set_, TRUE)) for set_ in (ours, usual)]
    rows = [("`/bin/true`, no sandbox", "plain", ""), ("`/bin/true` in the sandbox", "sandbox", exposures[0]),
            ("**the service**: the program in the sandbox", "service", exposures[0]),
            ("`/bin/true` in the usual full sandbox", "usual", exposures[1]),
            ("the program in the usual full sandbox", "usual-service", exposures[1])]
    print(f"""## The activation on {machine.release()}

Processor time of everything in a booted system for one tick of a timer: process 1, its children, the service,
the journal and the bus, by the machine's control group, less what it uses at rest. The check is that of an idle household:
Jellyfin answers, nobody is there, the storage server is off.

| unit | processor time | times plain | of it process 1 and what it forks | exposure |
|---|---|---|---|---|""")
    for words, name, exposure in rows:
        time_used = statistics.median(result[name][0] for result in results) / 1000
        print(f"| {words} | {time_used:.1f} ms | {ratio(results, name):.1f} | {ratio(results, name, part=1):.1f} "
              f"| {exposure} |")
    print(f"""
{arguments.rounds} rounds of {arguments.cycles} activations of each, taking turns; the median of the rounds. Exposure is that of
`systemd-analyze security`. What each line of the sandbox costs, why it stays, what was tried and what the rest is made of
is in [sandbox.md](sandbox.md). The limit follows systemd, for `/bin/true` in the sandbox is systemd's work alone: 6.5 where that
took 5.1 (252), 3.5 where it took 3.0 (257).""")
    limits = Limits()
    limits.judge("the service, times plain", ratio(results, "service"), machine.bound(), 1, " ×")
    limits.judge("its exposure", float(exposures[0]), 1.4, 1)
    limits.show()
    return limits.status


def tell_directives(machine, arguments):
    ours, usual = lines(SERVICE), lines(USUAL)
    left_alone = {"Type", "ExecStart", "LogLevelMax", "TimeoutStartSec", "NotifyAccess", "Group", "OOMScoreAdjust",
                  "StateDirectoryMode", "RuntimeDirectoryMode", "RuntimeDirectoryPreserve", "LimitCORE",
                  "SuccessExitStatus", "SystemCallErrorNumber"}
    groups = {}
    for line in ours:
        if key(line) not in left_alone:
            groups.setdefault(key(line), []).append(line)
    dropped = {key(line): [line] for line in usual if not any(key(line) == key(other) for other in ours)}
    units = {"plain": unit(BARE, TRUE)}
    for number, (name, group) in enumerate(groups.items()):
        # Several of what all others are compared with, so that none is far from one in time.
        if number % 8 == 0:
            units[f"full-{number}"] = unit(ours, TRUE)
        units[f"alone-{name}"] = unit(BARE + group, TRUE)
        units[f"without-{name}"] = unit([line for line in ours if line not in group], TRUE)
    for name, group in dropped.items():
        units[f"alone-{name}"] = unit(BARE + group, TRUE)
        units[f"with-{name}"] = unit(ours + group, TRUE)
    results = measure(machine, units, arguments.rounds, arguments.cycles, arguments.slot or 0.4)
    for result in results:
        result["full"] = [statistics.fmean(parts) for parts in
                          zip(*[used for name, used in result.items() if name.startswith("full-")])]
    print(f"""Plain is 1; the full set {ratio(results, "full"):.1f}.

| directive | alone adds | in the set adds |
|---|---|---|""")

    def between(more, less):
        return statistics.median((result[more][0] - result[less][0]) / result["plain"][0] for result in results)
    rows = [(name, between(f"alone-{name}", "plain"), between("full", f"without-{name}")) for name in groups]
    for name, alone, within in sorted(rows, key=lambda row: -row[2]):
        print(f"| `{name}=` | {alone:.2f} | {within:.2f} |")
    for name in dropped:
        print(f"| not here: `{name}=` | {between(f'alone-{name}', 'plain'):.2f} | {between(f'with-{name}', 'full'):.2f} |")


def count(path):
    with open(path, encoding="utf-8") as file:
        return sum(line.endswith(" GET /Sessions\n") for line in file)


def main():
    parser = argparse.ArgumentParser()
    for name in ("process", "root", "group", "requests"):
        parser.add_argument(name)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cycles", type=int, default=12)
    parser.add_argument("--slot", type=float)
    parser.add_argument("--directives", action="store_true")
    arguments = parser.parse_args()
    machine = Machine(arguments.process, arguments.root, arguments.group)
    if arguments.directives:
        tell_directives(machine, arguments)
    else:
        sys.exit(tell_ratios(machine, arguments))


main()
