#!/usr/bin/python3
"""A stand-in for Jellyfin 10.11: real HTTP, and the answers that a story has put into its folder.

jellyfin.py FOLDER PORT [CERTIFICATE]

With a file of certificate and key it speaks https.
GET /Some/Path answers with FOLDER/Some_Path.json, in which @AGO:SECONDS@ is the time so long ago; a file .status beside
it holds another status than 200. FOLDER/key is the API key. FOLDER/requests gets a line for each request, and
FOLDER/shown one for each message on a screen.
"""
import http.server
import json
import os
import re
import socket
import ssl
import sys
import time

FOLDER = sys.argv[1]


def stamp(seconds_ago):
    """A time as .NET writes it."""
    now = time.time() - seconds_ago
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1e7):07d}Z"


def read(name):
    path = f"{FOLDER}/{name}"
    return open(path, encoding="utf-8").read() if os.path.exists(path) else None


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Kestrel", ""

    def do_GET(self):
        name = self.path.split("?")[0].strip("/").replace("/", "_")
        body = read(f"{name}.json")
        key = read("key").strip()
        if name != "System_Info_Public" and self.headers.get("Authorization") != f'MediaBrowser Token="{key}"':
            self.answer(401, "")
        elif name == "Users_Me" and body is None:
            # An API key is nobody's.
            self.answer(400, "")
        elif body is None:
            self.answer(404, "")
        else:
            text = re.sub(r"@AGO:(\d+)@", lambda match: stamp(int(match[1])), body)
            self.answer(int(read(f"{name}.status") or 200), text)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/Message"):
            shown = json.loads(body)
            with open(f"{FOLDER}/shown", "a", encoding="utf-8") as file:
                file.write(f"{self.path.split('/')[-2]}: {shown['Header']}: {shown['Text']}\n")
        self.answer(204, "")

    def answer(self, status, text):
        body = text.encode()
        with open(f"{FOLDER}/requests", "a", encoding="utf-8") as file:
            file.write(f"{time.time():.3f} {status} {self.command} {self.path}\n")
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True

    def get_request(self):
        connection, peer = super().get_request()
        # The handshake waits for the thread that answers.
        return (TLS.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) if TLS else connection), peer


TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if len(sys.argv) > 3 else None
if TLS:
    TLS.load_cert_chain(sys.argv[3])
Server(("::", int(sys.argv[2])), Answer).serve_forever()
