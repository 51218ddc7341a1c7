"""Measures how soon 500 routers that went away at once are all connected again, with the CPU and memory that it takes.

All simulated routers reboot in the same moment and refuse connections for a while. The clock starts when they listen
again and stops when the last one has accepted our login. There is no peer; the ratio is against the 10 s that are wanted.
"""

import argparse
import asyncio
import gc
import json
import resource
import sys
import time
from pathlib import Path
from random import Random

import psutil
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.routeros.fleet import RouterOsFleet
from bench.router_lab import RouterLab, router_lab

WANTED_S = 10.0
GIVE_UP_S = 60.0


def main() -> None:
    """Reboots all routers some times over and prints one line of JSON at the end."""
    options = _options()
    with router_lab(
        "--count", str(options.routers), "--network", "127.65.64.0/22", "--customers", "0"
    ) as lab:
        uvloop.run(_measure(lab, options))


async def _measure(lab: RouterLab, options: argparse.Namespace) -> None:
    fleet = RouterOsFleet(random=Random(1))
    started = time.perf_counter()
    for address in lab.addresses:
        fleet.own(lab.endpoint(address))
    await _all_connected(fleet, logins=1)
    print(f"{options.routers} routers connected in {time.perf_counter() - started:.2f} s")
    memory_kb = [_memory_kb()]
    back_s = []
    for outage in range(1, options.outages + 1):
        cpu_s = _cpu_s()
        lab.order(reboot="all", down_s=options.down_s)
        returns = time.perf_counter() + options.down_s
        await _all_connected(fleet, logins=outage + 1)
        back_s.append(time.perf_counter() - returns)
        memory_kb.append(_memory_kb())
        print(
            f"outage of {options.down_s:g} s: all back {back_s[-1]:.2f} s after the return, "
            f"{_cpu_s() - cpu_s:.2f} s of CPU, {memory_kb[-1] / 1024:.1f} MB"
        )
    slowest_s = max(back_s)
    result = {
        "bench": "reconnect",
        "ours": round(slowest_s, 2),
        "peer": WANTED_S,
        "unit": "s until all are back (slowest outage; peer is the limit)",
        "ratio": round(WANTED_S / slowest_s, 2),
        "n": options.routers,
        "memory_growth_kb": memory_kb[-1] - memory_kb[1],
    }
    await fleet.close()
    print(json.dumps(result))


async def _all_connected(fleet: RouterOsFleet, *, logins: int) -> None:
    async with asyncio.timeout(GIVE_UP_S):
        while not _connected(fleet, logins):  # noqa: ASYNC110 - the product has no event for "all"
            await asyncio.sleep(0.02)


def _connected(fleet: RouterOsFleet, logins: int) -> bool:
    return all(one.state == "connected" and one.logins >= logins for one in fleet.connections())


def _memory_kb() -> int:
    gc.collect()
    return psutil.Process().memory_info().rss // 1024


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--routers", type=int, default=500)
    parser.add_argument("--outages", type=int, default=3)
    parser.add_argument("--down-s", type=float, default=5.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
