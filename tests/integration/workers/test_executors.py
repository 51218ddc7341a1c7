"""Who works on an operation: one executor at a time, and another when that one dies, stands still or never heard of it."""

import asyncio
import signal
import time

import pytest

from domain.operation import OPERATION, StartOperation
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


async def test_an_operation_that_no_message_tells_of_is_found(netledger):
    """As after JetStream forgot it: no relay runs here, so there is no message at all."""
    async with netledger.worker("projector", "executor"):
        operation = await netledger.discover("127.66.5.200")
        assert (operation.state, operation.attempt) == ("succeeded", 1)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
async def test_another_executor_goes_on_where_a_dead_one_was(netledger, lab, how):
    server = await lab(Network(_agents()))
    await netledger.credential(access(server.port))
    await netledger.set(rate_per_s=50)  # the plan in two chunks of a hundred addresses
    async with netledger.worker("projector", "relay"):
        with (
            worker_process(netledger.configuration, "executor") as one,
            worker_process(netledger.configuration, "executor") as other,
        ):
            operation_id = await netledger.request("127.66.5.1-127.66.5.160")

            async def in_the_second_chunk():
                row = await netledger.operation_or_none(operation_id)
                return row if row is not None and row.progress.get("found", 0) > len(LOW) else None

            row = await until(in_the_second_chunk)
            assert row.state == "running"
            dies = one if row.worker.endswith(f"-{one.pid}") else other
            dies.send_signal(how)
            died_at = time.monotonic()

            async def taken_over():
                return (await netledger.operation(operation_id)).attempt == 2

            await until(taken_over, 15.0)
            assert time.monotonic() - died_at < 10.0
            operation = await netledger.ended(operation_id)
            result = {name: operation.result[name] for name in ("total", "scanned", "found", "new", "errors")}
            assert result == {"total": 160, "scanned": 160, "found": 24, "new": 12, "errors": {}}
            assert operation.result["seconds"] < 5.0  # the first chunk was not asked again
            devices = await netledger.devices()
            assert sorted(device.name for device in devices) == sorted(f"n{n}" for n in range(len(LOW)))
            assert all(len(device.addresses) == 2 for device in devices)
            if how == signal.SIGSTOP:
                await _wakes_up_too_late(netledger, dies)


async def _wakes_up_too_late(netledger, zombie):
    """It finds out that another has taken over, and adds nothing."""
    head = await netledger.settled()
    zombie.send_signal(signal.SIGCONT)
    heard_again = await netledger.discover(LOW[0])  # the zombie may do this one: it is alive again
    assert heard_again.state == "succeeded"
    news = topics(await netledger.events(after=head))
    assert [topic for topic in news if not topic.startswith("credential.")] == [
        "operation.requested.v1",
        "operation.started.v1",
        "operation.succeeded.v1",
    ]


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
