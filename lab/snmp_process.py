"""Simulated SNMP agents as a process of their own: `python -m lab.snmp_process --network 127.64.0.0/24 --size 24`."""

import argparse
import asyncio
import ipaddress
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from domain.access import SnmpAccess, SnmpAuth, SnmpPrivacy, SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from lab.fleet import Credentials, build_fleet, generated_credentials
from lab.snmp_recording import find_recordings, recordings_fleet
from lab.snmp_server import Served, serve, wall_clock
from lab.snmp_usm_keys import User


class Ready(msgspec.Struct, frozen=True):
    """The line that says that the agents answer."""

    port: int
    addresses: Sequence[str]
    credentials: Sequence[SnmpAccess]
    access: Mapping[str, str]
    """The id of the credential that opens the agent at each address."""
    files: Mapping[str, str]
    """The recording at each address."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.snmp_process", description=__doc__)
    parser.add_argument("--network", required=True, type=ipaddress.IPv4Network, help="within 127.0.0.0/8")
    parser.add_argument("--port", type=int, default=0, help="UDP port; 0 picks a free one")
    parser.add_argument("--size", type=int, default=24, help="devices of a synthetic fleet")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--recordings", type=Path, help="folder of .snmprec(.gz) files to serve instead of a fleet"
    )
    parser.add_argument("--live", action="store_true", help="with --recordings: up-time and counters move")
    parser.add_argument("--map", type=Path, help="file to write the ready line to as well")
    parser.add_argument("--community", help="for v1 and v2c; without --v3-user no device speaks v3")
    parser.add_argument("--v2c-only", action="store_true", help="no device speaks version 1 or 3 only")
    parser.add_argument("--v3-user", help="a fourth of the devices then speaks v3 only")
    parser.add_argument("--v3-auth", default="SHA256", choices=get_args(SnmpAuth))
    parser.add_argument("--v3-auth-password", default="")
    parser.add_argument("--v3-priv", default="AES128", choices=get_args(SnmpPrivacy))
    parser.add_argument("--v3-priv-password", default="")
    return parser.parse_args(words)


def credentials_of(options: argparse.Namespace) -> Credentials:
    """The credentials given; generated ones where none are."""
    generated = generated_credentials(options.seed)
    community = options.community or generated.v2c.community
    v2c = SnmpV2cAccess(id="lab-v2c", community=community)
    if options.v2c_only:
        return Credentials(v2c=v2c)
    if options.community is None and options.v3_user is None:
        return generated
    return Credentials(v2c=v2c, v1=SnmpV1Access(id="lab-v1", community=community), v3=_v3_access(options))


def _v3_access(options: argparse.Namespace) -> SnmpV3Access | None:
    if options.v3_user is None:
        return None
    return msgspec.convert(
        {
            "kind": "snmp_v3",
            "id": "lab-v3",
            "username": options.v3_user,
            "auth_protocol": options.v3_auth,
            "auth_password": options.v3_auth_password,
            "priv_protocol": options.v3_priv,
            "priv_password": options.v3_priv_password,
        },
        SnmpV3Access,
    )


async def run(options: argparse.Namespace) -> None:
    """Serves until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    credentials = credentials_of(options)
    served: Served
    files: dict[str, str] = {}
    if options.recordings:
        recordings = recordings_fleet(
            find_recordings(options.recordings),
            options.network,
            community=credentials.v2c.community.encode(),
            users=[User(credentials.v3)] if credentials.v3 else [],
            live=options.live,
            now=time.time(),
        )
        for agent in recordings.agents.values():
            agent.warm()  # read now, so that the first questions need not wait for files
        served, files = recordings, {address: str(path) for address, path in recordings.files.items()}
        access = dict.fromkeys(files, credentials.v2c.id)
    else:
        fleet = build_fleet(options.size, options.network, options.seed, credentials=credentials)
        served, access = fleet, {address: each.id for address, each in fleet.access.items()}
    server = await serve(served, options.port, clock=wall_clock())
    known = [each for each in (credentials.v1, credentials.v2c, credentials.v3) if each is not None]
    line = msgspec.json.encode(Ready(server.port, list(served.agents), known, access, files)).decode()
    if options.map:
        options.map.write_text(line + "\n")
    print(line, flush=True)
    await stopped.wait()
    await server.stop()


def main() -> None:
    try:
        asyncio.run(run(arguments()))
    except (ValueError, OSError) as error:
        sys.exit(f"snmp_process: {error}")


if __name__ == "__main__":
    main()
