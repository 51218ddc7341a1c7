"""Rows in PostgreSQL are those that the folds say, however the events came in."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from domain.event import Recorded
from projections.catalogue import projections
from projections.projection import Projection, concerns, fold_in_memory
from projections.rebuild import rebuild
from projections.store import apply, checksum, create, ensure_positions
from projections.tables import instant
from tests.integration.projections.conftest import EventList
from tests.property.projections.histories import histories

few = settings(
    max_examples=5,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # a failure is not shrunk over a database for minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def _applied(
    conn: AsyncConnection[Any], projection: Projection, schema: str, events: Sequence[Recorded], size: int
) -> str:
    async with conn.transaction():
        await create(conn, projection, schema)
    for start in range(0, len(events), size):
        async with conn.transaction():
            await apply(conn, projection, schema, events[start : start + size])
    return await checksum(conn, projection, schema)


async def _rows(conn: AsyncConnection[Any], projection: Projection, schema: str) -> dict[str, list[Any]]:
    result = {}
    for table in projection.tables:
        cursor = await conn.execute(f"SELECT row_to_json(t)::text FROM {schema}.{table.name} t")
        result[table.name] = [msgspec.json.decode(row[0]) for row in await cursor.fetchall()]
    return result


@few
@given(history=histories(), size=st.integers(1, 7))
def test_one_by_one_in_batches_and_rebuilt_give_the_same_rows(
    database: str, history: list[Recorded], size: int
) -> None:
    async def compare() -> None:
        async with await AsyncConnection.connect(database, autocommit=True) as conn:
            await ensure_positions(conn)
            for projection in projections():
                whole = await _applied(conn, projection, projection.name, history, len(history) + 1)
                assert await _applied(conn, projection, "pieces", history, size) == whole
                reached = await rebuild(database, projection, EventList(history))
                assert reached == len(history)
                assert await checksum(conn, projection, projection.name) == whole

    asyncio.run(compare())


@few
@given(history=histories())
def test_the_database_holds_what_a_fold_in_memory_gives(database: str, history: list[Recorded]) -> None:
    async def compare() -> None:
        async with await AsyncConnection.connect(database, autocommit=True) as conn:
            for projection in projections():
                mine = [recorded for recorded in history if concerns(projection, recorded)]
                await _applied(conn, projection, projection.name, mine, 3)
                stored = await _rows(conn, projection, projection.name)
                folded = fold_in_memory(projection, mine).all_rows()
                for table in projection.tables:
                    expected = [_as_stored(row) for row in folded[table.name]]
                    key = lambda row, table=table: [str(row[column]) for column in table.key]  # noqa: E731  # a sort key
                    assert sorted(map(_as_stored, stored[table.name]), key=key) == sorted(expected, key=key)

    asyncio.run(compare())


def _as_stored(row: Any) -> Any:
    """Times in one way of writing: PostgreSQL leaves trailing zeros out."""
    plain = msgspec.json.decode(msgspec.json.encode(row))
    return {column: _time(value) if isinstance(value, str) else value for column, value in plain.items()}


def _time(text: str) -> str:
    try:
        return instant(datetime.fromisoformat(text)) if text[4:5] == "-" and "T" in text else text
    except ValueError:
        return text
