"""Measures a live read on a connected router, through queue, deadline and parsing, against bare librouteros.

Both read CPU, memory, uptime, version and board of one simulated router over a connection that is open already: ours as
the health read that the API serves, the peer as one `/system/resource/print` of the same properties. Rounds alternate,
so that both see the same machine.
"""

import argparse
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from statistics import quantiles

import librouteros  # type: ignore[import-untyped]  # no py.typed
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.routeros.fleet import RouterOsFleet
from bench.router_lab import RouterLab, router_lab

PROPERTIES = "=.proplist=cpu-load,free-memory,total-memory,uptime,version,board-name"
ROUND = 100


def main() -> None:
    """Alternates rounds of both and prints one line of JSON at the end."""
    options = _options()
    with router_lab("--count", "1", "--network", "127.65.70.0/24", "--versions", options.version) as lab:
        uvloop.run(_compare(lab, options.reads))


async def _compare(lab: RouterLab, reads: int) -> None:
    fleet = RouterOsFleet(random=Random(1))
    endpoint = lab.endpoint(lab.addresses[0])
    router = fleet.own(endpoint)
    bare = await librouteros.async_connect(
        endpoint.address, endpoint.access.username, endpoint.access.password, port=endpoint.access.port
    )

    async def ours() -> None:
        assert (await router.health()).cpu_percent is not None

    async def peer() -> None:
        assert [row async for row in bare.rawCmd("/system/resource/print", PROPERTIES)]

    our_s: list[float] = []
    peer_s: list[float] = []
    await _time(ours, ROUND)
    await _time(peer, ROUND)
    for _ in range(max(1, reads // ROUND)):
        our_s += await _time(ours, ROUND)
        peer_s += await _time(peer, ROUND)
    await bare.close()
    await fleet.close()
    _print(our_s, peer_s)


async def _time(read: Callable[[], Awaitable[None]], count: int) -> list[float]:
    taken_s = []
    for _ in range(count):
        started = time.perf_counter()
        await read()
        taken_s.append(time.perf_counter() - started)
    return taken_s


def _print(our_s: list[float], peer_s: list[float]) -> None:
    ours, peer = (_percentiles_ms(taken_s) for taken_s in (our_s, peer_s))
    print(f"ours: p50 {ours[0]:.3f} ms, p99 {ours[1]:.3f} ms")
    print(f"bare librouteros: p50 {peer[0]:.3f} ms, p99 {peer[1]:.3f} ms")
    result = {
        "bench": "command",
        "ours": round(ours[0], 3),
        "peer": round(peer[0], 3),
        "unit": "ms (p50)",
        "ratio": round(peer[0] / ours[0], 2),
        "p99_ours": round(ours[1], 3),
        "p99_peer": round(peer[1], 3),
        "n": len(our_s),
    }
    print(json.dumps(result))


def _percentiles_ms(taken_s: list[float]) -> tuple[float, float]:
    cuts = quantiles(taken_s, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=3_000)
    parser.add_argument("--version", default="7.16.2", help="RouterOS release of the simulated router")
    return parser.parse_args()


if __name__ == "__main__":
    main()
