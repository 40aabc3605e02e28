"""jod-check 0.1.0 as it was released, to be measured in the same run."""
import os
import subprocess

from measure import BUILD, ROOT

VERSION = "0.1.0"
NAME = f"jod-check {VERSION}"
FOLDER = os.path.realpath(os.environ.get("JOD_RELEASED", f"{ROOT}/../shared/{VERSION}"))
MISSING = "its package is not beside this clone, and not where JOD_RELEASED points"


def architecture():
    """What Debian calls this machine."""
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def package():
    """The path of its package for this architecture; none where it is not here."""
    path = f"{FOLDER}/jod-check_{VERSION}_{architecture()}.deb"
    return path if os.path.exists(path) else None


def program():
    """The path of its program, taken out of the package; none where that is not here."""
    deb, folder = package(), f"{BUILD}/{VERSION}"
    if not deb:
        return None
    subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
    return f"{folder}/usr/bin/jod-check"
