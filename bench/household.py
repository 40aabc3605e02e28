"""A household on loopback: Jellyfin's stand-in, and jod-check as systemd starts it there."""
import mmap
import os
import shutil
import socket
import subprocess

from measure import PLAIN, PROGRAM, Unfit, compiled
from replies import Maker, encoded

KEY = "0123456789abcdef0123456789abcdef"
AUTHORIZATION = f'Authorization: MediaBrowser Token="{KEY}"'


class Jellyfin:
    """bench/jellyfin.c, which answers with what is in its folder."""

    def __init__(self, folder, *options, scheme="http"):
        """Over https, the options are the paths of a certificate and of its key."""
        self.folder, self.scheme = folder, scheme
        os.makedirs(folder)
        self.say("LiveTv_Timers", {"Items": []})
        self.say("ScheduledTasks", [{"Key": key, "State": "Idle"} for key in ("RefreshLibrary", "AudioNormalization")])
        self.say("Library_VirtualFolders", [{"Name": "Films", "RefreshStatus": "Idle", "Locations": ["/media/Films"]}])
        secure = ("-DTLS", "-lssl", "-lcrypto") if scheme == "https" else ()
        program = compiled("jellyfin", *secure, target=f"jellyfin-{scheme}")
        self.process = subprocess.Popen([program, folder, KEY, *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        with open(f"{folder}/requests", "rb") as file:
            self._requests = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def requests(self):
        return int.from_bytes(self._requests[:8], "little")

    def say(self, name, value):
        """Replaces what a path answers with."""
        body = value if isinstance(value, bytes) else encoded(value)
        path = f"{self.folder}/{name}.json"
        with open(f"{path}.new", "wb") as file:
            file.write(body)
        os.rename(f"{path}.new", path)
        return len(body)

    def serve(self, sessions, devices, maker=None):
        """An idle household of so many of both; returns the size of each reply in bytes."""
        maker = maker or Maker()
        return (self.say("Sessions", [maker.session(number, ago=86400 + number) for number in range(sessions)]),
                self.say("Devices", maker.devices(devices)))


class JodCheck:
    """jod-check with what systemd gives it: a notify socket, a journal's stream, directories and credentials."""

    def __init__(self, folder, jellyfin, runtime=None, program=PROGRAM, **variables):
        self.jellyfin, self.program = jellyfin, program
        self.state, self.runtime, credentials = f"{folder}/state", runtime or f"{folder}/run", f"{folder}/credentials"
        for directory in (self.state, self.runtime, credentials):
            os.makedirs(directory, mode=0o700)
        for name, text in (("jellyfin-api-key", KEY), ("storage-server-ssh-key", "not used"), ("known_hosts", "not used")):
            with open(f"{credentials}/jod-check_{name}", "w", encoding="ascii") as file:
                file.write(f"{text}\n")
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(f"{folder}/notify")
        # What journald hands a service as standard output and standard error.
        self._ours, self._its = socket.socketpair()
        self._ours.setblocking(False)
        stream = os.fstat(self._its.fileno())
        self.environment = PLAIN | {
            "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee", "BROADCAST_ADDRESS": "127.255.255.255",
            "JELLYFIN_API_URL": jellyfin.url, "STATE_DIRECTORY": self.state, "RUNTIME_DIRECTORY": self.runtime,
            "CREDENTIALS_DIRECTORY": credentials, "NOTIFY_SOCKET": f"{folder}/notify",
            "JOURNAL_STREAM": f"{stream.st_dev}:{stream.st_ino}", "INVOCATION_ID": "f0" * 16} | variables

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in (self._notify, self._ours, self._its):
            end.close()
        shutil.rmtree(self.runtime)

    def run(self, start, requests=None):
        """Makes one check by `start(command, environment, output, errors)`, and sees to it that it was a whole one."""
        before = self.jellyfin.requests
        result = start([self.program], self.environment, self._its, self._its)
        seen = self.jellyfin.requests - before
        if requests is not None and seen != requests:
            raise Unfit(f"jod-check made {seen} requests, not {requests}")
        try:
            self.status = self._notify.recv(4096, socket.MSG_DONTWAIT).decode()
        except BlockingIOError:
            raise Unfit("jod-check sent no status") from None
        if not self.status.startswith("STATUS="):
            raise Unfit(f"jod-check sent {self.status}")
        try:
            raise Unfit(f"jod-check printed {self._ours.recv(4096)}")
        except BlockingIOError:
            return result
