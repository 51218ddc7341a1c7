"""Discoveries that are due by the settings: requested once a time, whoever schedules."""

import asyncio

import pytest

from adapters.leadership import PostgresLeadership
from domain.operation import OPERATION, CancelOperation
from tests.integration.workers.installation import until
from workers.scheduler import REASON, Scheduler
from workers.supervision import ended

RANGE = "127.66.7.1"


@pytest.fixture
async def schedule(netledger):
    """Starts a scheduler that looks ten times a second."""
    running = []

    def start():
        leadership = PostgresLeadership(netledger.configuration.database_url)
        console = netledger.console
        scheduler = Scheduler(console.bus, console.pool.connection, leadership, look_s=0.1)
        running.append(asyncio.create_task(scheduler.run()))

    yield start
    await ended(running)


async def requested(netledger):
    return [each for each in await netledger.events("operation.") if each.topic == "operation.requested.v1"]


async def test_what_is_due_is_requested_in_the_name_of_the_schedule(netledger, schedule):
    await netledger.set(ranges=[RANGE], interval_s=3_600)
    async with netledger.worker("projector", "relay", "executor"):
        schedule()
        schedule()
        (event,) = await until(lambda: requested(netledger))
        assert event.event.params["targets"] == [RANGE]
        assert (event.meta.actor.kind, event.meta.actor.name, event.meta.reason) == (
            "policy",
            "scheduler",
            REASON,
        )
        assert (await netledger.ended(event.originator_id)).state == "succeeded"
        assert len(await requested(netledger)) == 1  # the next hour's is not due


async def test_the_next_waits_for_the_end_of_the_last(netledger, schedule):
    await netledger.set(ranges=[RANGE], interval_s=1)
    async with netledger.worker("projector"):  # nobody carries them out
        schedule()
        (first,) = await until(lambda: requested(netledger))
        head = await netledger.settled()
        await netledger.set(timeout_s=0.5)  # a later slot, and many looks
        await until(lambda: _later_than(netledger, first, 2.5))
        assert len(await requested(netledger)) == 1
        await netledger.console.bus.execute(
            OPERATION.to(first.originator_id, CancelOperation()), by=netledger.console.by()
        )

        async def second():
            return len(await requested(netledger)) == 2

        await until(second)
        assert head


async def _later_than(netledger, event, seconds):
    async with netledger.console.pool.connection() as conn:
        cursor = await conn.execute(
            "SELECT now() - %s > make_interval(secs => %s)", (event.meta.occurred_at, seconds)
        )
        row = await cursor.fetchone()
    return bool(row and row[0])


async def test_without_an_interval_nothing_is_scheduled(netledger, schedule):
    await netledger.set(ranges=[RANGE])
    async with netledger.worker("projector"):
        await netledger.settled()
        schedule()
        await netledger.set(interval_s=60)  # from then on
        (event,) = await until(lambda: requested(netledger))
        changes = await netledger.events("settings.")
        assert event.position > changes[-1].position
