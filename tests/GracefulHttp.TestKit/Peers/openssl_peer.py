"""HTTP/1.1 over OpenSSL, and what the client does when it ends a connection, one line per event: "<client port> <event>".

Arguments: certificate, key, TLS version (1.2 or 1.3). Commands on stdin, for every open connection:
  release       answer the request that is held
  close_notify  say close_notify on an idle connection and keep the socket open
  close         say close_notify on an idle connection and close the socket
The end of stdin ends the process, so that it never outlives the test.
"""
import os
import select
import socket
import ssl
import sys
import threading

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FIRST_HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789"
SECOND_HALF = b"abcdefghij"

printing = threading.Lock()
connections = []


class Connection(threading.Thread):
    def __init__(self, raw):
        super().__init__(daemon=True)
        self.port = raw.getpeername()[1]
        self.raw = raw
        self.tls = None
        self.commands, self.commander = socket.socketpair()

    def say(self, event):
        with printing:
            print(self.port, event, flush=True)

    def run(self):
        try:
            # Not suppressed: a FIN without close_notify is to be told from one behind it.
            self.tls = context.wrap_socket(self.raw, server_side=True, suppress_ragged_eofs=False)
            self.tls.setblocking(False)
            if self.serve():
                self.await_fin()
                self.say_close_notify()
        except (ConnectionResetError, BrokenPipeError):
            self.say("reset")
        except ssl.SSLEOFError:
            self.say("ragged")
            self.say_close_notify()
        finally:
            sock = self.tls or self.raw
            if sock.fileno() >= 0:
                # After a FIN no read reports an RST, but the socket keeps it as its pending error.
                if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
                    self.say("reset")
                sock.close()
            self.say("ended")

    def serve(self):
        """Answers requests until one side has ended. True when the client did, by close_notify."""
        while (target := self.next_request()) is not None:
            if target == "/headers":
                self.hold()
                self.write(OK)
            elif target == "/body":
                self.write(FIRST_HALF)
                self.hold()
                self.write(SECOND_HALF)
            elif target == "/silence":
                self.say("held")
                self.next_request()
                self.await_fin()
                self.await_command()
            else:
                self.write(OK)
        return self.tls.fileno() >= 0

    def next_request(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            try:
                data = self.tls.recv(65536)
            except ssl.SSLWantReadError:
                ready, _, _ = select.select([self.tls, self.commands], [], [])
                if self.commands not in ready:
                    continue
                command = self.commands.recv(1)
                self.say_close_notify()
                self.say("said_close_notify")
                if command == b"c":
                    self.tls.close()
                    return None
                continue
            except ssl.SSLZeroReturnError:
                # What b"" is called when our own close_notify is out.
                data = b""
            if not data:
                self.say("close_notify")
                return None
            head += data
        return head.split(b" ", 2)[1].decode()

    def hold(self):
        """Blind to what the client does meanwhile."""
        self.say("held")
        self.await_command()

    def await_command(self):
        select.select([self.commands], [], [])
        self.commands.recv(1)

    def await_fin(self):
        while True:
            select.select([self.tls], [], [])
            # Below the TLS session, which has ended.
            if not socket.socket.recv(self.tls, 4096):
                self.say("fin")
                return

    def write(self, data):
        self.tls.setblocking(True)
        self.tls.sendall(data)
        self.tls.setblocking(False)

    def say_close_notify(self):
        try:
            self.tls.unwrap()
        except (ssl.SSLError, OSError):
            # It is out; what failed is the wait for the client's.
            pass


def accept():
    while True:
        raw, _ = listener.accept()
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(raw)
        connections.append(connection)
        connection.start()


certificate, key, version = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
context.load_cert_chain(certificate, key)
listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print("listening", listener.getsockname()[1], flush=True)
threading.Thread(target=accept, daemon=True).start()
for line in sys.stdin:
    code = {"release": b"r", "close_notify": b"n", "close": b"c"}[line.strip()]
    for one in connections:
        if one.is_alive():
            one.commander.send(code)
os._exit(0)
