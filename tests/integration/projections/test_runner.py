"""The runner feeds every projection exactly once, past failures of some of them, and to their newest shape."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from adapters.ledger.ledger import Ledger
from adapters.ledger.positions import PostgresPositionWatch
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert, UnacknowledgeAlert
from domain.event import Attribution, Recorded
from projections.alerts import Alerts
from projections.audit import Audit
from projections.rebuild import rebuild
from projections.store import checksum, standings
from projections.tables import Key, Row, Rows, Table
from tests.integration.projections.conftest import Pool, Projecting, until

TITLES = Table("titles", {"position": "bigint", "title": "text NOT NULL"}, key=("position",))


class Titles:
    """A projection whose fold can be broken."""

    name = "titles"
    tables: Sequence[Table] = (TITLES,)
    topics: Sequence[str] = ("alert.raised.",)

    def __init__(self, *, poison: Any = None, version: int = 1, prefix: str = "") -> None:
        self.version = version
        self.poison = poison
        self._prefix = prefix
        self.folded: list[int] = []

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "titles", (recorded.position,)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        row: Row = {"position": recorded.position, "title": self._prefix + recorded.event.title}  # type: ignore[attr-defined]  # its topics are alerts
        if row["title"].endswith("poison"):
            if isinstance(self.poison, Exception):
                raise self.poison
            row |= self.poison or {}
        self.folded.append(recorded.position)
        rows.put("titles", row)


async def _raise(ledger: Ledger, by: Attribution, *titles: str) -> int:
    position = 0
    for title in titles:
        key = str(uuid4())
        intent = ALERT.to(alert_id(key), RaiseAlert(key=key, severity="low", title=title), new=True)
        position = (await ledger.execute(intent, by=by)).position
    return position


@pytest.mark.parametrize(
    ("poison", "told"),
    [(ValueError("bad title"), "bad title"), ({"position": "not a number"}, "invalid input syntax"), ({"title": None}, "null value")],
)  # fmt: skip
async def test_a_poisonous_event_stops_its_projection_alone(
    ledger: Ledger, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution, projecting: Projecting,
    poison: Any, told: str,
) -> None:  # fmt: skip
    async with projecting(Titles(poison=poison), Alerts(), Audit()):
        position = await _raise(ledger, engineer, "fine", "poison", "fine again")
        assert await watch.wait_for_projection("alerts", position, 20)
        assert await watch.wait_for_projection("audit", position, 20)
        await until(pool, "SELECT state FROM projections.positions WHERE name = 'titles'", "failed")
        async with pool.connection() as conn:
            cursor = await conn.execute("SELECT name, state, error FROM projections.positions ORDER BY name")
            rows = {name: (state, error) for name, state, error in await cursor.fetchall()}
        assert rows["titles"][0] == "failed"
        assert told in rows["titles"][1]
        assert rows["alerts"] == rows["audit"] == ("running", "")


async def test_a_rebuild_sets_a_failed_projection_going_again(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution,
    projecting: Projecting,
) -> None:  # fmt: skip
    mended = Titles(poison=ValueError("bad title"))
    async with projecting(mended):
        await _raise(ledger, engineer, "poison")
        await until(pool, "SELECT state FROM projections.positions WHERE name = 'titles'", "failed")
        mended.poison = None  # as a release does that mends the fold
        assert await rebuild(database, mended, event_log) == 1
        position = await _raise(ledger, engineer, "next")
        assert await watch.wait_for_projection("titles", position, 20)
        await until(pool, "SELECT count(*) FROM titles.titles", 2)
        await until(pool, "SELECT state || error FROM projections.positions WHERE name = 'titles'", "running")


async def test_a_rebuild_that_fails_leaves_what_serves(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution,
    projecting: Projecting,
) -> None:  # fmt: skip
    async with projecting(Titles()):
        position = await _raise(ledger, engineer, "a", "poison")
        assert await watch.wait_for_projection("titles", position, 20)
        with pytest.raises(ValueError, match="bad title"):
            await rebuild(database, Titles(poison=ValueError("bad title")), event_log)
        await until(pool, "SELECT count(*) FROM titles.titles", 2)
        await until(pool, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'titles%'", 1)
        position = await _raise(ledger, engineer, "b")
        assert await watch.wait_for_projection("titles", position, 20)


async def test_a_new_version_is_rebuilt_by_itself_while_the_others_go_on(
    ledger: Ledger, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution, projecting: Projecting
) -> None:
    async with projecting(Titles(), Alerts()):
        position = await _raise(ledger, engineer, "a", "b")
        assert await watch.wait_for_projection("titles", position, 20)
    async with projecting(Titles(version=2, prefix="new "), Alerts()):
        position = await _raise(ledger, engineer, "c")
        assert await watch.wait_for_projection("alerts", position, 20)
        await until(pool, "SELECT version FROM projections.positions WHERE name = 'titles'", 2)
        await until(
            pool, "SELECT string_agg(title, ',' ORDER BY position) FROM titles.titles", "new a,new b,new c"
        )


async def test_one_that_is_far_behind_keeps_nobody_waiting(
    database: str, ledger: Ledger, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution, projecting: Projecting
) -> None:  # fmt: skip
    await asyncio.gather(*(_raise(ledger, engineer, f"alert {number}") for number in range(6_000)))
    async with projecting(Alerts()):
        assert await watch.wait_for_projection("alerts", 6_000, 30)
    slow, quick = Titles(), Alerts()
    last = await _raise(ledger, engineer, "last")
    places: list[int] = []
    async with projecting(slow, quick):
        assert await watch.wait_for_projection("alerts", last, 20)
        places = list(slow.folded)
        assert await watch.wait_for_projection("titles", last, 20)
    assert len(places) < 6_000
    assert slow.folded == list(range(1, last + 1))


async def test_restarts_at_any_moment_fold_nothing_twice(
    database: str, ledger: Ledger, event_log: Any, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution,
    projecting: Projecting,
) -> None:  # fmt: skip
    async def write() -> int:
        position = 0
        for number in range(150):
            position = await _raise(ledger, engineer, f"alert {number}")
        return position

    writing = asyncio.create_task(write())
    for number in range(8):
        async with projecting(Audit(), Alerts()):
            await watch.wait_for_projection("audit", 15 * number + 1, 20)
    position = await writing
    async with projecting(Audit(), Alerts()):
        assert await watch.wait_for_projection("audit", position, 20)
        assert await watch.wait_for_projection("alerts", position, 20)
    async with pool.connection() as conn:
        cursor = await conn.execute("SELECT count(*), max(position) FROM audit.entries")
        assert await cursor.fetchone() == (position, position)
        for projection in (Audit(), Alerts()):
            live = await checksum(conn, projection, projection.name)
            await rebuild(database, projection, event_log)
            assert await checksum(conn, projection, projection.name) == live
        assert {each.position for each in (await standings(conn)).values()} == {position}


async def test_news_is_folded_as_it_comes_and_not_at_the_next_look(
    ledger: Ledger, watch: PostgresPositionWatch, engineer: Attribution, projecting: Projecting
) -> None:
    """An append between the last read and the wait for the next one is not slept over."""
    async with projecting(Alerts()):
        key = str(uuid4())
        intent = ALERT.to(alert_id(key), RaiseAlert(key=key, severity="low", title="x"), new=True)
        position = (await ledger.execute(intent, by=engineer)).position
        assert await watch.wait_for_projection("alerts", position, 20)
        started = asyncio.get_running_loop().time()
        for number in range(40):
            command = AcknowledgeAlert() if number % 2 == 0 else UnacknowledgeAlert()
            position = (await ledger.execute(ALERT.to(alert_id(key), command), by=engineer)).position
            assert await watch.wait_for_projection("alerts", position, 20)
        assert asyncio.get_running_loop().time() - started < 10


async def test_a_lost_connection_is_made_again(
    ledger: Ledger, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution, projecting: Projecting
) -> None:
    kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'netledger projector'"
    async with projecting(Titles(), Audit()):
        for _ in range(3):
            position = await _raise(ledger, engineer, "a", "b")
            assert await watch.wait_for_projection("audit", position, 20)
            await until(pool, kill, 1)
        position = await _raise(ledger, engineer, "c")
        assert await watch.wait_for_projection("titles", position, 20)
        await until(pool, "SELECT count(*) FROM titles.titles", position)


async def test_a_rebuild_of_the_runner_is_tried_again_after_a_lost_connection(
    ledger: Ledger, pool: Pool, watch: PostgresPositionWatch, engineer: Attribution, projecting: Projecting
) -> None:
    class Cut(Titles):
        """Waits in its first fold until its connections are gone."""

        def fold(self, recorded: Recorded, rows: Rows) -> None:
            if not self.folded:
                with psycopg.connect(pool.conninfo, autocommit=True) as conn:
                    conn.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND application_name = 'netledger rebuild'"
                    )
            super().fold(recorded, rows)

    async with projecting(Titles()):
        position = await _raise(ledger, engineer, "a", "b")
        assert await watch.wait_for_projection("titles", position, 20)
    async with projecting(Cut(version=2, prefix="new ")):
        await until(pool, "SELECT version FROM projections.positions WHERE name = 'titles'", 2)
        await until(pool, "SELECT string_agg(title, ',' ORDER BY position) FROM titles.titles", "new a,new b")
