"""Leadership over real PostgreSQL: one at a time, and lost with the connection."""

import asyncio

import psycopg
import pytest

from adapters.leadership import PostgresLeadership
from domain.errors import Unavailable

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"


async def test_of_those_who_ask_for_a_name_one_leads(database):
    leadership = PostgresLeadership(database)
    leading: list[int] = []

    async def lead(number: int) -> None:
        async with leadership.lead("name"):
            assert not leading
            leading.append(number)
            await asyncio.sleep(0)
            leading.remove(number)

    await asyncio.gather(*(lead(number) for number in range(8)))


async def test_different_names_are_led_side_by_side(database):
    leadership = PostgresLeadership(database)
    async with leadership.lead("one"), leadership.lead("other"):
        pass


async def test_a_leader_whose_connection_ends_is_stopped_and_another_leads(database):
    leadership = PostgresLeadership(database)
    leads = asyncio.Event()

    async def lead_on() -> None:
        async with leadership.lead("name"):
            leads.set()
            await asyncio.Event().wait()

    leader = asyncio.create_task(lead_on())
    await leads.wait()
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
        cursor = await conn.execute(BACKENDS, ("netledger name",))
        for (pid,) in await cursor.fetchall():
            await conn.execute("SELECT pg_terminate_backend(%s)", (pid,))
    async with asyncio.timeout(10), leadership.lead("name"):
        with pytest.raises(Unavailable):
            await leader


async def test_a_leader_that_is_cancelled_lets_go(database):
    leadership = PostgresLeadership(database)
    leads = asyncio.Event()

    async def lead_on() -> None:
        async with leadership.lead("name"):
            leads.set()
            await asyncio.Event().wait()

    leader = asyncio.create_task(lead_on())
    await leads.wait()
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    async with asyncio.timeout(10), leadership.lead("name"):
        pass


async def test_what_fails_in_the_leaders_own_work_comes_out_as_it_is(database):
    with pytest.raises(ZeroDivisionError):
        async with PostgresLeadership(database).lead("name"):
            raise ZeroDivisionError


async def test_without_a_database_nobody_leads():
    with pytest.raises(Unavailable):
        async with PostgresLeadership("postgresql:///none?host=/nonexistent").lead("name"):
            pass
