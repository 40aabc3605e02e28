"""One machine: a QEMU that emulates its processor, with a disk of its own, and Debian's guest agent to run commands by."""
import base64
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import image

APPEND = "root=/dev/vda rw console=ttyS0 mitigations=off no_console_suspend audit=0 systemd.show_status=1 net.ifnames=0"
CARD = {"A": "virtio-net-pci", "B": "e1000"}


class Gone(Exception):
    """The machine is off, or does not answer any more."""


class Line:
    """One of QEMU's sockets: a JSON document a line, each way."""

    def __init__(self, path, alive):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        until = time.monotonic() + 60
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if not alive() or time.monotonic() > until:
                    raise Gone(f"QEMU does not listen at {path}") from None
                time.sleep(0.1)
        self.rest = b""

    def send(self, document):
        self.socket.sendall(json.dumps(document).encode() + b"\n")

    def receive(self, seconds):
        """The next document; none where none comes in time. EOFError where QEMU is gone."""
        until = time.monotonic() + seconds
        while b"\n" not in self.rest:
            self.socket.settimeout(max(0.01, until - time.monotonic()))
            try:
                some = self.socket.recv(65536)
            except socket.timeout:
                return None
            except OSError:
                some = b""
            if not some:
                raise EOFError
            self.rest += some
        line, self.rest = self.rest.split(b"\n", 1)
        try:
            return json.loads(line.lstrip(b"\xff"))
        except ValueError:
            return {}


class Guest:
    def __init__(self, name, images, folder, wire_ends, note):
        self.name, self.images, self.folder, self.note = name, images, folder, note
        # Our end of the wire, and the hub's.
        self.wire, self.hub = wire_ends
        self.disk = f"{folder}/{name}.qcow2"
        self.process, self.is_asleep, self.is_agent_there = None, False, False
        self.boots, self.resets, self.number = 0, 0, 0
        self.lock = threading.Lock()

    def new_disk(self):
        if os.path.exists(self.disk):
            os.remove(self.disk)
        image.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", self.images.disk(self.name), self.disk)

    # --- Power ----------------------------------------------------------------------------------------------------------

    @property
    def is_on(self):
        return self.process is not None and self.process.poll() is None

    def path(self, end):
        return f"{self.folder}/{self.name}.{end}"

    def start(self, clock="utc", card=None):
        """Switches it on, with this time in its clock."""
        for end in ("qmp", "agent", "wire"):
            if os.path.exists(self.path(end)):
                os.remove(self.path(end))
        self.boots += 1
        self.is_asleep = self.is_agent_there = False
        with open(self.path("qemu"), "a", encoding="utf-8") as said:
            command = self.command(clock, card or CARD[self.name])
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=end_with_us)
        self.control = Line(self.path("qmp"), lambda: self.is_on)
        self.agent = Line(self.path("agent"), lambda: self.is_on)
        threading.Thread(target=self.watch, args=(self.control, self.process), daemon=True).start()
        self.qmp("qmp_capabilities")
        self.note(f"[{self.name}] is switched on")

    def command(self, clock, card):
        # Not q35, which in QEMU 7.2 sleeps once a boot.
        return ["qemu-system-x86_64", "-name", self.name, "-machine", "pc", "-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", "768",
                "-nodefaults", "-display", "none", "-vga", "none", "-global", "PIIX4_PM.disable_s3=0", "-rtc", f"base={clock}",
                "-kernel", self.images.kernel, "-initrd", self.images.initrd, "-append", APPEND,
                "-serial", f"file:{self.console()}", "-device", "virtio-rng-pci",
                "-drive", f"file={self.disk},if=virtio,format=qcow2,cache=unsafe",
                "-netdev", f"dgram,id=wire,local.type=unix,local.path={self.wire},remote.type=unix,remote.path={self.hub}",
                "-device", f"{card},netdev=wire,id=card,mac={image.MAC[self.name]},romfile=",
                "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,path={self.path('agent')},server=on,wait=off",
                "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
                "-qmp", f"unix:{self.path('qmp')},server=on,wait=off"]

    def console(self):
        return self.path(f"console-{self.boots}")

    def qmp(self, command, **arguments):
        self.control.send({"execute": command, "arguments": arguments})

    def watch(self, control, process):
        """What QEMU tells of itself, until it is gone."""
        try:
            while True:
                message = control.receive(3600) or {}
                event = message.get("event")
                if event in ("SUSPEND", "WAKEUP", "RESET", "SHUTDOWN", "POWERDOWN"):
                    self.note(f"[{self.name}] {event}")
                if event in ("SUSPEND", "WAKEUP"):
                    self.is_asleep = event == "SUSPEND"
                if event == "RESET":
                    self.resets += 1
                    self.is_agent_there = False
        except EOFError:
            process.wait()
            self.note(f"[{self.name}] is off")

    def cut_power(self):
        if self.is_on:
            self.process.kill()
            self.process.wait()

    # --- Commands -------------------------------------------------------------------------------------------------------

    def ask(self, command, seconds=30, **arguments):
        """The agent's answer; none where none comes. What was asked before and given up is passed over."""
        with self.lock:
            self.number += 1
            try:
                self.agent.send({"execute": command, "arguments": arguments, "id": self.number})
                until = time.monotonic() + seconds
                while (left := until - time.monotonic()) > 0:
                    answer = self.agent.receive(left)
                    if answer and answer.get("id") == self.number:
                        return answer.get("return", answer)
            except (OSError, EOFError):
                return None
        return None

    def await_agent(self, seconds=600):
        """Commands are sent to an agent that has just answered: another would run them when nobody wants it any more."""
        until = time.monotonic() + seconds
        while not self.is_agent_there:
            if not self.is_on or time.monotonic() > until:
                raise Gone(f"machine {self.name} does not answer")
            self.is_agent_there = not self.is_asleep and self.ask("guest-ping", 3) == {}
            if not self.is_on:
                time.sleep(0.2)

    def run(self, words, seconds=120):
        """A line of bash in the machine, as root: its exit status and its output, both streams of it."""
        self.await_agent()
        started = self.ask("guest-exec", path="/bin/bash", arg=["-c", f"exec 2>&1; export LC_ALL=C.UTF-8 HOME=/root\n{words}"],
                           **{"capture-output": True})
        if not started or "pid" not in started:
            self.is_agent_there = False
            raise Gone(f"machine {self.name} does not run {words[:80]!r}: {started}")
        until, pause = time.monotonic() + seconds, 0.05
        while time.monotonic() < until:
            state = self.ask("guest-exec-status", pid=started["pid"])
            if not state or "exited" not in state:
                self.is_agent_there = False
                raise Gone(f"machine {self.name} was gone while it ran {words[:80]!r}")
            if state["exited"]:
                return state.get("exitcode", 128), base64.b64decode(state.get("out-data", "")).decode(errors="replace").strip()
            time.sleep(pause)
            pause = min(1, pause * 1.5)
        raise Gone(f"machine {self.name} has not ended {words[:80]!r} within {seconds} s")

    def order(self, words):
        """A line whose end the agent may not live to see."""
        self.await_agent()
        self.ask("guest-exec", path="/bin/bash", arg=["-c", words])

    def __call__(self, words, seconds=120):
        return self.run(words, seconds)[1]

    def write(self, path, text):
        """A file in the machine, there in whole or as it was."""
        data = base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()
        self(f": >{path}.new")
        for at in range(0, len(data), 120000):
            self(f"base64 -d <<<{data[at:at + 120000]} >>{path}.new")
        self(f"mv {path}.new {path}")

    def background(self, unit, words):
        """A command as a unit of its own; `said` has its output, and `has_ended` tells when it is over."""
        self.write(f"/run/{unit}.sh", words + "\n")
        self(f"systemctl reset-failed {unit} 2>/dev/null; rm -f /run/{unit}.out; systemd-run --quiet --no-block --unit={unit} "
             f"-p StandardOutput=append:/run/{unit}.out -p StandardError=append:/run/{unit}.out -E PYTHONUNBUFFERED=1 "
             f"bash /run/{unit}.sh")

    def said(self, unit):
        return self(f"cat /run/{unit}.out 2>/dev/null")

    def has_ended(self, unit):
        return self(f"systemctl show --property=ActiveState --value {unit}") in ("inactive", "failed")

    def has_booted(self):
        return self.is_on and not self.is_asleep and self("systemctl is-system-running") in ("running", "degraded")

    def console_text(self):
        with open(self.console(), encoding="utf-8", errors="replace") as file:
            return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", file.read())


def end_with_us():
    """The machine is gone with the process that runs the stories, even when that is killed."""
    import ctypes
    parent_death_signal = 1
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)
