"""The wire between both machines, and at its other end B's network card, which hears while B is off or asleep."""
import os
import select
import socket
import threading
import time

import image

# The copies of one request come within 300 ms.
BETWEEN_REQUESTS = 1.0


class Wire:
    """A hub of Unix datagrams, one for each Ethernet frame. It never leaves this machine."""

    def __init__(self, folder, note):
        self.note = note
        self.ends = {name: (f"{folder}/{name}.wire", f"{folder}/hub-{name}") for name in "AB"}
        self.sockets = {}
        for name, (_, hub) in self.ends.items():
            end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            end.bind(hub)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            end.setblocking(False)
            self.sockets[end] = name
        mac = bytes.fromhex(image.MAC["B"].replace(":", ""))
        self.packet = b"\xff" * 6 + mac * 16
        self.guests, self.requests, self.last = {}, [], 0.0
        self.is_cut, self.is_deaf = False, False

    def connect(self, guests):
        self.guests = guests
        threading.Thread(target=self.carry, daemon=True).start()

    def carry(self):
        while True:
            for end in select.select(list(self.sockets), [], [], 1)[0]:
                frame = end.recv(70000)
                source = self.sockets[end]
                if source == "A" and self.packet in frame:
                    self.hear()
                target = "B" if source == "A" else "A"
                guest = self.guests[target]
                # What nobody takes is lost, as on any wire.
                if not self.is_cut and guest.is_on and not guest.is_asleep:
                    try:
                        end.sendto(frame, self.ends[target][0])
                    except OSError:
                        pass

    def hear(self):
        """A magic packet for B's card."""
        is_copy = time.monotonic() - self.last < BETWEEN_REQUESTS
        self.last = time.monotonic()
        if is_copy:
            return
        self.requests.append(time.time())
        guest = self.guests["B"]
        if self.is_cut or self.is_deaf:
            self.note("[wire] a wake request, which B's card does not hear")
        elif not guest.is_on:
            self.note("[wire] a wake request starts B")
            guest.start()
        elif guest.is_asleep:
            self.note("[wire] a wake request wakes B")
            guest.qmp("system_wakeup")
        else:
            self.note("[wire] a wake request, and B is on")

    def cable(self, is_in):
        self.is_cut = not is_in
        self.guests["B"].qmp("set_link", name="card", up=is_in)
        self.note(f"[wire] B's cable is {'in' if is_in else 'out'}")

    def close(self):
        for end in self.sockets:
            os.path.exists(end.getsockname()) and os.remove(end.getsockname())
