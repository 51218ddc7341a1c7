"""A web server of the tests' own that notes what is sent to it, and refuses what it is told to refuse."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """`got` has headers (lower case) and bodies. The first `away` messages are refused with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.away = 0
        self.status = 503

    @property
    def url(self) -> str:
        """With something secret in it, as such addresses have."""
        return f"http://127.0.0.1:{self.server_address[1]}/hook?token=geheim"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # the name that the base class calls
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.away:
            self.server.away -= 1
            self.send_response(self.server.status)
        else:
            self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serves until the context ends."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
