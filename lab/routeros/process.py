"""A fleet of simulated routers as a process of its own: `python -m lab.routeros.process --network 127.65.0.0/24 --count 8`.

With `--size` it stands beside `lab.snmp_process` of the same network, size and seed: its routers are the RouterOS devices
of that network.

It prints one line of JSON when all routers listen, then takes orders, one line of JSON each, on its standard input:
{"reboot": ADDRESS or "all", "down_s": 3}, {"drop": ADDRESS or "all"}, {"fault": {...}, "router": ADDRESS},
{"clear": ADDRESS}, {"run": "/ppp/secret/set", "words": [...], "router": ADDRESS} for a change made by hand,
{"stats": true}. It answers each with a line of JSON and ends at SIGTERM or SIGINT.
"""

import argparse
import asyncio
import ipaddress
import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from lab.fleet import build_fleet
from lab.orders import fleet_options, obey_until_stopped
from lab.routeros.certificates import LabAuthority
from lab.routeros.faults import Fault
from lab.routeros.fleet import VERSIONS, FleetPlan, LabFleet, RouterSite, sites_of
from lab.routeros.sites import routeros_sites
from lab.routeros.trap import Trap


class ReadyRouter(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    name: str
    version: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """The line that says that the routers listen."""

    ready: bool = True
    port: int
    tls_port: int | None
    ca_file: str | None
    fingerprint_sha256: str | None
    username: str
    password: str
    routers: Sequence[ReadyRouter]

    def __repr__(self) -> str:
        return f"<Ready {len(self.routers)} routers on port {self.port}>"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="netledger-lab-") as folder:
        asyncio.run(_serve(options, Path(folder)))


def _options() -> argparse.Namespace:
    parser = fleet_options("Simulated RouterOS routers on loopback addresses.", "127.65.0.0/24")
    parser.add_argument("--customers", type=int, default=10, help="PPPoE customers a router")
    parser.add_argument("--versions", default=",".join(VERSIONS), help="RouterOS versions, taken in turn")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", default="lab")
    parser.add_argument("--redial-s", type=float, default=2.0)
    parser.add_argument("--disable-ends-session", action="store_true")
    parser.add_argument("--tls", action="store_true", help="API-SSL on a second port")
    return parser.parse_args()


def _sites(options: argparse.Namespace) -> tuple[RouterSite, ...]:
    if not options.size:
        return ()
    network = ipaddress.IPv4Network(options.network)
    return routeros_sites(build_fleet(options.size, network, options.seed), customers=options.customers)


async def _serve(options: argparse.Namespace, folder: Path) -> None:
    plan = FleetPlan(
        network=options.network,
        count=options.count,
        port=options.port,
        customers=options.customers,
        versions=tuple(options.versions.split(",")),
        username=options.username,
        password=options.password,
        redial_s=options.redial_s,
        disable_ends_session=options.disable_ends_session,
        sites=_sites(options),
    )
    authority = LabAuthority(folder) if options.tls else None
    tls, fingerprint = (
        authority.server_context([site.address for site in sites_of(plan)])
        if authority is not None
        else (None, "")
    )
    fleet = LabFleet(plan, tls=tls)
    await fleet.start()
    ready = Ready(
        port=fleet.port,
        tls_port=fleet.tls_port or None,
        ca_file=str(authority.ca_file) if authority else None,
        fingerprint_sha256=fingerprint or None,
        username=plan.username,
        password=plan.password,
        routers=[
            ReadyRouter(address=address, name=server.router.name, version=str(server.router.release))
            for address, server in fleet.servers.items()
        ],
    )
    await obey_until_stopped(ready, partial(_obey, fleet), map_file=options.map)
    await fleet.stop()


async def _obey(fleet: LabFleet, line: bytes) -> dict[str, Any]:
    try:
        return _carry_out(fleet, json.loads(line))
    except (Trap, ValueError, TypeError, KeyError, AttributeError) as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


def _carry_out(fleet: LabFleet, order: dict[str, Any]) -> dict[str, Any]:
    match order:
        case {"reboot": str(which)}:
            for address in _which(fleet, which):
                fleet.reboot(address, float(order.get("down_s", 2.0)))
        case {"drop": str(which)}:
            for address in _which(fleet, which):
                fleet.servers[address].drop_sessions()
        case {"fault": dict(fault), "router": str(address)}:
            fleet[address].faults.add(Fault(**fault))
        case {"clear": str(address)}:
            fleet[address].faults.clear()
        case {"run": str(path), "router": str(address)}:
            reply = fleet[address].execute_line(path, *order.get("words", []))
            return {"ok": True, "rows": reply.rows, "ret": reply.ret}
        case {"stats": _}:
            return {"ok": True, "sessions": sum(server.sessions for server in fleet.servers.values())}
        case _:
            raise ValueError("no such order; see the module's docstring")
    return {"ok": True}


def _which(fleet: LabFleet, which: str) -> list[str]:
    return list(fleet.servers) if which == "all" else [which]


if __name__ == "__main__":
    main()
