"""The running product with its lab, for browsers: `netledger up --lab` in a process of its own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import nats
import psutil
from playwright.sync_api import BrowserContext

from adapters.jetstream.telemetry import JetStreamTelemetry
from domain.telemetry import Poll

ADMIN = "correct horse battery staple"
PATIENCE_S = 90.0
LOGIN_S = 300.0
"""How long a login is used again: hashing a password takes as long as drawing a page."""


class Product:
    """One instance with data and port of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._logins: dict[str, tuple[float, str]] = {}
        self._cookies: dict[str, tuple[float, Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("NETLEDGER_")}
        env = {
            **mine,
            "NETLEDGER_DATA_DIR": str(self.data_dir),
            "NETLEDGER_HTTP_PORT": str(self.port),
            "NETLEDGER_ADMIN_PASSWORD": ADMIN,
        }
        with (self.data_dir / "up.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up", "--lab"],
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + PATIENCE_S
        while not self._ready():
            assert time.monotonic() < end, (self.data_dir / "up.log").read_text()[-2000:]
            time.sleep(0.1)

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.data_dir / "up.log").read_text()[-2000:]
        try:
            return httpx.get(f"{self.url}/api/v1/health/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
            self._process = None
        self._logins.clear()
        self._cookies.clear()

    def kill(self, command: str) -> int:
        """Ends one of its processes as a crash would (`serve` or `worker`), and gives the id it had."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        found = next(each for each in children if each.cmdline()[-1:] == [command])
        found.kill()
        return found.pid

    def client(self, username: str = "admin", password: str = ADMIN) -> httpx.Client:
        """A logged-in client of the API, for what a test needs to be there."""
        base = f"{self.url}/api/v1"
        at, token = self._logins.get(username, (0.0, ""))
        if time.monotonic() - at > LOGIN_S or not token:
            body = {"username": username, "password": password}
            answer = httpx.post(f"{base}/auth/login", json=body, timeout=30).raise_for_status()
            token = answer.json()["access_token"]
            self._logins[username] = time.monotonic(), token
        bearer = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=base, headers=bearer, timeout=30)

    def log_in(self, context: BrowserContext, username: str, password: str) -> None:
        """Gives a fresh profile the cookies of this user."""
        at, cookies = self._cookies.get(username, (0.0, None))
        if cookies is not None and time.monotonic() - at < LOGIN_S:
            context.add_cookies(cookies)
            return
        answer = context.request.post(
            f"{self.url}/api/v1/auth/login", data={"username": username, "password": password}
        )
        assert answer.ok, answer.text()
        self._cookies[username] = time.monotonic(), context.cookies()

    def publish(self, polls: Sequence[Poll]) -> None:
        """As a poller does, in a thread of its own: Playwright's event loop runs in this one, where no other can."""

        async def publish() -> None:
            client = await nats.connect(json.loads((self.data_dir / "running.json").read_text())["nats_url"])
            assert await JetStreamTelemetry(client).publish(polls) == len(polls)
            await client.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, publish()).result(60)

    def devices(self, client: httpx.Client) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get("/inventory/devices", params={"limit": 500}).json()["items"]
        return items


def axe_source() -> str:
    """The accessibility checker, from the web application's own development packages."""
    return (Path(__file__).parents[3] / "web/node_modules/axe-core/axe.min.js").read_text()


def told(violations: list[dict[str, Any]]) -> str:
    return json.dumps(
        [
            {"rule": each["id"], "nodes": [node["html"][:200] for node in each["nodes"][:3]]}
            for each in violations
        ],
        indent=1,
    )
