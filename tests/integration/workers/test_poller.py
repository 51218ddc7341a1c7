"""Polling devices into the stream, and telling which of them are up."""

import ipaddress
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import nats

from adapters.jetstream.telemetry import TELEMETRY_STREAM, decode
from api.worker_figures import told_by_workers
from domain.telemetry import Poll
from lab.fleet import build_fleet
from lab.snmp_faults import Fault, FaultKind
from lab.snmp_server import SnmpServer
from tests.integration.workers.agents import Network, access, agent
from tests.integration.workers.installation import Installation, topics, until
from tests.integration.workers.processes import worker_process

A, B = "127.66.21.1", "127.66.21.2"
QUICK = {"telemetry/interfaces_s": 1.0, "telemetry/resources_s": 1.0, "telemetry/availability_s": 1.0}
REST = ("projector", "relay", "executor")
Lab = Callable[..., Awaitable[SnmpServer]]


@asynccontextmanager
async def polls_of(netledger: Installation) -> AsyncIterator[list[Poll]]:
    """What comes into the stream from now on."""
    heard: list[Poll] = []

    async def hear(message: nats.aio.msg.Msg) -> None:
        heard.append(decode(message.data))

    client = await nats.connect(netledger.configuration.nats_url)
    await client.subscribe("telemetry.>", cb=hear)
    await client.flush()
    try:
        yield heard
    finally:
        await client.close()


async def told(heard: list[Poll], *metrics: str, patience_s: float = 20.0) -> None:
    """Waits until all of these metrics have come with a value."""

    async def all_there() -> bool:
        known = {each.metric for poll in heard for each in poll.samples if each.value is not None}
        return set(metrics) <= known

    await until(all_there, patience_s)


async def all_polled(heard: list[Poll], devices: set[str]) -> None:
    """Waits until the agents of all of these have told of themselves."""

    async def everybody() -> bool:
        return devices <= {poll.device_id for poll in heard if poll.group == "resources"}

    await until(everybody)


async def test_a_discovered_device_is_polled_for_all_that_it_has(netledger: Installation, lab: Lab) -> None:
    fleet = build_fleet(12, ipaddress.IPv4Network("127.66.22.0/28"), seed=3)
    server = await lab(fleet)
    for known in {each.id: each for each in fleet.access.values()}.values():
        await netledger.credential(msgspec.structs.replace(known, port=server.port))
    await netledger.set(**QUICK, **{"telemetry/sensors_s": 1.0})
    async with polls_of(netledger) as heard, netledger.worker(*REST, "poller"):
        await netledger.discover("127.66.22.0/28")
        devices = await netledger.devices()
        await told(
            heard,
            *("icmp_rtt_ms", "device_up", "if_in_bps", "if_out_bps", "if_oper_up", "if_in_errors_per_s"),
            *("cpu_percent", "memory_percent", "uptime_s", "temperature_celsius"),
        )

        async def everybody() -> bool:
            return {poll.device_id for poll in heard if poll.group == "interfaces"} == {
                device.id for device in devices
            }

        await until(everybody)
        before = time.time()
        rates = [each.value for poll in heard for each in poll.samples if each.metric == "if_in_bps"]
        assert all(each is not None and 0 <= each < 1e12 for each in rates)
        assert all(abs(poll.at - before) < 60 for poll in heard)

        async def sighted() -> bool:
            found = await netledger.devices()
            return all(each.uptime_s is not None and each.rtt_ms is not None for each in found)

        await until(sighted)
    client = await nats.connect(netledger.configuration.nats_url)
    state = (await client.jetstream().stream_info(TELEMETRY_STREAM)).state
    await client.close()
    assert state.messages >= len(devices)


async def test_a_device_is_down_by_confirmed_loss_and_up_with_its_first_answer(
    netledger: Installation, lab: Lab
) -> None:
    first, other = (agent(name, serial=name, booted_at=1.0) for name in ("HEX010", "HEX020"))
    server = await lab(Network({A: first, B: other}))
    await netledger.credential(access(server.port))
    # Loopback answers every echo request, so that SNMP alone can tell here.
    await netledger.set(
        **QUICK, **{"telemetry/echoes": 0, "telemetry/confirm_s": 1.0, "telemetry/down_after": 2}
    )
    async with netledger.worker(*REST, "poller"):
        await netledger.discover(A, B)
        device = await netledger.device_at(A)
        async with polls_of(netledger) as heard:
            await all_polled(heard, {device.id})
            first.misbehave([Fault(FaultKind.DROPS)])

            async def counted() -> bool:
                """As /metrics tells it."""
                async with netledger.console.pool.connection() as conn:
                    told = [figure for _, figure in await told_by_workers(conn)]
                values = {(each.name, *each.labels.values()): each.value for each in told}
                prefix = "netledger_poller_"
                return (
                    values.get((f"{prefix}devices",)) == 2
                    and values.get((f"{prefix}polls", "availability"), 0) > 0
                    and values.get((f"{prefix}poll_failures", "resources", "timeout"), 0) > 0
                )

            await until(counted)

            async def is_down() -> bool:
                return (await netledger.device_at(A)).status == "down"

            await until(is_down)
            assert (await netledger.device_at(B)).status == "up"

            async def said_so() -> bool:
                mine = [
                    poll for poll in heard if poll.device_id == device.id and poll.group == "availability"
                ]
                values = [each.value for poll in mine for each in poll.samples if each.metric == "device_up"]
                return values.count(0.0) >= 2

            await until(said_so)
        first.misbehave([])

        async def is_up() -> bool:
            return (await netledger.device_at(A)).status == "up"

        await until(is_up)
    told_topics = topics(await netledger.events(after=0))
    assert told_topics.count("device.went_down.v1") == 1
    assert told_topics.count("device.came_up.v1") == 1


async def test_another_worker_goes_on_where_one_was_killed(netledger: Installation, lab: Lab) -> None:
    agents = {
        f"127.66.23.{number}": agent(f"r{number}", serial=f"S{number}", booted_at=1.0)
        for number in range(1, 13)
    }
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    await netledger.set(**QUICK)
    async with netledger.worker(*REST):
        await netledger.discover(*agents)
        devices = {device.id for device in await netledger.devices()}
        async with polls_of(netledger) as heard:
            with worker_process(netledger.configuration, "poller") as doomed:
                await all_polled(heard, devices)
                async with netledger.worker("poller"):
                    doomed.kill()
                    killed_at = time.monotonic()
                    heard.clear()
                    await all_polled(heard, devices)
                    assert time.monotonic() - killed_at < 12


async def test_dead_devices_delay_nobody(netledger: Installation, lab: Lab) -> None:
    dead = {
        f"127.66.24.{number}": agent(f"d{number}", serial=f"D{number}", booted_at=1.0)
        for number in range(1, 16)
    }
    server = await lab(Network({**dead, A: agent("live", serial="L1", booted_at=1.0)}))
    await netledger.credential(access(server.port))
    await netledger.set(**QUICK, **{"telemetry/parallel": 3})
    async with netledger.worker(*REST, "poller"):
        await netledger.discover(*dead, A)
        live = (await netledger.device_at(A)).id
        async with polls_of(netledger) as heard:
            await all_polled(heard, {device.id for device in await netledger.devices()})
            for each in dead.values():
                each.misbehave([Fault(FaultKind.DROPS)])
            heard.clear()

            async def often() -> bool:
                mine = [poll for poll in heard if poll.device_id == live and poll.group == "resources"]
                return len(mine) >= 6

            begun = time.monotonic()
            await until(often)
            assert time.monotonic() - begun < 15


async def test_agents_that_loop_or_lie_delay_nobody_and_are_polled_again(
    netledger: Installation, lab: Lab
) -> None:
    faults = {
        "127.66.25.1": Fault(FaultKind.WALK_LOOP, after=3),
        "127.66.25.2": Fault(FaultKind.TRUNCATED),
        "127.66.25.3": Fault(FaultKind.GARBAGE),
        "127.66.25.4": Fault(FaultKind.WRONG_TYPES),
        "127.66.25.5": Fault(FaultKind.WRONG_REQUEST_ID),
        "127.66.25.6": Fault(FaultKind.DIES_IN_WALK, after=5),
        "127.66.25.7": Fault(FaultKind.TWICE, delay_s=0.3),
    }
    bad = {
        address: agent(f"b{address[-1]}", serial=address, mac=f"02:00:00:00:00:0{address[-1]}", booted_at=1.0)
        for address in faults
    }
    server = await lab(
        Network({**bad, A: agent("live", serial="L1", mac="02:00:00:00:01:00", booted_at=1.0)})
    )
    await netledger.credential(access(server.port))
    await netledger.set(**QUICK)
    async with netledger.worker(*REST, "poller"):
        await netledger.discover(*bad, A)
        live = (await netledger.device_at(A)).id
        devices = {device.id for device in await netledger.devices()}
        async with polls_of(netledger) as heard:
            await all_polled(heard, devices)
            for address, each in bad.items():
                each.misbehave([faults[address]])
            heard.clear()

            async def often() -> bool:
                mine = [poll for poll in heard if poll.device_id == live and poll.group == "interfaces"]
                return len(mine) >= 8

            await until(often)
            values = [each.value for poll in heard for each in poll.samples if each.value is not None]
            assert all(math.isfinite(value) and abs(value) < 1e15 for value in values)
            for each in bad.values():
                each.misbehave([])
            heard.clear()
            await all_polled(heard, devices)
