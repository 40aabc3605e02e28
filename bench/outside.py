"""What else there is around jod-check: a storage server, and a journal that counts. For a process whose /run is its own."""
import os
import socket
import threading

FOLDER = "/run"


class StorageServer:
    """A storage service on loopback, a network card that takes packets, and a power switch."""

    def __init__(self):
        self.flag = f"{FOLDER}/powered-off"
        self.card = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.card.bind(("127.0.0.1", 0))
        self.wake_port = self.card.getsockname()[1]
        self.sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self.sockets[0].getsockname()[1]
        self.turn("off")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.turn("starting")
        self.card.close()

    def turn(self, power):
        """Off: nobody answers. Starting: the kernel does, the service not yet. Ready: it does."""
        for each in self.sockets:
            each.close()
        self.sockets = []
        if power == "starting":
            return
        self.sockets.append(socket.create_server(("127.0.0.1", self.port), backlog=0 if power == "off" else 4096))
        # With its queue full, Linux drops what else wants to connect: on loopback, the nearest to a machine that is off.
        for _ in range(4 if power == "off" else 0):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", self.port))
            self.sockets.append(client)

    def packets(self):
        """How many packets the card has taken since the last call."""
        count = 0
        while True:
            try:
                self.card.recv(2048, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return count
            count += 1

    def was_powered_off(self):
        """Whether the power switch was pressed since the last call."""
        if not os.path.exists(self.flag):
            return False
        os.remove(self.flag)
        return True


class Journal:
    """The socket of journald's native protocol: one datagram is one entry, and an empty one is none."""

    def __init__(self):
        os.makedirs(f"{FOLDER}/systemd/journal")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"{FOLDER}/systemd/journal/socket")
        self.entries = []
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _read(self):
        try:
            while True:
                entry = self.socket.recv(1 << 18)
                if entry:
                    self.entries.append(len(entry))
        except OSError:
            pass

    def taken(self):
        """How many entries came since the last call, and their bytes."""
        # Of the thread's own list nothing is taken but what is counted.
        count = len(self.entries)
        total = sum(self.entries[:count])
        del self.entries[:count]
        return count, total
