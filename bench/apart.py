"""A mount namespace of one's own, for what has to see other files than this machine's."""
import os
import subprocess
import sys

from measure import cannot_run

INSIDE = "JOD_BENCH_INSIDE"


def enter(mounts, purpose):
    """Continues in a mount namespace where those commands of a shell have been run, or ends where none can be had."""
    if os.environ.get(INSIDE):
        del os.environ[INSIDE]
        return
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    command = [*unshare, "sh", "-c", f'{mounts} && exec "$@"', "sh"]
    if subprocess.run([*command, "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
        cannot_run(f"no mount namespace can be made for {purpose}; root can.")
    os.environ[INSIDE] = "1"
    os.execvp(command[0], [*command, sys.executable, *sys.argv])
