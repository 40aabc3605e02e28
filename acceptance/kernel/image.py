"""The disks that both machines start from: a Debian 12 with its own kernel, the packages installed, the two paired.

Everything lies in the cache, under names made of what went into it. A new build of the packages makes new disks of the same
base, and a change of this file a new base.
"""
import hashlib
import inspect
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
CACHE = os.environ.get("ACCEPTANCE_CACHE", "/var/cache/jod-check-acceptance")
PACKAGES = os.environ.get("ACCEPTANCE_PACKAGES", os.path.realpath(f"{HERE}/../../dist"))

ADDRESS = {"A": "192.0.2.1", "B": "192.0.2.2"}
MAC = {"A": "02:00:00:00:00:0a", "B": "02:00:00:c0:ff:ee"}
NAME = {"A": "jellyfin", "B": "nas"}
PACKAGE = {"A": "jod-check_", "B": "jod-check-storage_"}
FILM_MIB = 192

# What boots and has a network.
SYSTEM = ["systemd", "systemd-sysv", "libpam-systemd", "dbus", "udev", "kmod", "iproute2", "procps", "initramfs-tools", "zstd"]
# What the packages need, and what both machines do beside that.
PROGRAMS = ["linux-image-amd64", "qemu-guest-agent", "python3", "openssh-server", "openssh-client", "sudo", "ethtool",
            "ca-certificates", "libqrencode4", "libssl3", "libsystemd0", "nfs-common", "cifs-utils", "nfs-kernel-server", "samba"]
# Drivers of hardware that no emulated machine has are most of a kernel's modules.
DRIVERS = ["gpu", "media", "infiniband", "net/wireless", "iio", "staging", "isdn", "hwmon", "usb", "ata", "scsi", "bluetooth"]
SERVED = ["nfs-server.service", "smbd.service"]
UNUSED = ["nmbd.service", "samba-ad-dc.service", "systemd-timesyncd.service", "e2scrub_reap.service", "getty@tty1.service",
          "serial-getty@ttyS0.service", "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
          "fstrim.timer", "logrotate.timer", "rpcbind.service", "rpcbind.socket", "rpc-statd.service", "nfs-blkmap.service"]

FSTAB = {"A": """/dev/vda / ext4 defaults 0 1
nas.lan:/srv/media /srv/nfs nfs4 noauto,nofail,_netdev,x-systemd.automount 0 0
//nas.lan/media /srv/smb cifs guest,hard,noauto,nofail,_netdev,x-systemd.automount 0 0
""", "B": "/dev/vda / ext4 defaults 0 1\n"}
NETWORK = """[Match]
Type=ether
[Network]
Address={address}/24
Gateway=192.0.2.254
LinkLocalAddressing=no
"""
SMB = """[global]
server role = standalone server
map to guest = Bad User
disable netbios = yes
smb ports = 445
[media]
path = /srv/media
guest ok = yes
read only = no
"""
JELLYFIN = """[Service]
ExecStartPre=/bin/cp -rT /usr/local/share/jellyfin /run/jellyfin
ExecStart=/usr/bin/python3 /usr/local/lib/jellyfin.py /run/jellyfin 8096
Restart=always
[Install]
WantedBy=multi-user.target
"""
# What Jellyfin says where nobody is.
REPLIES = {
    "key": "0123456789abcdef0123456789abcdef",
    "Sessions.json": "[]",
    "Devices.json": '{"Items":[],"TotalRecordCount":0,"StartIndex":0}',
    "LiveTv_Timers.json": '{"Items":[],"TotalRecordCount":0,"StartIndex":0}',
    "ScheduledTasks.json": '[{"Name":"Scan Media Library","State":"Idle","Key":"RefreshLibrary","Triggers":[]}]',
    "Library_VirtualFolders.json": '[{"Name":"Films","Locations":["/srv/nfs/films"],"RefreshStatus":"Idle"}]',
    "System_Info_Public.json": '{"ServerName":"home","Version":"10.11.11","ProductName":"Jellyfin Server","StartupWizardCompleted":true}',
}
SETTINGS = f"""STORAGE_SERVER_MAC={MAC["B"]}
STORAGE_SERVER_ADDRESS=nas.lan:2049
STORAGE_SERVER_SSH=jod-check@nas.lan
JELLYFIN_API_URL=http://localhost:8096
JELLYFIN_API_KEY={REPLIES["key"]}
"""


class Cannot(Exception):
    """This machine has not what it takes."""


def run(*command, **options):
    """The command's output; what it says goes into the exception where it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise Cannot(f"{' '.join(command)[:200]}: {done.stdout[-2000:]}")
    return done.stdout


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def hash_of(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def content(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def package(name, folder=PACKAGES):
    """The newest package for this machine, by its version; none where there is none."""
    found = [f for f in os.listdir(folder) if f.startswith(PACKAGE[name]) and f.endswith(("_amd64.deb", "_all.deb"))] \
        if os.path.isdir(folder) else []
    return max((f"{folder}/{f}" for f in found), key=os.path.getmtime, default=None)


class Images:
    """The disks, the kernel and the initial RAM disk."""

    def __init__(self, mirror):
        self.mirror = mirror
        recipe = inspect.getsource(Images.make_base)
        self.base = f"{CACHE}/kernel-{hash_of(mirror, recipe, *SYSTEM, *PROGRAMS, *DRIVERS)}"
        inside = [f"{HERE}/image.py", f"{HERE}/blocks.py", f"{HERE}/../jellyfin.py", package("A"), package("B")]
        self.folder = f"{self.base}/disks-{hash_of(*map(content, inside))}"
        self.kernel, self.initrd = f"{self.base}/vmlinuz", f"{self.base}/initrd"

    def disk(self, name):
        return f"{self.folder}/{name}.qcow2"

    def are_complete(self):
        return os.path.exists(f"{self.folder}/complete")

    def make(self, tell):
        """All but the pairing, which is done on the running machines; then `complete` is called."""
        if not os.path.exists(f"{self.base}/complete"):
            tell("making a Debian 12 with a kernel (once, some five minutes)")
            self.forget(CACHE, "kernel-", self.base)
            self.make_base()
        if not os.path.exists(f"{self.folder}/B.raw.complete"):
            tell("making the disks of both machines (once for each build of the packages, some two minutes)")
            self.forget(self.base, "disks-", None)
            for name in "AB":
                self.make_disk(name)

    def forget(self, folder, beginning, kept):
        for entry in os.listdir(folder):
            if entry.startswith(beginning) and f"{folder}/{entry}" != kept:
                shutil.rmtree(f"{folder}/{entry}")

    def make_base(self):
        root = f"{self.base}/root"
        shutil.rmtree(self.base, ignore_errors=True)
        os.makedirs(self.base)
        run("debootstrap", "--variant=minbase", "--include=" + ",".join(SYSTEM), "bookworm", root, self.mirror)
        write(f"{root}/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        write(f"{root}/etc/initramfs-tools/conf.d/few", "MODULES=list\nCOMPRESS=zstd\n")
        write(f"{root}/etc/initramfs-tools/modules", "virtio_pci\nvirtio_blk\next4\ncrc32c_generic\n")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("chroot", root, "apt-get", "install", "-qy", "--no-install-recommends", *PROGRAMS, env=quiet)
        run("chroot", root, "apt-get", "clean")
        release = os.listdir(f"{root}/lib/modules")[0]
        shutil.copy(f"{root}/boot/vmlinuz-{release}", self.kernel)
        shutil.copy(f"{root}/boot/initrd.img-{release}", self.initrd)
        kernel = f"{root}/lib/modules/{release}/kernel"
        for drivers in [f"{kernel}/sound", *(f"{kernel}/drivers/{name}" for name in DRIVERS)]:
            shutil.rmtree(drivers, ignore_errors=True)
        run("chroot", root, "depmod", "-a", release)
        write(f"{self.base}/complete", "")

    def make_disk(self, name):
        root, raw = f"{self.folder}/{name}", f"{self.folder}/{name}.raw"
        shutil.rmtree(root, ignore_errors=True)
        os.makedirs(self.folder, exist_ok=True)
        run("cp", "-a", "--reflink=auto", f"{self.base}/root", root)
        self.furnish(name, root)
        {"A": self.furnish_a, "B": self.furnish_b}[name](root)
        run("mke2fs", "-q", "-t", "ext4", "-d", root, raw, "3G")
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", raw, f"{self.folder}/{name}.unpaired.qcow2")
        shutil.rmtree(root)
        write(f"{raw}.complete", "")

    def furnish(self, name, root):
        deb = package(name)
        shutil.copy(deb, f"{root}/root/")
        run("chroot", root, "dpkg", "--install", f"/root/{os.path.basename(deb)}")
        os.remove(f"{root}/usr/sbin/policy-rc.d")
        write(f"{root}/etc/hostname", NAME[name] + "\n")
        write(f"{root}/etc/hosts", "127.0.0.1 localhost\n" + "".join(f"{ADDRESS[n]} {NAME[n]}.lan {NAME[n]}\n" for n in "AB"))
        write(f"{root}/etc/fstab", FSTAB[name])
        write(f"{root}/etc/systemd/network/wire.network", NETWORK.format(address=ADDRESS[name]))
        write(f"{root}/etc/machine-id", "")
        # networkd asks for wireless networks, and the module's certificates take an emulated processor half a minute.
        write(f"{root}/etc/modprobe.d/wired.conf", "install cfg80211 /bin/false\n")
        write(f"{root}/etc/systemd/journald.conf.d/kept.conf", "[Journal]\nStorage=persistent\nRateLimitBurst=0\n")
        shutil.copy(f"{HERE}/blocks.py", f"{root}/usr/local/bin/blocks")
        os.chmod(f"{root}/usr/local/bin/blocks", 0o755)
        os.makedirs(f"{root}/var/log/journal", exist_ok=True)
        run("systemctl", f"--root={root}", "--quiet", "enable", "systemd-networkd.service")
        run("systemctl", f"--root={root}", "--quiet", "mask", *UNUSED)
        run("ssh-keygen", "-q", "-A", "-f", root)

    def furnish_a(self, root):
        run("systemctl", f"--root={root}", "--quiet", "mask", *SERVED)
        shutil.copy(f"{HERE}/../jellyfin.py", f"{root}/usr/local/lib/jellyfin.py")
        for reply, text in REPLIES.items():
            write(f"{root}/usr/local/share/jellyfin/{reply}", text)
        write(f"{root}/etc/systemd/system/jellyfin.service", JELLYFIN)
        run("systemctl", f"--root={root}", "--quiet", "enable", "jellyfin.service")
        for share in ("nfs", "smb"):
            os.makedirs(f"{root}/srv/{share}")
            # As the manual wants it of a hard mount.
            write(f"{root}/etc/systemd/system/srv-{share}.mount.d/lazy.conf", "[Mount]\nLazyUnmount=yes\n")
        with open(f"{root}/etc/default/jod-check", "a", encoding="utf-8") as file:
            file.write(SETTINGS)

    def furnish_b(self, root):
        write(f"{root}/etc/exports", "/srv/media 192.0.2.0/24(rw,no_subtree_check,no_root_squash)\n")
        # The fourth version needs no port mapper.
        write(f"{root}/etc/nfs.conf.d/four.conf", "[nfsd]\nvers3=n\n")
        write(f"{root}/etc/samba/smb.conf", SMB)
        run("systemctl", f"--root={root}", "--quiet", "enable", *SERVED)
        os.makedirs(f"{root}/srv/media/films")
        os.chmod(f"{root}/srv/media/films", 0o777)
        run("python3", f"{HERE}/blocks.py", "make", f"{root}/srv/media/films/film", str(FILM_MIB))
        # It looks into every process, for which an emulated processor needs more than its seven seconds.
        os.symlink("/dev/null", f"{root}/etc/jod-check-storage/guard.d/backup")

    def complete(self):
        """Keeps the disks as the two machines have left them."""
        for name in "AB":
            os.rename(f"{self.folder}/{name}.unpaired.qcow2", self.disk(name))
        write(f"{self.folder}/complete", "")
