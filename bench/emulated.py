"""jod-check for arm64 on a machine that is none: run and counted by qemu."""
import glob
import os
import shutil
import subprocess
import threading

from measure import BUILD, ROOT, Launcher, Unfit
from released import architecture

NAME = "jod-check for arm64"
QEMU = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
# Debian 12's C library, against which the package is built (packaging/cross/make).
SYSTEMS = f"{os.environ.get('BUILDD_CACHE', '/var/cache/jod-check-buildd')}/trixie-*/cross-*/layer/cross/system"


def package():
    """The path of the package; none where dist does not hold one."""
    found = glob.glob(f"{ROOT}/dist/jod-check_*_arm64.deb")
    return found[0] if len(found) == 1 else None


def missing():
    """Why nothing can be counted here; none where it can."""
    if architecture() == "arm64":
        return "this machine is one itself"
    if not QEMU:
        return "qemu-user-static is not installed"
    if not package() or not glob.glob(SYSTEMS):
        return "its package was not built here (`make deb ARCH=arm64`)"
    return None


def instructions(lines):
    """The instructions that ran, from qemu's log: it tells those of each block when it is translated, and each time that one
    runs."""
    sizes, block, total = {}, None, 0
    for line in lines:
        if line.startswith("IN:"):
            block = None
        elif line.startswith("0x"):
            if block is None:
                block = f"{int(line.split(':')[0], 16):016x}"
                sizes[block] = 0
            sizes[block] += 1
        elif line.startswith("Trace "):
            total += sizes[line.split("/", 2)[1]]
    return total


class Emulator:
    """Counts instructions outside the kernel, as weight's Valgrind does."""

    works = True

    def __init__(self, folder):
        self.launcher, self.log, self.wrapper = Launcher(), f"{folder}/qemu", f"{folder}/jod-check"
        subprocess.run(["dpkg-deb", "-x", package(), f"{BUILD}/arm64"], check=True)
        self.program = f"{BUILD}/arm64/usr/bin/jod-check"
        self.qemu = [QEMU, "-L", glob.glob(SYSTEMS)[0]]
        with open(self.wrapper, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\nexec {' '.join(self.qemu)} {self.program} \"$@\"\n")
        os.chmod(self.wrapper, 0o755)

    def start(self, command, environment, output, errors):
        """What a check is run by in place of `Launcher.run`. The log is read as it is written: it has 200 MB."""
        counted = []
        os.mkfifo(self.log)

        def count():
            with open(self.log, encoding="utf-8", errors="replace") as lines:
                counted.append(instructions(lines))
        reader = threading.Thread(target=count, daemon=True)
        reader.start()
        words = [*self.qemu, "-d", "in_asm,exec,nochain", "-D", self.log, self.program, *command[1:]]
        self.launcher.run(words, environment, output, errors)
        reader.join()
        os.remove(self.log)
        if not counted or not counted[0]:
            raise Unfit("qemu tells no number of instructions")
        return counted[0]
