"""A household of 0.1.0 that gets the new packages. Its packages lie beside the clone, or where ACCEPTANCE_RELEASED says."""
import os
import time

import image

RELEASED = os.environ.get("ACCEPTANCE_RELEASED", os.path.realpath(f"{image.HERE}/../../../shared/0.1.0"))
# As its manual had it.
MOUNT = """[Unit]
PartOf=storage-online.target
[Mount]
What=nas.lan:/srv/media
Where=/media
Type=nfs
LazyUnmount=yes
ForceUnmount=yes
[Install]
WantedBy=storage-online.target
"""


def bring_package(home, path, to):
    with open(path, "rb") as file:
        home.A.write(to, file.read())


def household_of_released(home):
    """Its program, its mount, and the settings, the key and the pairing that are there."""
    home.A("systemctl stop jod-check.timer srv-nfs.automount; cp -a /etc/jod-check /etc/default/jod-check.first /root/; "
           "dpkg --purge jod-check")
    status, said = home.A.run("dpkg --install /root/old.deb", 300)
    home.note(said)
    home.same("0.1.0 is installed", 0, status)
    home.A("cp -a /root/jod-check/credentials /etc/jod-check/; cp /root/jod-check.first /etc/default/; mkdir -p /media")
    home.A.write("/etc/systemd/system/media.mount", MOUNT)
    home.configure()
    home.A("systemctl enable --quiet media.mount; systemctl enable --quiet --now jod-check.timer jod-check.socket")


def story_released(home):
    """an upgrade of 0.1.0 in mid-film: the film plays on, B stays on, and later it goes as ever"""
    old = image.package("A", RELEASED)
    if not old:
        raise home.Skipped(f"no packages of 0.1.0 in {RELEASED}")
    home.begin()
    for path, to in ((old, "/root/old.deb"), (image.package("A"), "/root/new.deb")):
        bring_package(home, path, to)
    try:
        household_of_released(home)
        home.browses()
        home.await_state("ready")
        home.plays()
        home.wait(120, "its mount is there", lambda: home.A("systemctl is-active media.mount") == "active")
        home.A.background("story-film", "blocks read /media/films/film 1024 150")
        home.wait(60, "the film plays", lambda: "opened" in home.A.said("story-film"))
        status, said = home.A.run("DEBIAN_FRONTEND=noninteractive dpkg --install /root/new.deb", 300)
        home.note(said)
        home.same("the new one is installed", 0, status)
        home.same("the film plays on", False, home.A.has_ended("story-film"))
        for unit in ("jod-check.timer", "jod-check.socket", "jod-check-online.path", "jod-check-offline.path", "media.mount",
                     "storage-online.target"):
            home.same(f"{unit} is active", "active", home.A(f"systemctl is-active {unit}"))
        home.wait(300, "the film has ended", lambda: home.A.has_ended("story-film"))
        home.contains("each block of it was right", " ended: ", home.A.said("story-film"))
        home.same("B was on all the time", (1, True), (home.B.boots, home.B.is_on))
        home.nobody()
        ended = time.monotonic()
        home.await_off()
        home.figure(f"B was off {time.monotonic() - ended:.0f} s after the film")
        home.same("its mount has gone", "inactive", home.A("systemctl is-active media.mount"))
        home.same("nothing has failed", "", home.failed_units())
        home.same("nothing hangs", "", home.hanging())
    finally:
        # This A is no other story's.
        home.A.cut_power()
