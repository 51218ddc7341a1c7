"""The product in a temporary folder, for benchmarks: embedded servers, workers in processes of their own, a console to ask."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import msgspec

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from cli.config import PREFIX
from cli.console import Console, open_console
from cli.prepare import prepare_database
from domain.access import SnmpAccess
from domain.configuration import Configuration
from domain.discovery import DISCOVERY, StartDiscovery
from domain.operation import ENDED, OPERATION, RequestOperation
from domain.settings import SETTINGS, SETTINGS_ID, ChangeSettings
from lab.credentials import store_credential
from projections import inventory_queries, operations
from projections.inventory_queries import DeviceDetail
from projections.operations import OperationRow

ROOT = Path(__file__).resolve().parent.parent
_KEY_TEXT = "00" * 32
_PASSWORD = "a password for benchmarks"
_LOOK_S = 0.1
_PATIENCE_S = 280.0


@contextlib.contextmanager
def servers() -> Iterator[Configuration]:
    """PostgreSQL and NATS as `netledger up` runs them, with an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="netledger-bench-"))
    folder.chmod(0o755)  # the servers' own account passes through
    postgres, nats = EmbeddedPostgres(folder), EmbeddedNats(folder)
    try:
        postgres.start()
        nats.start()
        asyncio.run(prepare_database(postgres.url))
        yield Configuration(data_dir=folder, database_url=postgres.url, nats_url=nats.url)
    finally:
        nats.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def worker(configuration: Configuration, *kinds: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker process; by default it runs all kinds of services."""
    process = _process(configuration, "worker", *(word for kind in kinds for word in ("--only", kind)))
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


class Api(NamedTuple):
    """A running API and a way in."""

    url: str
    """Of /api/v1."""
    token: str
    pid: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@contextlib.contextmanager
def api(configuration: Configuration) -> Iterator[Api]:
    """The API in a process of its own; needs a worker with a projector for its users."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    more = {"HTTP_PORT": str(port), "ADMIN_PASSWORD": _PASSWORD, "REQUESTS_PER_MINUTE": "1000000"}
    process = _process(configuration, "serve", **more)
    url = f"http://127.0.0.1:{port}/api/v1"
    try:
        yield Api(url, _login(url), process.pid)
    finally:
        process.terminate()
        process.wait()


def _login(url: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            answer = httpx.post(f"{url}/auth/login", json={"username": "admin", "password": _PASSWORD})
            if answer.status_code == 200:
                return str(answer.json()["access_token"])
        except httpx.TransportError:
            pass
        time.sleep(_LOOK_S)
    sys.exit("the API does not let its admin in")


def _process(configuration: Configuration, *words: str, **more: str) -> "subprocess.Popen[bytes]":
    given = {"DATA_DIR": str(configuration.data_dir), "MASTER_KEY": _KEY_TEXT, "LOG_LEVEL": "warning"}
    urls = {"DATABASE_URL": configuration.database_url, "NATS_URL": configuration.nats_url}
    rest = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT,
        env=rest | {PREFIX + name: value for name, value in (given | urls | more).items()},
    )


class Product:
    """What an engineer does with it."""

    def __init__(self, console: Console) -> None:
        self.console = console

    async def set(self, **changes: Any) -> None:
        """Settings of discovery."""
        command = ChangeSettings(changes={f"discovery/{name}": value for name, value in changes.items()})
        await self.console.bus.execute(SETTINGS.to(SETTINGS_ID, command), by=self.console.by())

    async def credential(self, access: SnmpAccess) -> str:
        console = self.console
        return await store_credential(
            access, access.id, bus=console.bus, vault=console.vault, by=console.by()
        )

    async def discover(self, *targets: str, **more: Any) -> OperationRow:
        """Waits until it has ended and the read models show what it did."""
        console = self.console
        request = StartDiscovery(targets=list(targets), **{"probes": ("snmp",), **more})
        operation_id = uuid4()
        command = RequestOperation(kind=DISCOVERY, params=msgspec.to_builtins(request))
        outcome = await console.bus.execute(OPERATION.to(operation_id, command, new=True), by=console.by())
        await self.settled(outcome.position)
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                async with console.pool.connection() as conn:
                    row = await operations.one(conn, str(operation_id))
                if row is not None and row.state in ENDED:
                    await self.settled(await console.events.head())
                    return row
                await asyncio.sleep(_LOOK_S)

    async def settled(self, position: int) -> None:
        for name in ("operations", "inventory"):
            if not await self.console.watch.wait_for_projection(name, position, _PATIENCE_S):
                sys.exit(f"the read model {name} did not reach position {position}")

    async def devices(self) -> list[DeviceDetail]:
        """All in the inventory."""
        async with self.console.pool.connection() as conn:
            rows = await inventory_queries.page(conn, limit=100_000)
            found = [await inventory_queries.one(conn, row.id) for row in rows]
        return [device for device in found if device is not None]


@contextlib.asynccontextmanager
async def product(configuration: Configuration) -> AsyncIterator[Product]:
    async with open_console(configuration, MasterKey.parse(_KEY_TEXT)) as console:
        yield Product(console)
