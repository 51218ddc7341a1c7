"""Measures the way of an event from its commit to a NATS subscriber, at a steady rate, beside bare JetStream.

Ours: this process appends alerts to the ledger and subscribes to the stream LEDGER; a worker process relays. The clock of
an event starts when its command is acknowledged, which is just after the commit, and stops when the subscriber has it.
Peer: this process publishes the same bodies straight to a JetStream stream of the same kind, file storage and
acknowledged, and subscribes to that; the clock starts with the call. Rounds alternate. What is wanted of ours is a 99th
percentile below 50 ms.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from statistics import quantiles
from uuid import uuid4

import nats
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig

from bench.product import Product, product, servers, worker
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.configuration import Configuration

_SUBJECT = "ledger.alert.raised.>"
_ARRIVAL_S = 20.0

Send = Callable[[str], Awaitable[None]]


def main() -> None:
    """Prints one line of JSON at the end."""
    options = _options()
    with servers() as configuration, worker(configuration, "projector", "relay"):
        uvloop.run(_compare(configuration, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=500, help="events a second")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of one round")
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


async def _compare(configuration: Configuration, options: argparse.Namespace) -> None:
    client = await nats.connect(configuration.nats_url)
    async with product(configuration) as running:
        ours, peer = _Round(), _Round()
        await _until_relayed(running, client)
        await client.subscribe(_SUBJECT, cb=ours.received)
        jetstream = client.jetstream()
        await jetstream.add_stream(StreamConfig(name="PEER", subjects=["peer.>"], storage=StorageType.FILE))
        await client.subscribe("peer.>", cb=peer.received)
        for number in range(1, options.rounds + 1):
            await ours.run(lambda key: _append(running, ours, key), options)
            await peer.run(lambda key: _publish(jetstream, peer, ours, key), options)
            print(
                f"round {number}: ours p99 {ours.p99_ms:.2f} ms, JetStream alone p99 {peer.p99_ms:.2f} ms",
                flush=True,
            )
    await client.close()
    for name, each in (("ours", ours), ("JetStream alone", peer)):
        cuts = quantiles(each.took_ms, n=100)
        print(f"{name}: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms, longest {max(each.took_ms):.2f} ms")
    figures = {"bench": "relay", "ours": round(ours.p99_ms, 2), "peer": round(peer.p99_ms, 2), "unit": "ms"}
    print(json.dumps({**figures, "ratio": round(peer.p99_ms / ours.p99_ms, 2), "n": len(ours.took_ms)}))


class _Round:
    """Events on their way, by key: when each left and when it came."""

    def __init__(self) -> None:
        self.took_ms: list[float] = []
        self.bodies: dict[str, bytes] = {}
        self._left: dict[str, float] = {}
        self._came: dict[str, float] = {}
        self._expected = 0
        self._all_came = asyncio.Event()

    @property
    def p99_ms(self) -> float:
        return quantiles(self.took_ms, n=100)[98]

    async def received(self, message: Msg) -> None:
        at = time.perf_counter()
        key = json.loads(message.data)["data"]["key"]
        self._came[key] = at
        self.bodies[key] = message.data
        if len(self._came) == self._expected:
            self._all_came.set()

    def left(self, key: str) -> None:
        self._left[key] = time.perf_counter()

    async def run(self, send: Send, options: argparse.Namespace) -> None:
        """Sends at the rate, whatever becomes of it, and waits until everything has come."""
        self._left.clear()
        self._came.clear()
        self._all_came.clear()
        count = self._expected = int(options.rate * options.seconds)
        began = time.perf_counter()
        sending: set[asyncio.Task[None]] = set()
        for number in range(count):
            if (pause := began + number / options.rate - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            task = asyncio.ensure_future(send(f"bench/{uuid4()}"))
            sending.add(task)
            task.add_done_callback(sending.discard)
        await asyncio.gather(*sending)
        async with asyncio.timeout(_ARRIVAL_S):
            await self._all_came.wait()
        # A subscriber may have it before the acknowledgement has made its way through our own event loop.
        self.took_ms += [max(self._came[key] - left, 0.0) * 1e3 for key, left in self._left.items()]


async def _append(running: Product, ours: _Round, key: str) -> None:
    raised = RaiseAlert(key=key, severity="low", title="load without a cause", source="bench")
    console = running.console
    await console.bus.execute(ALERT.to(alert_id(key), raised, new=True), by=console.by())
    ours.left(key)


async def _publish(jetstream: JetStreamContext, peer: _Round, ours: _Round, key: str) -> None:
    """One of the bodies that ours had, under a key of its own."""
    like, body = next(iter(ours.bodies.items()))
    peer.left(key)
    headers = {"Nats-Msg-Id": key}
    await jetstream.publish(f"peer.{key}", body.replace(like.encode(), key.encode()), headers=headers)


async def _until_relayed(running: Product, client: Client) -> None:
    """The worker is up once it relays."""
    heard = asyncio.Event()

    async def hear(_: Msg) -> None:
        heard.set()

    subscription = await client.subscribe(_SUBJECT, cb=hear)
    await _append(running, _Round(), "bench/first")
    async with asyncio.timeout(_ARRIVAL_S):
        await heard.wait()
    await subscription.unsubscribe()


if __name__ == "__main__":
    main()
