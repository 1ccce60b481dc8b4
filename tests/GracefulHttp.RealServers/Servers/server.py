"""Python's http.server, bare and over ssl: what Targets.cs says of /ok, /late, /half and /upload."""
import http.server
import ssl
import sys
import threading
import time

ADDRESS, CERTIFICATE, KEY = sys.argv[1:]
LATENESS = 0.2


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def head(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_GET(self):
        if self.path == "/half":
            self.head(20)
            self.wfile.write(b"x" * 10)
            time.sleep(LATENESS)
            self.wfile.write(b"x" * 10)
            return
        if self.path == "/late":
            time.sleep(LATENESS)
        self.head(2)
        self.wfile.write(b"ok")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.head(2)
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    # The default of 5 makes the kernel drop the SYNs of ten clients that come at once.
    request_queue_size = 64


def serve(port, tls):
    server = Server((ADDRESS, port), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        # The handshake is the connection's own thread's.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


threading.Thread(target=serve, args=(8001, False), daemon=True).start()
serve(8002, True)
