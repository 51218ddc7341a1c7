"""What the benchmarks of polling share: simulated agents, our polls of them into the stream, and the CPU time of everybody."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

import psutil

from adapters.jetstream.connection import connect
from adapters.jetstream.telemetry import JetStreamTelemetry
from adapters.snmp.polling import GufoSnmpPolling
from bench.product import ROOT
from cli.garbage import collect_seldom
from domain.access import SnmpV2cAccess
from domain.interface_rates import InterfaceRates
from domain.metering import sample
from domain.ports import SnmpError
from domain.snmp_polling import PollPlan
from domain.telemetry import Poll, Sample

COMMUNITY = "bench"
PARALLEL = 32
_INTERVAL_S = 60.0
_TOGETHER = 200
_UNCOUNTED = 2


class Agents(NamedTuple):
    """A running lab of SNMPv2c agents, one address a device."""

    port: int
    addresses: Sequence[str]
    pid: int

    @property
    def access(self) -> SnmpV2cAccess:
        return SnmpV2cAccess(id="bench", community=COMMUNITY, port=self.port)


@contextlib.contextmanager
def agents(devices: int) -> Iterator[Agents]:
    """In a process of their own; every agent was asked once, as the simulation makes up its devices then."""
    words = ["--network", "127.92.0.0/19", "--size", str(devices), "--community", COMMUNITY, "--v2c-only"]
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.snmp_process", *words], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit("the lab's SNMP agents did not start")
        ready = json.loads(line)
        yield Agents(ready["port"], ready["addresses"][:devices], process.pid)
    finally:
        process.terminate()
        process.wait()


class Fleet:
    """Our polls of all agents; `look` first finds out what they have."""

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self._polling = GufoSnmpPolling(most_sessions=3_000, request_timeout_s=10.0)
        self._plans: dict[str, PollPlan] = {}
        self._rates: dict[str, InterfaceRates] = {}
        self._devices: dict[str, str] = {}
        self._ready: list[Poll] = []
        self.variables = 0
        """Read from agents and wanted."""
        self.samples = 0
        self.samples_before = 0
        """Of the first round, which is not counted."""
        self.failures = 0

    async def look(self) -> None:
        waiting = iter(self._agents.addresses)
        await asyncio.gather(*(self._look(waiting) for _ in range(PARALLEL)))

    async def _look(self, addresses: Iterator[str]) -> None:
        for address in addresses:
            self._plans[address] = await self._polling.look(address, self._agents.access, timeout_s=120)
            self._rates[address] = InterfaceRates()
            self._devices[address] = str(uuid5(UUID(int=0), address))

    async def poll(self, telemetry: JetStreamTelemetry) -> None:
        """Interfaces and resources of all agents once, published as they come."""
        over = asyncio.Event()
        publishing = asyncio.create_task(self._publish(telemetry, over))
        waiting = iter(self._plans)
        await asyncio.gather(*(self._poll_each(waiting) for _ in range(PARALLEL)))
        over.set()
        await publishing

    async def _poll_each(self, addresses: Iterator[str]) -> None:
        for address in addresses:
            await self._poll(address)

    async def _poll(self, address: str) -> None:
        plan, access = self._plans[address], self._agents.access
        gauges = [gauge for gauge in plan.gauges if gauge.group == "resources"]
        oids = [oid for gauge in gauges for oid in gauge.oids]
        device = self._devices[address]
        try:
            read = await self._polling.interfaces(address, access, plan, timeout_s=60)
            values = await self._polling.values(address, access, oids, timeout_s=60)
        except SnmpError:
            self.failures += 1
            return
        rates, _ = self._rates[address].samples(plan, read, _INTERVAL_S)
        resources = [made for gauge in gauges if (made := sample(gauge, values.values)) is not None]
        if values.uptime_s is not None:
            resources.append(Sample("uptime_s", values.uptime_s))
        self.variables += sum(
            len(each.values) - each.values.count(None) for each in read.columns.values()
        ) + len(values.values)
        self.samples += len(rates) + len(resources)
        now = time.time()
        self._ready.append(Poll(device, "interfaces", now, _INTERVAL_S, tuple(rates)))
        self._ready.append(Poll(device, "resources", now, _INTERVAL_S, tuple(resources)))

    async def _publish(self, telemetry: JetStreamTelemetry, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.2)
            if len(self._ready) >= _TOGETHER:
                await self._flush(telemetry)
        await self._flush(telemetry)

    async def _flush(self, telemetry: JetStreamTelemetry) -> None:
        polls, self._ready = self._ready, []
        if polls and await telemetry.publish(polls) < len(polls):
            sys.exit("the stream did not take all polls")

    def close(self) -> None:
        self._polling.close()


async def published(
    fleet: Fleet, nats_url: str, rounds: int, before: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Wall and CPU seconds of this process for so many rounds, after two that are not counted, as rates need two readings
    and history numbers series when it first meets them, and after `before`."""
    client = await connect(nats_url, name="bench")
    telemetry = JetStreamTelemetry(client)
    await fleet.look()
    collect_seldom()  # as services do
    for _ in range(_UNCOUNTED):
        await fleet.poll(telemetry)
    fleet.variables = 0
    await asyncio.to_thread(before)
    began, busy = time.perf_counter(), time.process_time()
    for _ in range(rounds):
        await fleet.poll(telemetry)
    took = time.perf_counter() - began, time.process_time() - busy
    await client.close()
    fleet.close()
    return took


def cpu_s(pid: int) -> float:
    """Of a process and of all that it started, whether they live or not."""
    total = 0.0
    process = psutil.Process(pid)
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
