"""Measures the memory of one connected router against the 100 kB that are wanted at most, and a bare librouteros connection.

Each side runs in a process of its own, connects to the same simulated routers, makes one read on each, and is measured by
what its resident memory grew by, with garbage collected before and after.
"""

import argparse
import asyncio
import gc
import json
import ssl
import subprocess
import sys
from pathlib import Path
from random import Random

import librouteros  # type: ignore[import-untyped]  # no py.typed
import psutil
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.routeros.fleet import RouterOsFleet
from bench.router_lab import RouterLab, router_lab

WANTED_KB = 100.0
WARM_UP = 20


def main() -> None:
    """Measures both sides and prints one line of JSON at the end."""
    options = _options()
    if options.side:
        uvloop.run(_side(options))
        return
    count = options.routers + WARM_UP
    tls = ["--tls"] if options.tls else []
    with router_lab(
        "--count", str(count), "--network", "127.65.64.0/22", "--versions", "7.16.2", *tls
    ) as lab:
        ours_kb, peer_kb = (_run(side, lab, options) for side in ("ours", "peer"))
    print(f"ours: {ours_kb:.1f} kB a router; bare librouteros: {peer_kb:.1f} kB a connection")
    result = {
        "bench": "router_memory" + ("_tls" if options.tls else ""),
        "ours": round(ours_kb, 1),
        "peer": WANTED_KB,
        "unit": "kB a connected router (peer is the limit)",
        "ratio": round(WANTED_KB / ours_kb, 2),
        "bare_librouteros": round(peer_kb, 1),
        "n": options.routers,
    }
    print(json.dumps(result))


def _run(side: str, lab: RouterLab, options: argparse.Namespace) -> float:
    command = [sys.executable, __file__, "--side", side]
    done = subprocess.run(
        [*command, *(["--tls"] if options.tls else [])],
        input=json.dumps(lab.ready),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


async def _side(options: argparse.Namespace) -> None:
    lab = RouterLab.__new__(RouterLab)  # the parent has the process; here only its addresses are needed
    lab.ready = json.load(sys.stdin)
    connect = _ours if options.side == "ours" else _peer
    kept = [await connect(lab, lab.addresses[:WARM_UP], options.tls)]
    before = _memory()
    addresses = lab.addresses[WARM_UP:]
    kept.append(await connect(lab, addresses, options.tls))
    await asyncio.sleep(1)  # what was freed goes back to the system
    print((_memory() - before) / 1000 / len(addresses))


async def _ours(lab: RouterLab, addresses: list[str], tls: bool) -> object:
    fleet = RouterOsFleet(random=Random(1))
    routers = [fleet.own(lab.endpoint(address, tls=tls)) for address in addresses]
    for router in routers:
        await router.health()
    return fleet


async def _peer(lab: RouterLab, addresses: list[str], tls: bool) -> object:
    connections = []
    context = ssl.create_default_context(cafile=lab.ready["ca_file"]) if tls else None
    for address in addresses:
        endpoint = lab.endpoint(address, tls=tls)
        api = await librouteros.async_connect(
            address,
            endpoint.access.username,
            endpoint.access.password,
            port=endpoint.access.port,
            ssl_wrapper=context,
        )
        assert [row async for row in api.rawCmd("/system/resource/print")]
        connections.append(api)
    return connections


def _memory() -> int:
    gc.collect()
    return psutil.Process().memory_info().rss


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--routers", type=int, default=400)
    parser.add_argument("--tls", action="store_true", help="over API-SSL")
    parser.add_argument("--side", choices=["ours", "peer"], help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
