"""Who works on an operation: one executor at a time, and another when that one dies, stands still or never heard of it."""

import asyncio
import signal
import time
from uuid import uuid4

import pytest

from domain.device import DEVICE
from domain.device_commands import ObserveDevice
from domain.errors import Refused
from domain.operation import OPERATION, HoldOperation, StartOperation
from tests.integration.workers.agents import Network, access, agent
from tests.integration.workers.installation import topics, until
from tests.integration.workers.processes import worker_process

LOW = [f"127.66.5.{last}" for last in range(1, 13)]
HIGH = [f"127.66.5.{last}" for last in range(101, 113)]


def _agents():
    """Devices with two addresses each, one in the first and one in the second part of the plan."""
    devices = [agent(f"n{number}", serial=f"HEX{number}05D97") for number in range(len(LOW))]
    return dict(zip(LOW + HIGH, devices + devices, strict=True))


async def test_two_executors_share_the_work_and_do_nothing_twice(netledger, lab):
    server = await lab(Network(_agents()))
    await netledger.credential(access(server.port))
    async with netledger.worker(), netledger.worker("executor"):
        requested = [await netledger.request(address, site=address) for address in LOW]
        done = [await netledger.ended(each) for each in requested]
        assert {(each.state, each.attempt, each.result["new"]) for each in done} == {("succeeded", 1, 1)}
        assert len(await netledger.devices()) == len(LOW)


async def test_discoveries_of_one_site_at_the_same_time_make_one_device_of_each(netledger, lab):
    server = await lab(Network(_agents()))
    await netledger.credential(access(server.port))
    async with netledger.worker(), netledger.worker("executor"):
        requested = [await netledger.request(*part) for part in (LOW, HIGH, LOW + HIGH, HIGH)]
        done = [await netledger.ended(each) for each in requested]
        assert sum(each.result["new"] for each in done) == len(LOW)
        devices = await netledger.devices()
        assert len(devices) == len(LOW)
        assert all(len(device.addresses) == 2 for device in devices)


async def test_others_go_on_where_a_stopped_and_a_killed_executor_were(netledger, lab):
    """One stands still in the middle and is followed by the other, which is killed, and followed by the first again."""
    server = await lab(Network(_agents()))
    await netledger.credential(access(server.port))
    await netledger.set(rate_per_s=50)  # the plan in two chunks of a hundred addresses

    async def in_the_second_chunk():
        row = await netledger.operation_or_none(operation_id)
        return row if row is not None and row.progress.get("found", 0) > len(LOW) else None

    async def taken_over(attempt, since):
        async def begun():
            return (await netledger.operation(operation_id)).attempt == attempt

        await until(begun, 15.0)
        assert time.monotonic() - since < 10.0

    async with netledger.worker("projector", "relay"):
        with (
            worker_process(netledger.configuration, "executor") as one,
            worker_process(netledger.configuration, "executor") as other,
        ):
            operation_id = await netledger.request("127.66.5.1-127.66.5.160")
            first = await until(in_the_second_chunk)
            if not first.worker.endswith(f"-{one.pid}"):
                one, other = other, one
            one.send_signal(signal.SIGSTOP)
            await taken_over(2, time.monotonic())
            other.kill()
            one.send_signal(signal.SIGCONT)
            await taken_over(3, time.monotonic())
            operation = await netledger.ended(operation_id)
            result = {name: operation.result[name] for name in ("total", "scanned", "found", "new", "errors")}
            assert result == {"total": 160, "scanned": 160, "found": 24, "new": 12, "errors": {}}
            assert operation.result["seconds"] < 5.0  # the first chunk was not asked again
            devices = await netledger.devices()
            assert sorted(device.name for device in devices) == sorted(f"n{n}" for n in range(len(LOW)))
            assert all(len(device.addresses) == 2 for device in devices)
            history = await netledger.events("operation.")
            assert topics(history) == [
                "operation.requested.v1",
                *["operation.started.v1"] * 3,
                "operation.succeeded.v1",
            ]


async def test_a_worker_that_was_taken_for_dead_appends_nothing_more(netledger):
    """Whatever it decided meanwhile is refused as a whole."""
    async with netledger.worker("projector"):
        operation_id = await netledger.request(LOW[0])
        by, bus = netledger.console.by(), netledger.console.bus
        for attempt in (1, 2):
            start = StartOperation(attempt=attempt, worker=f"worker {attempt}")
            await bus.execute(OPERATION.to(operation_id, start), by=by)
        device_id = uuid4()
        observed = DEVICE.to(device_id, ObserveDevice(address=LOW[0]), new=True)
        with pytest.raises(Refused) as refused:
            await bus.execute(OPERATION.to(operation_id, HoldOperation(attempt=1)), observed, by=by)
        assert refused.value.code == "OPERATION_FENCED"
        assert (await bus.state(DEVICE, device_id)).state == "absent"
        await bus.execute(OPERATION.to(operation_id, HoldOperation(attempt=2)), observed, by=by)
        assert (await bus.state(DEVICE, device_id)).state == "active"


async def test_what_a_worker_was_doing_when_asked_to_end_goes_on_at_once(netledger, lab):
    server = await lab(Network(_agents()))
    await netledger.credential(access(server.port))
    await netledger.set(timeout_s=0.8)
    async with netledger.worker("projector", "relay"):
        async with netledger.worker("executor"):
            operation_id = await netledger.request("127.66.5.1-127.66.5.112")

            async def running():
                row = await netledger.operation_or_none(operation_id)
                return row is not None and row.progress.get("found")

            await until(running)
        ended_at = time.monotonic()
        async with netledger.worker("executor"):

            async def resumed():
                return (await netledger.operation(operation_id)).attempt == 2

            await until(resumed)
            assert time.monotonic() - ended_at < 4.0  # without waiting for a sign of life that cannot come
            operation = await netledger.ended(operation_id)
        assert operation.state == "succeeded"
        assert (operation.result["found"], operation.result["new"]) == (24, 12)


async def test_an_attempt_is_started_once_of_those_who_try(netledger):
    async with netledger.worker("projector"):
        operation_id = await netledger.request("127.66.5.1")
        start = OPERATION.to(operation_id, StartOperation(attempt=1, worker="any"))
        by = netledger.console.by()
        tries = [netledger.console.bus.execute(start, by=by) for _ in range(5)]
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(not isinstance(each, Exception) for each in results) == 1
