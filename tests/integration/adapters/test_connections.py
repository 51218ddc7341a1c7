"""Asked to end while something is asked of the database: a task ends, also where the driver lost the cancellation."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from adapters.connections import Connections


@pytest.fixture
async def connections(database: str) -> AsyncIterator[Connections]:
    async with Connections(database, name="test", min_size=1, max_size=2) as opened:
        yield opened


async def test_a_cancellation_that_was_lost_inside_comes_out_at_the_end(connections: Connections) -> None:
    asked, went_on = asyncio.Event(), False

    async def work() -> None:
        nonlocal went_on
        async with connections.connection() as conn:
            await conn.execute("SELECT 1")
            asked.set()
            with contextlib.suppress(asyncio.CancelledError):  # as `asyncio.wait_for` may, before Python 3.12
                await asyncio.Event().wait()
        went_on = True

    task = asyncio.create_task(work())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not went_on


async def test_who_tidies_up_after_a_cancellation_can_still_ask(connections: Connections) -> None:
    begun, found = asyncio.Event(), None

    async def work() -> None:
        nonlocal found
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            async with connections.connection() as conn:
                found = await (await conn.execute("SELECT 1")).fetchone()

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert found == (1,)


async def test_a_time_limit_inside_is_no_cancellation(connections: Connections) -> None:
    async with connections.connection() as conn:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await conn.execute("SELECT pg_sleep(20)")
    async with connections.connection() as conn:
        assert await (await conn.execute("SELECT 1")).fetchone() == (1,)
