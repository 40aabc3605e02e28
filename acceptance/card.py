#!/usr/bin/python3
"""The storage server's network card and its power button.

card.py INTERFACE MAC FOLDER COMMAND...

Listens on the interface while the machine is off. A frame with the magic packet of MAC starts the machine: COMMAND, which
lasts as long as the machine is on. So does a line written to FOLDER/button. FOLDER/misses holds how many wake requests
in a row it misses, as a card does whose switch port still negotiates; FOLDER/heard gets a line for each request.
"""
import os
import select
import socket
import subprocess
import sys
import time

EVERY_PROTOCOL = 0x0003
# The copies of one request come within 300 ms.
BETWEEN_REQUESTS = 1.0


def is_for(card, frame):
    return frame[:6] in (b"\xff" * 6, card) and b"\xff" * 6 + card * 16 in frame[14:]


def misses(folder):
    """Whether this request is missed; counts down."""
    path = f"{folder}/misses"
    left = int(open(path).read()) if os.path.exists(path) else 0
    if left > 0:
        with open(path, "w") as file:
            file.write(str(left - 1))
    return left > 0


def tell(folder, words):
    with open(f"{folder}/heard", "a") as file:
        file.write(f"{time.time():.3f} {words}\n")


def wait_for_start(wire, button, card, folder):
    last = 0.0
    while True:
        ready, _, _ = select.select([wire, button], [], [])
        if button in ready:
            os.read(button, 4096)
            tell(folder, "button")
            return
        frame = wire.recv(65536)
        if not is_for(card, frame):
            continue
        is_copy = time.monotonic() - last < BETWEEN_REQUESTS
        last = time.monotonic()
        if is_copy:
            continue
        if misses(folder):
            tell(folder, "missed")
            continue
        tell(folder, "woke")
        return


def forget_all(wire, button):
    """What came while the machine was on was for the machine."""
    while select.select([wire], [], [], 0)[0]:
        wire.recv(65536)
    while select.select([button], [], [], 0)[0]:
        os.read(button, 4096)


def main():
    interface, mac, folder, *command = sys.argv[1:]
    card = bytes.fromhex(mac.replace(":", ""))
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
    wire.bind((interface, 0))
    if not os.path.exists(f"{folder}/button"):
        os.mkfifo(f"{folder}/button")
    # Open for writing as well, so that it never comes to an end.
    button = os.open(f"{folder}/button", os.O_RDWR)
    tell(folder, "listens")
    while True:
        wait_for_start(wire, button, card, folder)
        subprocess.run(command, check=False)
        # The kernel is everybody's here: an address that stayed would answer for a machine that is off.
        subprocess.run(["ip", "address", "flush", "dev", interface], check=True)
        forget_all(wire, button)
        tell(folder, "off")


main()
