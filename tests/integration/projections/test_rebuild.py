"""A rebuild goes on beside writers and readers, and neither notices."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from adapters.ledger.ledger import Ledger
from adapters.ledger.positions import PostgresPositionWatch
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert
from domain.event import Attribution
from projections import alerts, audit
from projections.alerts import Alerts
from projections.audit import Audit
from projections.rebuild import RebuildRunning, ended, rebuild
from projections.standing import standings
from projections.store import checksum
from tests.integration.projections.conftest import Pool, Projecting, until


async def _raise(ledger: Ledger, by: Attribution) -> int:
    key = str(uuid4())
    command = RaiseAlert(key=key, severity="low", title="x")
    await ledger.execute(ALERT.to(alert_id(key), command, new=True), by=by)
    return (await ledger.execute(ALERT.to(alert_id(key), AcknowledgeAlert()), by=by)).position


async def test_writers_and_readers_go_on_through_rebuilds(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution,
    projecting: Projecting,
) -> None:  # fmt: skip
    async def write() -> None:
        while True:
            await asyncio.gather(*(_raise(ledger, engineer) for _ in range(20)))

    async def read() -> None:
        """Never an error, never fewer rows than before, never a position that goes back."""
        counted, newest = 0, 0
        while True:
            async with pool.connection() as conn:
                by_state = (await alerts.summary(conn))["by_state"]
                lines = await audit.timeline(conn, limit=1, everything=True)
            assert sum(by_state.values()) >= counted
            counted = sum(by_state.values())
            if lines:
                assert lines[0].position >= newest
                newest = lines[0].position

    async with projecting(Alerts(), Audit()):
        position = await _raise(ledger, engineer)
        for name in ("alerts", "audit"):
            assert await watch.wait_for_projection(name, position, 20)
        tasks = [asyncio.create_task(write()), *(asyncio.create_task(read()) for _ in range(3))]
        for projection in (Alerts(), Audit(), Alerts(), Audit()):
            reached = await rebuild(database, projection, event_log)
            assert reached >= position
            position = reached
        failures = [task.exception() for task in tasks if task.done()]
        assert failures == []
        for task in tasks:
            await ended(task)
        position = await _raise(ledger, engineer)
        for name in ("alerts", "audit"):
            assert await watch.wait_for_projection(name, position, 20)
    async with pool.connection() as conn:
        cursor = await conn.execute("SELECT count(*) FROM audit.entries")
        assert await cursor.fetchone() == (position,)
        for projection in (Alerts(), Audit()):
            live = await checksum(conn, projection, projection.name)
            assert await rebuild(database, projection, event_log) == position
            assert await checksum(conn, projection, projection.name) == live


async def test_a_long_read_holds_up_neither_the_swap_nor_other_readers(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution,
    projecting: Projecting,
) -> None:  # fmt: skip
    async with projecting(Alerts()):
        position = await _raise(ledger, engineer)
        assert await watch.wait_for_projection("alerts", position, 20)
        async with await AsyncConnection.connect(database) as slow:
            cursor = await slow.execute("SELECT count(*) FROM alerts.alerts")
            assert await cursor.fetchone() == (1,)
            rebuilding = asyncio.create_task(rebuild(database, Alerts(), event_log))
            await until(pool, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'alerts_old_%'", 1)
            # The former copy cannot be dropped yet, and everybody else works on the new one.
            position = await _raise(ledger, engineer)
            assert await watch.wait_for_projection("alerts", position, 3)
            async with asyncio.timeout(3), pool.connection() as conn:
                assert len(await alerts.find(conn, limit=10)) == 2
            assert not rebuilding.done()
            await slow.rollback()
            async with asyncio.timeout(20):
                await rebuilding
    async with pool.connection() as conn:
        cursor = await conn.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'alerts%'")
        assert await cursor.fetchall() == [("alerts",)]


async def test_one_rebuild_at_a_time_and_everybody_sees_it(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution,
    projecting: Projecting,
) -> None:  # fmt: skip
    second: list[type[BaseException] | None] = []
    shown: list[str] = []
    told: list[tuple[int, int]] = []

    async def meanwhile() -> None:
        with pytest.raises(RebuildRunning) as refusal:
            await rebuild(database, Alerts(), event_log)
        second.append(refusal.type)
        async with pool.connection() as conn:
            shown.extend(each.state for each in await standings(conn) if each.name == "alerts")

    class Halting:
        """The ledger, which halts the rebuild after its first batch."""

        async def read(self, after: int, **options: Any) -> Any:
            if told and not second:
                await meanwhile()
            return await event_log.read(after, **options)

        head, of_aggregate = event_log.head, event_log.of_aggregate

    async with projecting(Alerts()):
        position = await _raise(ledger, engineer)
        assert await watch.wait_for_projection("alerts", position, 20)
        assert await rebuild(database, Alerts(), Halting(), progress=lambda *at: told.append(at)) == position
        assert second == [RebuildRunning]
        assert shown == ["rebuilding"]
        assert told == [(position, position)]
        async with pool.connection() as conn:
            assert [each.state for each in await standings(conn)] == ["running"]
