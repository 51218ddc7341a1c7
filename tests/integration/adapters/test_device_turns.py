"""Turns on devices over a real PostgreSQL: one at a time, taken over from the dead, kept from the slow."""

import asyncio

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.device_turns import PostgresDeviceTurns
from domain.errors import Unavailable

DEVICE, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
Pool = AsyncConnectionPool[AsyncConnection]


async def test_operations_on_one_device_follow_each_other_and_those_on_two_do_not(pool: Pool) -> None:
    turns = PostgresDeviceTurns(pool)
    told: list[str] = []
    first_has_it, go_on = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with turns.turn(DEVICE, "first", wait_s=5):
            first_has_it.set()
            await go_on.wait()
            told.append("first")

    async def second() -> None:
        async with turns.turn(DEVICE, "second", wait_s=5):
            told.append("second")

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        await first_has_it.wait()
        group.create_task(second())
        async with turns.turn(OTHER, "third", wait_s=0):
            told.append("third")
        go_on.set()
    assert told == ["third", "first", "second"]


async def test_who_waits_too_long_is_told_so(pool: Pool) -> None:
    turns = PostgresDeviceTurns(pool)
    async with turns.turn(DEVICE, "first", wait_s=0):
        with pytest.raises(Unavailable, match="other operations have the device"):
            async with turns.turn(DEVICE, "second", wait_s=0):
                pass
        async with turns.turn(DEVICE, "first", wait_s=0):  # its own next attempt
            pass


async def test_a_turn_that_was_lost_stops_its_worker(pool: Pool) -> None:
    turns = PostgresDeviceTurns(pool, lease_s=0.4)
    with pytest.raises(Unavailable, match="took over"):
        async with turns.turn(DEVICE, "first", wait_s=0):
            async with pool.connection() as conn:  # as when this worker had stood still for too long
                await conn.execute("UPDATE work.device_turns SET holder = 'second'")
            await asyncio.Event().wait()
    async with pool.connection() as conn:
        cursor = await conn.execute("SELECT holder FROM work.device_turns")
        assert await cursor.fetchone() == ("second",)


async def test_the_turn_of_a_dead_worker_ends_by_itself(pool: Pool) -> None:
    async with pool.connection() as conn:
        await conn.execute(
            "INSERT INTO work.device_turns VALUES (%s, 'dead', now() + interval '300 milliseconds')",
            (DEVICE,),
        )
    async with PostgresDeviceTurns(pool).turn(DEVICE, "alive", wait_s=5):
        pass


async def test_a_slow_operation_keeps_its_turn(pool: Pool) -> None:
    turns = PostgresDeviceTurns(pool, lease_s=0.3)
    async with turns.turn(DEVICE, "slow", wait_s=0), pool.connection() as conn:
        for _ in range(3):  # its lease is renewed, and so ends later each time
            cursor = await conn.execute("SELECT expires_at FROM work.device_turns")
            (before,) = await cursor.fetchone() or (None,)
            async with asyncio.timeout(5):
                while True:
                    cursor = await conn.execute("SELECT expires_at FROM work.device_turns")
                    if await cursor.fetchone() != (before,):
                        break
                    await asyncio.sleep(0.01)
