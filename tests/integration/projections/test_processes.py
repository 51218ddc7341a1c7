"""Processes die: of two projectors the other takes over, nothing is folded twice, and a rebuild cut off harms nobody."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from adapters.ledger.ledger import Ledger
from adapters.ledger.positions import PostgresPositionWatch
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.event import Attribution
from projections.alerts import Alerts
from projections.audit import Audit
from projections.rebuild import RebuildRunning, rebuild
from projections.store import LEADER_LOCK, checksum
from tests.integration.projections.conftest import Pool, Projecting, until

_SCRIPT = str(Path(__file__).with_name("projector_process.py"))


@contextlib.asynccontextmanager
async def _process(what: str, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, _SCRIPT, what, url, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _raise(ledger: Ledger, by: Attribution, count: int) -> int:
    """The last position, after so many more alerts."""

    async def one() -> int:
        key = str(uuid4())
        intent = ALERT.to(alert_id(key), RaiseAlert(key=key, severity="low", title="x"), new=True)
        return (await ledger.execute(intent, by=by)).position

    return max(await asyncio.gather(*(one() for _ in range(count))))


async def test_when_the_leader_is_killed_the_other_takes_over_within_seconds(
    database: str, ledger: Ledger, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution
) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        f" AND (classid::bigint << 32) + objid::bigint = {LEADER_LOCK}"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with _process("project", database) as leader, _process_later(database) as start_other:
        position = await _raise(ledger, engineer, 20)
        assert await watch.wait_for_projection("audit", position, 20)
        await start_other()
        await until(pool, waiting, 1)
        leader.kill()
        position = await _raise(ledger, engineer, 20)
        assert await watch.wait_for_projection("audit", position, 5)
        assert await watch.wait_for_projection("alerts", position, 5)


@contextlib.asynccontextmanager
async def _process_later(url: str) -> AsyncIterator[Any]:
    async with contextlib.AsyncExitStack() as stack:

        async def start() -> asyncio.subprocess.Process:
            return await stack.enter_async_context(_process("project", url))

        yield start


async def test_a_projector_killed_at_any_moment_has_folded_each_event_once(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution
) -> None:  # fmt: skip
    position = await _raise(ledger, engineer, 3_000)
    for pause_s in (0.0, 0.01, 0.03, 0.06):
        async with _process("project", database):
            # From the moment it leads, a little later each time.
            await until(pool, "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'netledger projector'", True)  # fmt: skip
            await asyncio.sleep(pause_s)
        position = await _raise(ledger, engineer, 500)
    async with _process("project", database):
        assert await watch.wait_for_projection("audit", position, 30)
        assert await watch.wait_for_projection("alerts", position, 30)
    async with pool.connection() as conn:
        cursor = await conn.execute("SELECT count(*), max(position) FROM audit.entries")
        assert await cursor.fetchone() == (position, position)
        for projection in (Audit(), Alerts()):
            live = await checksum(conn, projection, projection.name)
            await rebuild(database, projection, event_log)
            assert await checksum(conn, projection, projection.name) == live


async def test_a_rebuild_killed_in_the_middle_leaves_what_serves(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution,
    projecting: Projecting,
) -> None:  # fmt: skip
    async with projecting(Audit()):
        position = await _raise(ledger, engineer, 2_500)
        assert await watch.wait_for_projection("audit", position, 20)
        async with pool.connection() as conn:
            before = await checksum(conn, Audit(), "audit")
            async with _process("rebuild", database) as process:
                assert process.stdout is not None
                assert await process.stdout.readline() == b"half\n"
                process.kill()
            assert await checksum(conn, Audit(), "audit") == before
        position = await _raise(ledger, engineer, 10)
        assert await watch.wait_for_projection("audit", position, 20)
        async with asyncio.timeout(20):
            while True:
                try:
                    assert await rebuild(database, Audit(), event_log) == position
                    break
                except RebuildRunning:  # until PostgreSQL has noticed the death
                    await asyncio.sleep(0.05)
        await until(pool, "SELECT count(*) FROM audit.entries", position)
        await until(pool, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'audit%'", 1)
