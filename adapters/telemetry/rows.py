"""The rows of stored telemetry that a question is about."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from psycopg import AsyncConnection

from adapters.telemetry.recent import Columns, Row, columns, of_series
from adapters.telemetry.rollup import Buckets, nothing
from adapters.telemetry.tables import RAW, Table
from domain.errors import Invalid
from domain.telemetry_history import DAY_S, HOUR_S

_NEVER = 2**31 - 1
# OFFSET 0: an index scan an hour, whatever the statistics say of a table that fills and empties by the minute.
_RECENT = """
SELECT place, r.hour, at_ms, interval_s, series, samples
FROM generate_series(
    greatest(%(first)s, (SELECT min(hour) FROM telemetry.recent)),
    least(%(last)s, coalesce((SELECT max(hour) FROM telemetry.recent), %(first)s - 1))
) AS wanted (hour)
CROSS JOIN LATERAL (
    SELECT ctid AS place, * FROM telemetry.recent WHERE hour = wanted.hour AND device_id = %(device)s OFFSET 0
) AS r
ORDER BY place
"""
_NAME, _NEW, _OPENED, _PACKED = range(4)
_STORED = f"""
WITH named AS MATERIALIZED (
    SELECT id, interface, interval_s FROM telemetry.series
    WHERE device_id = %(device)s AND metric = %(metric)s AND interface = ANY(%(interfaces)s)
), recent AS MATERIALIZED ({_RECENT})
SELECT {_NAME}::int, id, 0::bigint, interval_s, convert_to(interface, 'UTF8'), NULL::bytea FROM named
UNION ALL SELECT {_NEW}, 0, at_ms, interval_s, series, samples FROM recent
"""
_OF_OPEN_HOURS = f"""
UNION ALL SELECT {_OPENED}, series, hour, NULL, packed, NULL FROM telemetry.raw
WHERE series = ANY(ARRAY(SELECT id FROM named)) AND hour = ANY(ARRAY(SELECT DISTINCT hour FROM recent))
"""
Packed = tuple[int, int, bytes]
"""Series, hour or day, and what is packed."""


class Question(NamedTuple):
    """Which series, by name, and from which hour to which, both included."""

    device: UUID
    metric: str
    interfaces: Sequence[str]
    first: int
    last: int


class Stored(NamedTuple):
    """What there is of the series that were asked for. An hour is open while polls of the device in it are not packed."""

    names: Mapping[int, tuple[str, float]]
    """Number -> interface and interval."""
    recent: Columns
    open_hours: frozenset[int]
    opened: Sequence[Packed]
    """Samples of open hours that were packed already."""
    packed: Sequence[Packed]
    """Of the table that was asked for."""

    @property
    def numbers(self) -> list[int]:
        return list(self.names)


def question(device_id: str, metric: str, interfaces: Sequence[str], since: float, until: float) -> Question:
    first = int(since // HOUR_S)
    return Question(uuid_of(device_id), metric, list(interfaces), first, max(ceil(until / HOUR_S) - 1, first))


async def stored(conn: AsyncConnection[Any], asked: Question, table: Table | None) -> Stored:
    """In one statement, which sees one moment: what is packed meanwhile is in it once. From `table`, of hours, where it is
    given; of RAW there is no need to know what of it lies in open hours."""
    statement = _STORED if table is RAW else _STORED + _OF_OPEN_HOURS
    if table is not None:
        statement += (
            f"UNION ALL SELECT {_PACKED}, series, hour, NULL, packed, NULL FROM telemetry.{table.name}"
            " WHERE series = ANY(ARRAY(SELECT id FROM named)) AND hour BETWEEN %(first)s AND %(last)s"
        )
    cursor = await conn.cursor(binary=True).execute(statement, asked._asdict())
    names: dict[int, tuple[str, float]] = {}
    recent: list[Row] = []
    packed: dict[int, list[Packed]] = {_OPENED: [], _PACKED: []}
    for kind, number, at, every, one, other in await cursor.fetchall():
        if kind == _NAME:
            names[number] = (one.decode(), every)
        elif kind == _NEW:
            recent.append((at, every, one, other))
        else:
            packed[kind].append((number, at, one))
    hours = frozenset(at_ms // (HOUR_S * 1000) for at_ms, *_ in recent)
    mine = of_series(columns(recent), np.array(list(names), np.int64))
    return Stored(names, mine, hours, packed[_OPENED], packed[_PACKED])


async def recent_rows(conn: AsyncConnection[Any], device: UUID) -> list[Row]:
    """Of a device, not packed yet, in the order in which they came."""
    cursor = await conn.cursor(binary=True).execute(
        f"SELECT at_ms, interval_s, series, samples FROM ({_RECENT}) AS recent",
        {"device": device, "first": 0, "last": _NEVER},
    )
    return await cursor.fetchall()


async def packed_rows(
    conn: AsyncConnection[Any], table: Table, numbers: Sequence[int], keys: Sequence[int]
) -> list[Packed]:
    """Of these hours or days."""
    if not numbers or not keys:
        return []
    cursor = await conn.cursor(binary=True).execute(
        f"SELECT series, {table.key}, packed FROM telemetry.{table.name}"
        f" WHERE series = ANY(%s) AND {table.key} = ANY(%s)",
        (list(numbers), list(keys)),
    )
    return await cursor.fetchall()


async def day_buckets(
    conn: AsyncConnection[Any], numbers: Sequence[int], days: Sequence[int]
) -> tuple[Buckets, dict[int, float]]:
    """The rollups of whole days, and the interval of each series."""
    cursor = await conn.execute(
        "SELECT series, day, counted, low, high, mean, last, interval_s FROM telemetry.days"
        " WHERE series = ANY(%s) AND day = ANY(%s) ORDER BY series, day",
        (list(numbers), list(days)),
    )
    rows = await cursor.fetchall()
    if not rows:
        return nothing(), {}
    series, at, counted, low, high, mean, last, _ = zip(*rows, strict=True)
    buckets = Buckets(
        np.array(series, np.int64),
        np.array(at, np.int64) * DAY_S,
        np.array(counted, np.int64),
        np.array(low, np.float64),
        np.array(high, np.float64),
        np.array(mean, np.float64),
        np.array(last, np.float64),
    )
    return buckets, {row[0]: row[7] for row in rows}


def uuid_of(device_id: str) -> UUID:
    try:
        return UUID(device_id)
    except ValueError:
        raise Invalid("a device id is a UUID", field="device_id") from None
