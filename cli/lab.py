"""The lab for a first look: simulated devices on loopback addresses, with their credentials, discovered."""

import asyncio
import ipaddress
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console as Terminal

from adapters.vault.master_key import MasterKey
from cli import devices, discoveries
from cli.console import Console, open_console
from cli.lab_process import LabProcess
from cli.up import Stopping
from domain.access import AnyAccess, RouterOsAccess, SshAccess
from domain.configuration import Configuration
from domain.credential import CREDENTIAL, ChangeCredential
from domain.discovery import StartDiscovery
from lab import snmp_process
from lab.credentials import store_credential
from lab.routeros import process as routeros_process
from lab.ssh import process as ssh_process
from projections.accounts import listed

CUSTOMERS = 20
"""PPPoE customers a router."""


class Ready(msgspec.Struct, frozen=True):
    """What of the lab answers."""

    snmp: snmp_process.Ready
    routers: routeros_process.Ready
    shells: ssh_process.Ready


class Lab:
    """One simulated network: its SNMP agents, and on the same addresses the API of RouterOS devices and command lines."""

    def __init__(
        self,
        data_dir: Path,
        terminal: Terminal,
        *,
        network: ipaddress.IPv4Network,
        size: int,
    ) -> None:
        self._terminal = terminal
        self._network = network
        place = ("--network", str(network), "--size", str(size))
        self._snmp = LabProcess(
            "the lab",
            "lab.snmp_process",
            place,
            ready_file=data_dir / "lab.json",
            log=data_dir / "lab.log",
        )
        self._routers = LabProcess(
            "the lab's routers",
            "lab.routeros.process",
            (*place, "--customers", str(CUSTOMERS)),
            ready_file=data_dir / "lab-routers.json",
            log=data_dir / "lab-routers.log",
        )
        self._shells = LabProcess(
            "the lab's command lines",
            "lab.ssh.process",
            place,
            ready_file=data_dir / "lab-ssh.json",
            log=data_dir / "lab-ssh.log",
        )

    def start(self) -> Ready:
        """Raises ServerStartError."""
        return Ready(
            msgspec.json.decode(self._snmp.start(), type=snmp_process.Ready),
            msgspec.json.decode(self._routers.start(), type=routeros_process.Ready),
            msgspec.json.decode(self._shells.start(), type=ssh_process.Ready),
        )

    def stop(self) -> None:
        self._shells.stop()
        self._routers.stop()
        self._snmp.stop()

    def after_start(self, configuration: Configuration, key: MasterKey, stopping: Stopping) -> None:
        """Starts the fleet and shows what discovery finds of it."""
        with self._terminal.status("starting the lab ..."):
            ready = self.start()
        self._terminal.print(
            f"lab: {len(ready.snmp.addresses)} addresses of simulated devices in {self._network},"
            f" UDP port {ready.snmp.port}; {len(ready.routers.routers)} with the RouterOS API,"
            f" TCP port {ready.routers.port}; {len(ready.shells.devices)} with a command line over SSH,"
            f" TCP port {ready.shells.port}"
        )
        asyncio.run(self._discover(configuration, key, ready, stopping))

    async def _discover(
        self, configuration: Configuration, key: MasterKey, ready: Ready, stopping: Stopping
    ) -> None:
        async with open_console(configuration, key) as console:
            ids = await _ensure_credentials(console, _accesses(ready))
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


def _accesses(ready: Ready) -> list[AnyAccess]:
    """What opens the lab's devices, each with its port."""
    snmp = [msgspec.structs.replace(access, port=ready.snmp.port) for access in ready.snmp.credentials]
    routers = ready.routers
    api = RouterOsAccess(
        id="lab-routeros", port=routers.port, username=routers.username, password=routers.password
    )
    shells = ready.shells
    ssh = SshAccess(
        id="lab-ssh",
        port=shells.port,
        username=shells.username,
        password=shells.password,
        enable_password=shells.enable_password,
    )
    return [*snmp, api, ssh]


async def _ensure_credentials(console: Console, accesses: Sequence[AnyAccess]) -> list[str]:
    """The lab's credentials in the vault, made at the first start; a changed port is changed."""
    async with console.pool.connection() as conn:
        present = {row["name"]: row for row in await listed(conn, "credentials", "created_at")}
    ids: list[str] = []
    for access in accesses:
        row = present.get(_name(access))
        if row is None:
            ids.append(
                await store_credential(
                    access,
                    _name(access),
                    bus=console.bus,
                    vault=console.vault,
                    by=console.by(),
                    reason="the lab's own",
                )
            )
        else:
            ids.append(row["id"])
            await console.bus.execute(
                CREDENTIAL.to(row["id"], ChangeCredential(port=access.port)), by=console.by()
            )
    return ids


def _name(access: AnyAccess) -> str:
    return f"lab {type(access).__name__.removeprefix('Snmp').removesuffix('Access')}"
