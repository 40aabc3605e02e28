import Foundation

/// Python's `http.server` before a Jellyfin. What it does with a reply is the first part of a path: `/chunked/Sessions`.
final class PythonFront: Sendable {
  let port: Int
  private let folder: Folder
  private let peer: Peer

  init(before jellyfin: Int) throws {
    folder = try Folder()
    try folder.write(Self.program, to: "front.py")
    peer = try Peer(["python3", "-u", "front.py", "\(jellyfin)"], in: folder.path)
    port = Int(try peer.words(after: "listening at ")) ?? 0
  }

  /// How many connections it has taken so far.
  func connections() throws -> Int {
    try peer.wait(for: "connection").split(separator: "\n").count { $0 == "connection" }
  }

  private static let program = """
    import http.client, http.server, sys

    class Front(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            print("connection", flush=True)

        def do_GET(self):
            _, manner, path = self.path.split("/", 2)
            jellyfin = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
            jellyfin.request("GET", "/" + path, headers={"Authorization": self.headers["Authorization"]})
            reply = jellyfin.getresponse()
            self.answer(manner, reply.status, reply.read())

        def do_POST(self):
            # Refused before it is read.
            self.close_connection = True
            self.send_error(413)

        def answer(self, manner, status, body):
            if manner == "http10":
                self.protocol_version = "HTTP/1.0"
            if manner == "hints":
                self.send_response_only(100)
                self.end_headers()
                self.send_response_only(103, "Early Hints")
                self.send_header("Link", "</style.css>; rel=preload")
                self.end_headers()
            self.send_response(status)
            if manner == "chunked":
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for start in range(0, len(body), 3):
                    part = body[start:start + 3]
                    self.wfile.write(b"%x\\r\\n%b\\r\\n" % (len(part), part))
                self.wfile.write(b"0\\r\\n\\r\\n")
            else:
                if manner != "http10":
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            # It said that it would stay.
            self.close_connection = manner in ("http10", "once")

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
    server.daemon_threads = True
    print("listening at", server.server_port, flush=True)
    server.serve_forever()
    """
}
