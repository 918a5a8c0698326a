"""A web server on this machine, for what the service calls."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer


class LocalServer:
    """Answers with a handler, in a thread of its own, until it is closed."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], path: str) -> None:
        self._server = HTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/{path}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Silent:
    """For a handler that writes no line a request to stderr."""

    def log_message(self, *_: object) -> None:
        pass


class RawServer:
    """Answers every connection with a function of its socket, each in a thread of its own."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the client has had enough, as it should
                    answer(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, block_on_close = True, False
            request_queue_size = 100

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def hang(connection: socket.socket) -> None:
    """Read what comes and never answer."""
    while connection.recv(65_536):
        pass


def drip(connection: socket.socket) -> None:
    """Answer a byte at a time, for ever: no read ever waits long."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)
