"""The rows of stored telemetry that a question is about."""

from collections.abc import AsyncIterator, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from psycopg import AsyncConnection

from adapters.telemetry.recent import Columns, Row, columns, of_series
from adapters.telemetry.rollup import Buckets, nothing
from adapters.telemetry.tables import Table
from domain.errors import Invalid
from domain.telemetry_history import DAY_S, HOUR_S


class Asked(NamedTuple):
    """Series by number, and from which hour to which, both included, they are read."""

    device: UUID
    names: Mapping[int, tuple[str, float]]
    """Number -> interface and interval."""
    first: int
    last: int

    @property
    def numbers(self) -> list[int]:
        return list(self.names)


async def look_up(
    conn: AsyncConnection[Any],
    device_id: str,
    metric: str,
    interfaces: Sequence[str],
    since: float,
    until: float,
) -> Asked:
    device = uuid_of(device_id)
    cursor = await conn.execute(
        "SELECT id, interface, interval_s FROM telemetry.series"
        " WHERE device_id = %s AND metric = %s AND interface = ANY(%s) ORDER BY id",
        (device, metric, list(interfaces)),
    )
    names = {number: (interface, every) async for number, interface, every in cursor}
    return Asked(device, names, int(since // HOUR_S), max(ceil(until / HOUR_S) - 1, int(since // HOUR_S)))


async def recent_samples(conn: AsyncConnection[Any], asked: Asked) -> Columns:
    rows = await recent_rows(conn, asked.device, asked.first, asked.last)
    return of_series(columns(rows), np.array(asked.numbers, np.int64))


async def recent_rows(conn: AsyncConnection[Any], device: UUID, first: int, last: int) -> list[Row]:
    """Not packed yet, in the order in which they came."""
    cursor = await conn.execute("SELECT min(hour), max(hour) FROM telemetry.recent")
    row = await cursor.fetchone()
    if row is None or row[0] is None:
        return []
    cursor = await conn.cursor(binary=True).execute(
        "SELECT at_ms, interval_s, series, samples FROM telemetry.recent"
        " WHERE hour = ANY(%s) AND device_id = %s ORDER BY ctid",
        (list(range(max(first, row[0]), min(last, row[1]) + 1)), device),
    )
    return await cursor.fetchall()


async def packed_rows(
    conn: AsyncConnection[Any],
    table: Table,
    numbers: Sequence[int],
    first: int,
    last: int,
    keys: Sequence[int] | None,
) -> AsyncIterator[tuple[int, int, bytes]]:
    """Series, hour or day, and what is packed, from `first` to `last`; of `keys` alone where they are given."""
    if not numbers or (keys is not None and not keys):
        return
    only = "" if keys is None else f" AND {table.key} = ANY(%(keys)s)"
    cursor = await conn.cursor(binary=True).execute(
        f"SELECT series, {table.key}, packed FROM telemetry.{table.name}"
        f" WHERE series = ANY(%(numbers)s) AND {table.key} BETWEEN %(first)s AND %(last)s{only}",
        {"numbers": list(numbers), "first": first, "last": last, "keys": list(keys or ())},
    )
    for row in await cursor.fetchall():
        yield row


async def day_buckets(
    conn: AsyncConnection[Any], asked: Asked, days: Sequence[int]
) -> tuple[Buckets, dict[int, float]]:
    cursor = await conn.execute(
        "SELECT series, day, counted, low, high, mean, last, interval_s FROM telemetry.days"
        " WHERE series = ANY(%s) AND day = ANY(%s) ORDER BY series, day",
        (asked.numbers, list(days)),
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
