"""A web server on this machine, for what the service calls."""

import threading
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
