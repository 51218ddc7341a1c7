"""The lab for a first look: simulated devices on loopback addresses, with their credentials, discovered."""

import asyncio
import ipaddress
import json
import signal
import sys
import time
from pathlib import Path
from uuid import uuid4

import msgspec
from rich.console import Console as Terminal

from adapters.embedded.process import ServerProcess, ServerStartError, wait_until
from adapters.vault.master_key import MasterKey
from cli import devices, discoveries
from cli.console import Console, open_console
from cli.up import Stopping
from domain.access import SnmpAccess
from domain.configuration import Configuration
from domain.credential import CREDENTIAL, OPEN_FIELDS, ChangeCredential, CreateCredential
from domain.discovery import StartDiscovery
from lab.snmp_process import Ready
from projections.accounts import listed

NETWORK = ipaddress.IPv4Network("127.64.0.0/24")
SIZE = 24
_START_S = 30.0


class Lab:
    """A fleet of simulated devices in a process of its own. Its port is kept from start to start where it is free."""

    def __init__(
        self,
        data_dir: Path,
        terminal: Terminal,
        *,
        network: ipaddress.IPv4Network = NETWORK,
        size: int = SIZE,
    ) -> None:
        self._ready_file = data_dir / "lab.json"
        self._log = data_dir / "lab.log"
        self._terminal = terminal
        self._network = network
        self._size = size
        self._process: ServerProcess | None = None

    def start(self) -> Ready:
        """Raises ServerStartError."""
        port = self._last_port()
        try:
            return self._start(port)
        except ServerStartError:
            if port == 0:
                raise
            return self._start(0)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def after_start(self, configuration: Configuration, key: MasterKey, stopping: Stopping) -> None:
        """Starts the fleet and shows what discovery finds of it."""
        with self._terminal.status("starting the lab ..."):
            ready = self.start()
        self._terminal.print(
            f"lab: {len(ready.addresses)} addresses of simulated devices in {self._network}, UDP port {ready.port}"
        )
        asyncio.run(self._discover(configuration, key, ready, stopping))

    async def _discover(
        self, configuration: Configuration, key: MasterKey, ready: Ready, stopping: Stopping
    ) -> None:
        async with open_console(configuration, key) as console:
            ids = await _ensure_credentials(console, ready)
            request = StartDiscovery(
                targets=[str(self._network)], credential_ids=ids, probes=("snmp",), reason="the lab's network"
            )
            following = asyncio.create_task(discoveries.discover(console, request, self._terminal))
            while not following.done():
                await asyncio.wait([following], timeout=0.2)
                if stopping.asked:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
                    return
            row = following.result()
            discoveries.tell(row, self._terminal)
            await console.watch.wait_for_projection("inventory", console.watch.ledger_position(), 10)
            async with console.pool.connection() as conn:
                await devices.show(conn, self._terminal, limit=40)

    def _last_port(self) -> int:
        try:
            return int(json.loads(self._ready_file.read_text())["port"])
        except (OSError, ValueError, KeyError):
            return 0

    def _start(self, port: int) -> Ready:
        fresh = self._ready_file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        process = ServerProcess(
            "the lab",
            [
                *(sys.executable, "-m", "lab.snmp_process", "--network", str(self._network)),
                *("--size", str(self._size), "--port", str(port), "--map", str(fresh)),
            ],
            log=self._log,
            stop_signal=signal.SIGTERM,
        )
        process.start()

        def is_ready() -> bool:
            if not process.running:
                raise process.fail("ended at once")
            return fresh.exists() and fresh.stat().st_size > 0

        if not wait_until(is_ready, _START_S):
            process.stop()
            raise process.fail("did not come up")
        self._process = process
        time.sleep(0.05)  # the file is written in one go, but seen a moment earlier
        ready = msgspec.json.decode(fresh.read_bytes(), type=Ready)
        fresh.chmod(0o600)
        fresh.replace(self._ready_file)
        return ready


async def _ensure_credentials(console: Console, ready: Ready) -> list[str]:
    """The lab's credentials in the vault, made at the first start; a changed port is changed."""
    async with console.pool.connection() as conn:
        present = {row["name"]: row for row in await listed(conn, "credentials", "created_at")}
    ids: list[str] = []
    for access in ready.credentials:
        row = present.get(_name(access))
        if row is None:
            ids.append(await _create_credential(console, access, ready.port))
        else:
            ids.append(row["id"])
            await console.bus.execute(
                CREDENTIAL.to(row["id"], ChangeCredential(port=ready.port)), by=console.by()
            )
    return ids


def _name(access: SnmpAccess) -> str:
    return f"lab {type(access).__name__.removeprefix('Snmp').removesuffix('Access')}"


async def _create_credential(console: Console, access: SnmpAccess, port: int) -> str:
    fields = msgspec.to_builtins(access)
    kind = fields.pop("kind")
    for name in ("id", "port"):
        fields.pop(name)
    shown = {name: value for name, value in fields.items() if name in OPEN_FIELDS}
    secret = {name: value for name, value in fields.items() if name not in OPEN_FIELDS}
    secret_id = await console.vault.put(msgspec.json.encode(secret), purpose="credential")
    credential_id = uuid4()
    await console.bus.execute(
        CREDENTIAL.to(
            credential_id,
            CreateCredential(
                name=_name(access),
                kind=kind,
                port=port,
                shown=shown,
                secret_id=secret_id,
                reason="the lab's own",
            ),
            new=True,
        ),
        by=console.by(),
    )
    return str(credential_id)
