#!/usr/bin/python3
"""A stand-in for Jellyfin 10.11: real HTTP, and the answers that a story has put into its folder.

jellyfin.py FOLDER PORT [CERTIFICATE]

With a file of certificate and key it speaks https.
GET /Some/Path answers with FOLDER/Some_Path.json, in which @AGO:SECONDS@ is the time so long ago, and POST with
FOLDER/POST_Some_Path.json where there is one; a file .status beside it holds another status than 200. FOLDER/key is the
API key. FOLDER/requests gets a line for each request, and FOLDER/shown one for each message on a screen.
Quick Connect: the code is confirmed once there is a file FOLDER/confirmed, and then the one key that is made is FOLDER/key.
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


SESSION = "02" * 16


def code():
    """What Quick Connect says of the one code that there is."""
    return {"Authenticated": bool(read("confirmed")), "Secret": "01" * 32, "Code": "336899"}


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
        if name == "QuickConnect_Connect":
            self.answer(int(read(f"{name}.status") or 200), json.dumps(code()))
        elif name == "Auth_Keys" and self.headers.get("Authorization") == f'MediaBrowser Token="{SESSION}"':
            keys = [{"AccessToken": key, "AppName": "jod-check", "DateCreated": stamp(0)}] if read("made") else []
            self.answer(200, json.dumps({"Items": keys, "TotalRecordCount": len(keys), "StartIndex": 0}))
        elif name != "System_Info_Public" and self.headers.get("Authorization") != f'MediaBrowser Token="{key}"':
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
            return self.answer(204, "")
        own = "POST_" + self.path.split("?")[0].strip("/").replace("/", "_")
        if read(f"{own}.json") is not None:
            self.answer(int(read(f"{own}.status") or 200), read(f"{own}.json"))
        elif self.path == "/QuickConnect/Initiate":
            self.answer(200, json.dumps(code()))
        elif self.path == "/Users/AuthenticateWithQuickConnect":
            right = read("confirmed") and json.loads(body) == {"Secret": code()["Secret"]}
            user = {"Name": "alice", "Policy": {"IsAdministrator": True}}
            self.answer(200 if right else 404, json.dumps({"AccessToken": SESSION, "User": user} if right else {}))
        else:
            if self.path == "/Auth/Keys?app=jod-check":
                open(f"{FOLDER}/made", "w", encoding="utf-8").write("one")
            self.answer(204, "")

    def do_DELETE(self):
        if self.path.startswith("/Auth/Keys/"):
            os.remove(f"{FOLDER}/made")
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
