#!/usr/bin/python3
"""Files of which every block can be told from every other, read and written as players and recorders do. Runs on both machines.

blocks.py make FILE MIB                             makes such a file
blocks.py check FILE [FROM [TO]]                    compares these blocks, and says how many are right
blocks.py read FILE KIB SECONDS [EVERY]             reads KIB in each second, or the sum of it EVERY so many seconds at once
blocks.py write FILE KIB SECONDS                    writes so
blocks.py pause FILE FLAG                           reads two MiB, waits until there is a file FLAG, and reads two more

What is read is compared at once, over and over from the beginning. The last line begins with "ended: ", or tells the error.
"""
import hashlib
import os
import sys
import time

BLOCK = 65536


def block(number):
    return hashlib.sha256(b"%d" % number).digest() * (BLOCK // 32)


def say(words):
    print(time.strftime("%H:%M:%S"), words, flush=True)


def make(path, mib):
    with open(path, "wb") as file:
        for number in range(int(mib) * 2**20 // BLOCK):
            file.write(block(number))
    return int(mib) * 2**20 // BLOCK


class Reader:
    """Reads block after block. None is to come from this machine's memory at the next time, for that would cross no wire."""

    def __init__(self, path):
        self.file = os.open(path, os.O_RDONLY)
        self.blocks = os.fstat(self.file).st_size // BLOCK
        self.number, self.count = 0, 0

    def read(self):
        began = time.monotonic()
        seen = os.pread(self.file, BLOCK, self.number * BLOCK)
        if seen != block(self.number):
            raise OSError(f"block {self.number} is wrong")
        if time.monotonic() - began > 5:
            say(f"waited {time.monotonic() - began:.0f} s for block {self.number}")
        os.posix_fadvise(self.file, self.number * BLOCK, BLOCK, os.POSIX_FADV_DONTNEED)
        self.count += 1
        self.number = (self.number + 1) % self.blocks


def check(path, first=0, last=None):
    reader = Reader(path)
    last = int(last) if last else reader.blocks
    reader.number = int(first)
    for _ in range(int(first), last):
        reader.read()
    return reader.count


def paced(step, kib, seconds, every=1.0):
    """Calls the step for each block that is due."""
    began = time.monotonic()
    due = began
    while time.monotonic() - began < float(seconds):
        for _ in range(max(1, int(float(kib) * 1024 * float(every)) // BLOCK)):
            step()
        due = max(due + float(every), time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def read(path, kib, seconds, every=1.0):
    reader = Reader(path)
    say("opened")
    paced(reader.read, kib, seconds, every)
    return reader.count


def write(path, kib, seconds):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    say("opened")
    count = 0

    def step():
        nonlocal count
        began = time.monotonic()
        left = block(count)
        while left:
            left = left[os.write(file, left):]
        count += 1
        if time.monotonic() - began > 5:
            say(f"waited {time.monotonic() - began:.0f} s for block {count}")

    paced(step, kib, seconds)
    os.fsync(file)
    os.close(file)
    return count


def pause(path, flag):
    reader = Reader(path)
    for part in range(2):
        for _ in range(2 * 2**20 // BLOCK):
            reader.read()
        if not part:
            say("paused")
            while not os.path.exists(flag):
                time.sleep(0.5)
            say("continues")
    return reader.count


if __name__ == "__main__":
    try:
        count = {"make": make, "check": check, "read": read, "write": write, "pause": pause}[sys.argv[1]](*sys.argv[2:])
        say(f"ended: {count} blocks")
    except OSError as error:
        say(f"error: {error}")
        sys.exit(1)
