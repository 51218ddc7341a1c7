"""A fleet of simulated SSH devices as a process of its own: `python -m lab.ssh.process --network 127.66.0.0/24 --count 8`.

With `--size` it stands beside `lab.snmp_process` of the same network, size and seed: its devices are those of that network
whose command line is simulated. It prints one line of JSON when all devices listen, then takes orders, one line of JSON each, on its standard input:
{"reboot": ADDRESS}, {"drop": ADDRESS}, {"fault": {...}, "device": ADDRESS}, {"clear": ADDRESS}, {"new_key": ADDRESS},
{"refuse_logins": true, "device": ADDRESS}, {"config": ADDRESS}. It answers each with a line of JSON and ends at SIGTERM
or SIGINT.
"""

import argparse
import asyncio
import ipaddress
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from lab.fleet import build_fleet
from lab.orders import fleet_options, obey_until_stopped
from lab.ssh.device import LAB_ENABLE, LAB_PASSWORD
from lab.ssh.faults import Fault
from lab.ssh.fleet import FAMILIES, SshFleet, SshFleetPlan, SshSite
from lab.ssh.sites import ssh_sites


class ReadyDevice(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    name: str
    platform: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """The line that says that the devices answer."""

    ready: bool = True
    port: int
    username: str
    password: str
    enable_password: str
    devices: Sequence[ReadyDevice]

    def __repr__(self) -> str:
        return f"<Ready {len(self.devices)} devices on port {self.port}>"


def main() -> None:
    asyncio.run(_serve(_options()))


def _options() -> argparse.Namespace:
    parser = fleet_options("Simulated SSH devices on loopback addresses.", "127.66.0.0/24")
    parser.add_argument("--families", default=",".join(FAMILIES), help="taken in turn")
    parser.add_argument("--interfaces", type=int, default=0, help="extra ports, for longer configurations")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", default=LAB_PASSWORD)
    parser.add_argument("--enable-password", default=LAB_ENABLE)
    parser.add_argument("--latency-s", type=float, default=0.0, help="time that a command takes")
    parser.add_argument(
        "--show-s", type=float, default=0.0, help="time that showing the configuration takes besides"
    )
    parser.add_argument(
        "--minute-s", type=float, default=60.0, help="time that a minute of their timers takes"
    )
    parser.add_argument("--shared-host-key", action="store_true")
    return parser.parse_args()


def _sites(options: argparse.Namespace) -> tuple[SshSite, ...]:
    if not options.size:
        return ()
    return ssh_sites(build_fleet(options.size, ipaddress.IPv4Network(options.network), options.seed))


async def _serve(options: argparse.Namespace) -> None:
    plan = SshFleetPlan(
        network=options.network,
        count=options.count,
        port=options.port,
        families=tuple(options.families.split(",")),
        interfaces=options.interfaces,
        username=options.username,
        password=options.password,
        enable_password=options.enable_password,
        latency_s=options.latency_s,
        show_s=options.show_s,
        minute_s=options.minute_s,
        shared_host_key=options.shared_host_key,
        key_seed=f"{options.seed}" if options.size else "",
        sites=_sites(options),
    )
    fleet = SshFleet(plan)
    await fleet.start()
    ready = Ready(
        port=fleet.port,
        username=plan.username,
        password=plan.password,
        enable_password=plan.enable_password,
        devices=[
            ReadyDevice(address=address, name=server.device.name, platform=server.device.family)
            for address, server in fleet.servers.items()
        ],
    )
    await obey_until_stopped(ready, partial(_obey, fleet), map_file=options.map)
    await fleet.stop()


async def _obey(fleet: SshFleet, line: bytes) -> dict[str, Any]:
    try:
        return {"ok": True} | await _carry_out(fleet, json.loads(line))
    except (ValueError, TypeError, KeyError, OSError) as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


async def _carry_out(fleet: SshFleet, order: dict[str, Any]) -> dict[str, Any]:
    match order:
        case {"reboot": str(address)}:
            fleet[address].reboot(float(order.get("down_s", 2.0)))
        case {"drop": str(address)}:
            fleet.servers[address].drop_sessions()
        case {"fault": dict(fault), "device": str(address)}:
            fleet[address].faults.add(Fault(**fault))
        case {"clear": str(address)}:
            fleet[address].faults.clear()
        case {"new_key": str(address)}:
            await fleet.servers[address].change_host_key()
        case {"refuse_logins": bool(refuse), "device": str(address)}:
            fleet.servers[address].refuse_logins = refuse
        case {"config": str(address)}:
            return {"text": fleet[address].running()}
        case _:
            raise ValueError("no such order; see the module's docstring")
    return {}


if __name__ == "__main__":
    main()
