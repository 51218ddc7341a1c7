"""Measures live telemetry: publish to client, with 1,000 WebSocket clients while 10,000 samples a second come in.

The API runs in a process of its own, and so do the clients, each of which watches one of 1,000 devices, as somebody does
who has its page open.
Samples are published to NATS as pollers do, ten a poll, device and second; the clock of a sample runs from the call that
publishes its poll until the client has its frame. Memory is the API process' resident size after the first and after the
last second; its CPU is given a sample, so that a busy machine can be told from a slow program. Peer: NATS itself, with 1,000
subscriptions of one plain client to the same subjects, in the same seconds. Wanted: a 99th percentile under 250 ms.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from statistics import quantiles
from uuid import UUID

import httpx
import msgspec
import nats
import psutil
import uvloop
from nats.aio.msg import Msg

from adapters.jetstream.connection import connect as connect_nats
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from bench.product import ROOT, Api, api, servers, worker
from domain.configuration import Configuration
from domain.telemetry import Poll, Sample

_WANTED_MS = 250.0
_SETTLE_S = 3.0


class _Sizes:
    """Of the API's process, from second to second."""

    def __init__(self) -> None:
        self.resident: list[int] = []
        self.cpu_s: list[float] = []

    def look(self, process: psutil.Process) -> None:
        self.resident.append(process.memory_info().rss)
        times = process.cpu_times()
        self.cpu_s.append(times.user + times.system)


class _Waits:
    """From publication to receipt, by the number that a sample has for a value."""

    def __init__(self) -> None:
        self.published: dict[float, float] = {}
        self.ours: list[float] = []
        self.peer: list[float] = []


def main() -> None:
    """Prints one line of JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--rate", type=int, default=10_000, help="samples a second")
    parser.add_argument("--seconds", type=int, default=15)
    options = parser.parse_args()
    with servers() as configuration, worker(configuration, "projector"), api(configuration) as running:
        waits, sizes = uvloop.run(_measure(configuration, running, options))
    expected = options.rate * options.seconds
    for name, each in (("ours", waits.ours), ("NATS alone", waits.peer)):
        print(
            f"{name}: p50 {_percentile(each, 50):.1f} ms, p99 {_percentile(each, 99):.1f} ms, {len(each):,} received"
        )
    resident, cpu_s = sizes.resident, sizes.cpu_s[-1] - sizes.cpu_s[0]
    print(
        f"resident: {resident[0] / 2**20:.0f} MB after the first second, {resident[-1] / 2**20:.0f} MB after the last"
    )
    p99, other = _percentile(waits.ours, 99), _percentile(waits.peer, 99)
    figures = {"bench": "fanout", "ours": round(p99, 1), "peer": round(other, 1), "unit": "ms p99"}
    more = {
        "n": len(waits.ours),
        "lost": expected - len(waits.ours),
        "grown_mb": round((resident[-1] - resident[0]) / 2**20, 1),
        "cpu_us_a_sample": round(cpu_s * 1e6 / options.rate / (options.seconds - 1), 1),
        "within_250_ms": p99 < _WANTED_MS,
    }
    print(json.dumps({**figures, "ratio": round(other / p99, 2), **more}))


async def _measure(
    configuration: Configuration, running: Api, options: argparse.Namespace
) -> tuple[_Waits, _Sizes]:
    waits, dice = _Waits(), Random(1)
    devices = [str(UUID(int=dice.getrandbits(128), version=4)) for _ in range(options.clients)]
    client = await connect_nats(configuration.nats_url, name="bench")
    await ensure_telemetry_stream(client.jetstream())
    plain = await nats.connect(configuration.nats_url)

    async def heard(message: Msg) -> None:
        at = time.perf_counter()
        poll = msgspec.msgpack.decode(message.data, type=Poll)
        waits.peer += [
            (at - waits.published[each.value]) * 1e3 for each in poll.samples if each.value in waits.published
        ]

    for device in devices:
        await plain.subscribe(f"telemetry.*.{device}", cb=heard)
    with _clients() as clients:
        await _open(running, devices, clients)
        sizes = await _publish(JetStreamTelemetry(client), running, devices, waits, options)
        await asyncio.sleep(_SETTLE_S)
        receipts = array("d")
        receipts.frombytes(clients.communicate(b"\n\n")[0])
    waits.ours = [
        (at - waits.published[value]) * 1e3
        for value, at in zip(receipts[::2], receipts[1::2], strict=True)
        if value in waits.published
    ]
    await plain.close()
    await client.close()
    return waits, sizes


@contextmanager
def _clients() -> "Iterator[subprocess.Popen[bytes]]":
    words = [sys.executable, "-m", "bench.fanout_clients"]
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def _open(running: Api, devices: Sequence[str], clients: "subprocess.Popen[bytes]") -> None:
    assert clients.stdin is not None and clients.stdout is not None
    async with httpx.AsyncClient(base_url=running.url, headers=running.headers) as http:
        for device in devices:
            answer = await http.post("/telemetry/subscribe", json={"device_ids": [device]})
            clients.stdin.write(f"{answer.json()['ws_url']}\n".encode())
            clients.stdin.flush()
            assert (await asyncio.to_thread(clients.stdout.readline)).strip() == b"open"


async def _publish(
    publisher: JetStreamTelemetry,
    running: Api,
    devices: Sequence[str],
    waits: _Waits,
    options: argparse.Namespace,
) -> _Sizes:
    """Spread over each second, in twenty parts; the API's sizes after each second."""
    process, sizes = psutil.Process(running.pid), _Sizes()
    samples, number = options.rate // len(devices), 0.0
    began = time.perf_counter()
    for second in range(options.seconds):
        for part in range(20):
            if (pause := began + second + part / 20 - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            polls = []
            for device in devices[part::20]:
                values = []
                for port in range(samples):
                    number += 1
                    values.append(Sample("if_in_bps", number, f"ether{port}"))
                polls.append(Poll(device, "interfaces", time.time(), 1.0, tuple(values)))
            at = time.perf_counter()
            waits.published |= {each.value: at for poll in polls for each in poll.samples if each.value}
            await publisher.publish(polls)
        sizes.look(process)
    return sizes


def _percentile(waits: Sequence[float], share: int) -> float:
    return quantiles(waits, n=100)[share - 1]


if __name__ == "__main__":
    main()
