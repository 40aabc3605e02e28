"""The same in Python with requests: poll.py URL KEY MAC [PAUSE]. With a pause in seconds it stays, and polls again after it."""
import datetime
import re
import socket
import sys
import time

import requests


def age(text):
    moment = datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    return (datetime.datetime.now(datetime.timezone.utc) - moment).total_seconds()


def poll(http, url, mac):
    sessions = http.get(f"{url}/Sessions", timeout=5).json()
    devices = http.get(f"{url}/Devices", timeout=5).json()["Items"]
    active = [entry for entry in sessions if "NowPlayingItem" in entry or age(entry["LastActivityDate"]) < 300]
    active += [entry for entry in devices if age(entry["DateLastActivity"]) < 300]
    if active:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sender.sendto(b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * 16, ("255.255.255.255", 9))


def main(url, key, mac, pause=None):
    with requests.Session() as http:
        http.headers["Authorization"] = f'MediaBrowser Token="{key}"'
        poll(http, url, mac)
        while pause:
            time.sleep(float(pause))
            poll(http, url, mac)


main(*sys.argv[1:])
