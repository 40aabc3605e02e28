"""What a program asks of the kernel, as strace tells it: how many calls, and what it writes and changes where."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

from measure import PLAIN, Unfit, compiled

# In memory; everything else is taken for a disk.
IN_MEMORY = {"tmpfs", "devtmpfs", "ramfs", "proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2", "securityfs"}
WRITES = {"write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile"}
# Ways to write that are not counted: a program that takes one must not pass for one that writes nothing.
UNCOUNTED = {"copy_file_range", "splice", "io_uring_setup", "io_submit"}
CHANGES = {"rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink",
           "symlinkat", "truncate", "ftruncate", "fallocate", "chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat",
           "utimensat", "mknod", "mknodat", "setxattr", "fsetxattr", "fsync", "fdatasync", "sync"}
CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)")
PATH = re.compile(r'[<"](/[^">]*)[>"]')


class Trace:
    """What one run did."""

    def __init__(self):
        self.calls = 0
        # Bytes written to files, by path.
        self.bytes = Counter()
        # Calls that change files, by path.
        self.changes = Counter()
        # The files that code was mapped from. The kernel itself maps the program and its loader: they are not among them.
        self.libraries = set()

    def names(self):
        """How many libraries, and which, unless they are too many to read."""
        count = len(self.libraries)
        return f"{count}: {', '.join(sorted(self.libraries))}" if count <= 10 else f"{count}"

    def note(self, line):
        self.calls += 1
        call = CALL.match(line)
        if not call or call[3] in ("?", "-1"):
            return
        name, words, result = call[1], call[2], int(call[3])
        if name in UNCOUNTED:
            raise Unfit(f"{name} is a way to write that is not counted")
        paths = PATH.findall(words)
        if name in WRITES and re.match(r"\d+</(?!dev/null>)", words):
            self.bytes[paths[0]] += result
        elif name in ("open", "openat", "creat") and re.search(r"O_CREAT|O_TRUNC|O_TMPFILE", words):
            self.changes[paths[-1]] += 1
        elif name in CHANGES and paths:
            self.changes[paths[-1]] += 1
        elif name == "mmap" and paths:
            self.note_mapping(words, paths[0])

    def note_mapping(self, words, path):
        if "MAP_SHARED" in words and "PROT_WRITE" in words:
            raise Unfit(f"{path} is written in memory, which is not counted")
        if "PROT_EXEC" in words:
            self.libraries.add(os.path.basename(path))

    @property
    def file_bytes(self):
        return sum(self.bytes.values())

    @property
    def disk_bytes(self):
        return sum(count for path, count in self.bytes.items() if is_on_disk(path))

    @property
    def disk_changes(self):
        return sum(count for path, count in self.changes.items() if is_on_disk(path))


def is_on_disk(path):
    """Whether a path is on a file system that is not in memory alone."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        places = [line.split()[1:3] for line in mounts]
    covering = [(len(place), kind) for place, kind in places if f"{path}/".startswith(f"{place.rstrip('/')}/")]
    # Of two on one place, the later one covers the other.
    longest = max(length for length, _ in covering)
    return [kind for length, kind in covering if length == longest][-1] not in IN_MEMORY


def trace(command, environment, output=subprocess.DEVNULL, errors=subprocess.DEVNULL):
    """Runs a program with all its children under strace; its status must be 0."""
    launcher, result = compiled("launch", "-static"), Trace()
    with tempfile.TemporaryDirectory(prefix="jod-check-trace-", dir="/dev/shm") as folder:
        reader, writer = os.pipe()
        with open(reader, encoding="ascii") as report:
            strace = ["strace", "-ff", "-y", "-s", "0", "-o", f"{folder}/of", launcher, str(writer), *command]
            with subprocess.Popen(strace, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                  pass_fds=[writer]):
                os.close(writer)
                words = report.read().split()
        if not words or words[0] != "0":
            raise Unfit(f"{command[0]} ended with {words[0] if words else 'nothing'} under strace")
        for name in os.listdir(folder):
            with open(f"{folder}/{name}", encoding="utf-8", errors="replace") as file:
                lines = file.readlines()
            if not lines[0].startswith(f'execve("{launcher}"'):
                for line in lines:
                    result.note(line)
    return result


def works():
    """Whether strace can be used here; and whether what it tells is what was done, without which nothing below is worth much."""
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"], env=PLAIN, check=False,
                                                     stderr=subprocess.DEVNULL).returncode != 0:
        return False
    with tempfile.TemporaryDirectory(prefix="jod-check-bench-", dir="/var/tmp") as folder:
        code = f"open('{folder}/a', 'w').write('xyz'); import os; os.rename('{folder}/a', '{folder}/b')"
        seen = trace([sys.executable, "-IBc", code], PLAIN)
    if (seen.disk_bytes, seen.disk_changes) != (3 if is_on_disk("/var/tmp") else 0, 2 if is_on_disk("/var/tmp") else 0):
        raise Unfit(f"three bytes in a file that was made and renamed were counted as {seen.bytes} and {seen.changes}")
    if "libc.so.6" not in seen.libraries:
        raise Unfit(f"Python seems to do without the C library: {seen.libraries}")
    return True
