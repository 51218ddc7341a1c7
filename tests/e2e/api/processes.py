"""The processes of a Netledger as an operator starts them: the API and a worker, each its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

ADMIN_PASSWORD = "a password for admins"
PATIENCE_S = 60.0


class Processes:
    """On given servers. `log` has what all of them said."""

    def __init__(self, database_url: str, nats_url: str, data_dir: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.log = data_dir / "all.log"
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NETLEDGER_")},
            "NETLEDGER_DATA_DIR": str(data_dir),
            "NETLEDGER_HTTP_PORT": str(self.port),
            "NETLEDGER_DATABASE_URL": database_url,
            "NETLEDGER_NATS_URL": nats_url,
            "NETLEDGER_MASTER_KEY": b64encode(b"0123456789abcdef0123456789abcdef").decode(),
            "NETLEDGER_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "NETLEDGER_LOG_LEVEL": "debug",
            "NETLEDGER_LOG_FORMAT": "json",
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    def start(self, command: str) -> None:
        with self.log.open("ab") as log:
            self._running[command] = subprocess.Popen(
                [sys.executable, "-m", "cli", command],
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def end(self, command: str, number: signal.Signals = signal.SIGTERM) -> int:
        process = self._running.pop(command)
        process.send_signal(number)
        return process.wait(20)

    def end_all(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait(20)

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            for command, process in self._running.items():
                assert process.poll() is None, f"{command} ended:\n{self.log.read_text()}"
            try:
                return httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        until(ready)

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def admin(self) -> httpx.Client:
        with self.client() as client:
            body = {"username": "admin", "password": ADMIN_PASSWORD}
            token = client.post("/auth/login", json=body).json()["access_token"]
        return self.client(Authorization=f"Bearer {token}")


@contextlib.contextmanager
def processes(database_url: str, nats_url: str, data_dir: Path) -> Iterator[Processes]:
    """An API and a worker that are ready."""
    running = Processes(database_url, nats_url, data_dir)
    try:
        running.start("worker")
        running.start("serve")
        running.wait_until_ready()
        yield running
    finally:
        running.end_all()


def until(condition: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
    """The first true answer."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.02)
    raise TimeoutError(f"not within {within_s:.0f} s")
