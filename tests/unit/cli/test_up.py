"""Waiting for the product to be ready: as long as read models come nearer, however many events they have to go."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adapters.embedded.process import ServerStartError
from cli.up import Stopping, wait_until_ready

PATIENCE_S = 0.2


@contextmanager
def health(lag_of: Callable[[int], int]) -> Iterator[str]:
    """Answers with the lag of each question by its number, and 200 once that is 0."""
    asked = 0

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal asked
            asked += 1
            lag = lag_of(asked)
            self.send_response(503 if lag else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"services": {"projections": {"lag": lag}}}).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_read_models_that_come_nearer_are_waited_for() -> None:
    with health(lambda asked: max(0, 12 - asked)) as url:
        wait_until_ready(url, [], Stopping(), PATIENCE_S)


def test_read_models_that_stand_still_are_not() -> None:
    with health(lambda asked: 7) as url, pytest.raises(ServerStartError, match="7 events behind"):
        wait_until_ready(url, [], Stopping(), PATIENCE_S)


def test_nobody_answers() -> None:
    with health(lambda asked: 0) as url:
        pass
    with pytest.raises(ServerStartError, match="not ready"):
        wait_until_ready(url, [], Stopping(), PATIENCE_S)
