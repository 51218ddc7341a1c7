"""Measures how long it takes to find, read and identify all SNMP agents of a /16, against nmap's UDP 161 scan of it.

The range is 127.90.0.0/16 with about 2,000 simulated agents, each a device with interfaces, in a process of their own.
Ours asks every address twice at most, reads system, interfaces, addresses, modules and neighbours of who answers, and
identifies vendor, model and version. nmap looks at UDP port 161 of the same addresses at its most aggressive timing
(`nmap -sU -Pn -n -T5 -p 161`), without reading or identifying anything. That is its best case, as the kernel tells it at
once that the port is closed; on the agents' own port, where all other addresses are silent, nmap takes hours.
The agents are read once before the clock starts, since the simulation makes up its devices when they are first asked.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.snmp.read import GufoSnmpReader
from domain.access import SnmpV2cAccess
from domain.identification import Identity, identify, wanted
from domain.observation import SnmpFacts
from domain.ports import SnmpError

_COMMUNITY = "bench"
_PARALLEL_READS = 200  # as the product's default setting
_LONGEST_S = 280


def main() -> None:
    """Runs both on the same agents and prints one line of JSON at the end."""
    options = _options()
    nmap = shutil.which("nmap")
    if nmap is None:
        sys.exit("nmap is missing, and with it the peer: apt-get install nmap")
    addresses = [str(address) for address in ipaddress.IPv4Network(options.network).hosts()]
    with _agents(options) as (port, agents):
        print(f"{len(agents)} agents among {len(addresses):,} addresses, UDP port {port}")
        access = SnmpV2cAccess(id="bench", community=_COMMUNITY, port=port)
        uvloop.run(_read_all(agents, access))
        ours_s = uvloop.run(_ours(addresses, access, options.rate))
        peer_s = _peer(nmap, options.network)
    print(f"ours {ours_s:.1f} s with identification and interfaces, nmap {peer_s:.1f} s without")
    result = {"bench": "sweep", "ours": round(ours_s, 2), "peer": round(peer_s, 2), "unit": "s"}
    print(json.dumps({**result, "ratio": round(peer_s / ours_s, 2), "n": len(addresses)}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="127.90.0.0/16", help="within 127.0.0.0/8")
    parser.add_argument("--devices", type=int, default=2_000)
    parser.add_argument("--rate", type=int, default=50_000, help="requests a second of our sweep")
    return parser.parse_args()


@contextlib.contextmanager
def _agents(options: argparse.Namespace) -> Iterator[tuple[int, list[str]]]:
    """The lab's SNMP process: its port, and the addresses that speak SNMPv2c."""
    size = ["--size", str(options.devices), "--community", _COMMUNITY]
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.snmp_process", "--network", options.network, *size],
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit("the lab's SNMP agents did not start")
        ready: dict[str, Any] = json.loads(line)
        yield ready["port"], [address for address, access in ready["access"].items() if access == "lab-v2c"]
    finally:
        process.terminate()
        process.wait()


class _Reads:
    """Visits to agents, as many at a time as the product makes, and what came of them."""

    def __init__(self, access: SnmpV2cAccess) -> None:
        self.reader = GufoSnmpReader(wanted)
        self.found: list[tuple[SnmpFacts, Identity]] = []
        self.failures: Counter[str] = Counter()
        self._access = access
        self._places = asyncio.Semaphore(_PARALLEL_READS)

    async def read(self, address: str) -> None:
        async with self._places:
            try:
                facts = await self.reader.read(address, self._access, timeout_s=60)
            except SnmpError as error:
                self.failures[error.kind] += 1
            else:
                self.found.append((facts, identify(facts)))


async def _read_all(agents: list[str], access: SnmpV2cAccess) -> None:
    reads = _Reads(access)
    await asyncio.gather(*(reads.read(address) for address in agents))


async def _ours(addresses: list[str], access: SnmpV2cAccess, rate_per_s: int) -> float:
    reads = _Reads(access)
    begun, busy = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as visits:
        async for address in reads.reader.sweep(addresses, access, rate_per_s=rate_per_s, timeout_s=1.0):
            visits.create_task(reads.read(address))
    took_s = time.perf_counter() - begun
    interfaces = sum(len(facts.interfaces) for facts, _ in reads.found)
    identified = sum(bool(identity.vendor) for _, identity in reads.found)
    incomplete = sum(bool(facts.incomplete) for facts, _ in reads.found)
    print(
        f"ours: {took_s:.1f} s ({time.process_time() - busy:.1f} s of them computing), {len(reads.found)} agents read,"
        f" {identified} identified, {interfaces} interfaces, {incomplete} incomplete, failed: {dict(reads.failures)}"
    )
    return took_s


def _peer(nmap: str, network: str) -> float:
    command = [nmap, "-sU", "-Pn", "-n", "-T5", "-p", "161", "-oG", "-", network]
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    took_s = time.perf_counter() - begun
    if done.returncode:
        sys.exit(f"nmap failed: {done.stderr.strip()}")
    states = Counter(line.split("/")[1] for line in done.stdout.splitlines() if "Ports:" in line)
    print(f"nmap: {took_s:.1f} s, UDP 161 is {dict(states)}")
    return took_s


if __name__ == "__main__":
    main()
