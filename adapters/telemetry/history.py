"""Reads stored telemetry: what is packed and what is not yet, in one snapshot, at the resolution that is asked."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from math import ceil, gcd
from typing import Any, NamedTuple

import numpy as np
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.telemetry.chunk import ChunkCodec
from adapters.telemetry.recent import Columns, columns
from adapters.telemetry.rollup import (
    Buckets,
    Floats,
    Samples,
    chosen,
    coarser,
    in_order,
    in_order_of_time,
    joined,
    nothing,
    roll,
)
from adapters.telemetry.rows import (
    Asked,
    day_buckets,
    look_up,
    packed_rows,
    recent_rows,
    recent_samples,
    uuid_of,
)
from adapters.telemetry.tables import DAYS, FIVE_MINUTES, HOURS, MINUTES, RAW, Table
from domain.errors import Invalid
from domain.telemetry import StreamPlace
from domain.telemetry_history import DAY_S, HOUR_S, Recorded, Series, Span, Spans

MOST_SPANS = 100_000
"""Of one answer, over all its interfaces."""
_NEVER = 2**31 - 1


class _Open(NamedTuple):
    """The hours that hold samples which are not packed yet, whole: with what is packed of them."""

    hours: frozenset[int]
    samples: Samples
    interval_s: Mapping[int, float]


class PostgresTelemetryHistory:
    """Satisfies TelemetryHistory."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._codec = ChunkCodec()

    async def existing(self, device_id: str) -> Sequence[Series]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT metric, interface, interval_s FROM telemetry.series WHERE device_id = %s"
                " ORDER BY metric, interface",
                (uuid_of(device_id),),
            )
            return [Series(*row) async for row in cursor]

    async def recorded(self) -> Recorded:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT partition, stream, sequence, samples, refused, extract(epoch FROM recorded_at)::float"
                " FROM telemetry.recorded"
            )
            rows = await cursor.fetchall()
        refused: Counter[str] = Counter()
        for row in rows:
            refused.update(row[4])
        at = [row[5] for row in rows if row[5] is not None]
        places = {row[0]: StreamPlace(row[1], row[2]) for row in rows}
        return Recorded(sum(row[3] for row in rows), dict(refused), max(at, default=None), places)

    async def latest(self, device_id: str) -> Mapping[tuple[str, str], tuple[float, float | None, float]]:
        async with self._snapshot() as conn:
            cursor = await conn.execute(
                "SELECT id, metric, interface FROM telemetry.series WHERE device_id = %s",
                (uuid_of(device_id),),
            )
            names = {number: (metric, interface) async for number, metric, interface in cursor}
            last: dict[int, tuple[float, float | None, float]] = {}
            for at_ms, interval_s, series, samples in await recent_rows(conn, uuid_of(device_id), 0, _NEVER):
                for number, value in zip(
                    np.frombuffer(series, np.int32).tolist(),
                    np.frombuffer(samples, np.float64).tolist(),
                    strict=True,
                ):
                    if number not in last or last[number][0] <= at_ms / 1000:
                        last[number] = (at_ms / 1000, value if value == value else None, interval_s)
        return {names[number]: value for number, value in last.items() if number in names}

    async def series(
        self, device_id: str, metric: str, interface: str, *, since: float, until: float, step_s: int = 0
    ) -> Sequence[tuple[float, float | None]]:
        if step_s:
            found = await self.spans(device_id, metric, [interface], since=since, until=until, step_s=step_s)
            return [(span.at, span.mean) for span in found.get(interface, ())]
        async with self._snapshot() as conn:
            asked = await look_up(conn, device_id, metric, [interface], since, until)
            if not asked.names:
                return []
            samples, every = await self._samples(conn, asked)
        within = (samples.at_ms >= since * 1000) & (samples.at_ms < until * 1000)
        return _with_gaps(samples.at_ms[within] / 1000, samples.values[within], every[within])

    async def spans(
        self,
        device_id: str,
        metric: str,
        interfaces: Sequence[str],
        *,
        since: float,
        until: float,
        step_s: int,
    ) -> Mapping[str, Sequence[Span]]:
        found = await self.spans_by_step(
            device_id, metric, interfaces, since=since, until=until, steps_s=[step_s]
        )
        return {name: spans.rows() for name, spans in found[step_s].items()}

    async def spans_by_step(
        self,
        device_id: str,
        metric: str,
        interfaces: Sequence[str],
        *,
        since: float,
        until: float,
        steps_s: Sequence[int],
    ) -> Mapping[int, Mapping[str, Spans]]:
        table = _table(gcd(*steps_s))
        first = min(int(since // step_s) * step_s for step_s in steps_s)
        last = max(ceil(until / step_s) * step_s for step_s in steps_s)
        if (last - first) // min(steps_s) * max(len(interfaces), 1) > MOST_SPANS:
            raise Invalid(
                f"that is more than {MOST_SPANS:,} values: ask for a longer step, less time or fewer interfaces",
                field="step",
            )
        async with self._snapshot() as conn:
            asked = await look_up(conn, device_id, metric, interfaces, first, last)
            buckets, every = await self._buckets(conn, asked, table)
        return {step_s: _by_interface(asked, buckets, every, since, until, step_s) for step_s in set(steps_s)}

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[AsyncConnection[Any]]:
        """What is packed leaves one table and comes into another in one moment."""
        async with self._pool.connection() as conn:
            await conn.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            )  # one way to the server, not two
            try:
                yield conn
            finally:
                with suppress(psycopg.Error):  # the pool ends what cannot be ended here
                    await conn.execute("ROLLBACK")

    async def _samples(self, conn: AsyncConnection[Any], asked: Asked) -> tuple[Samples, Floats]:
        """With the interval that each was taken at."""
        recent = await recent_samples(conn, asked)
        packed = await self._packed_samples(conn, asked, None)
        every: dict[tuple[int, int], float] = {}
        for part in (packed, recent):
            hours = part.at_ms // (HOUR_S * 1000)
            every.update(
                zip(
                    zip(part.series.tolist(), hours.tolist(), strict=True),
                    part.interval_s.tolist(),
                    strict=True,
                )
            )
        samples = _merged(packed, recent)
        keys = zip(samples.series.tolist(), (samples.at_ms // (HOUR_S * 1000)).tolist(), strict=True)
        return samples, np.array([every[key] for key in keys], np.float64)

    async def _packed_samples(
        self, conn: AsyncConnection[Any], asked: Asked, hours: Sequence[int] | None
    ) -> Columns:
        parts = [columns([])]
        async for number, hour, packed in packed_rows(
            conn, RAW, asked.numbers, asked.first, asked.last, hours
        ):
            chunk = self._codec.unpack_samples(hour * HOUR_S * 1000, packed)
            size = len(chunk.at_ms)
            parts.append(
                Columns(
                    np.full(size, number, np.int64),
                    chunk.at_ms,
                    chunk.values,
                    np.full(size, chunk.interval_s),
                )
            )
        return _together(parts)

    async def _open(self, conn: AsyncConnection[Any], asked: Asked) -> _Open:
        recent = await recent_samples(conn, asked)
        hours = frozenset(np.unique(recent.at_ms // (HOUR_S * 1000)).tolist())
        packed = await self._packed_samples(conn, asked, sorted(hours))
        every = dict(zip(recent.series.tolist(), recent.interval_s.tolist(), strict=True))
        return _Open(hours, _merged(packed, recent), every)

    async def _buckets(
        self, conn: AsyncConnection[Any], asked: Asked, table: Table
    ) -> tuple[Buckets, dict[int, float]]:
        """At the table's resolution, sorted by series and time, with the interval of each series."""
        opened = await self._open(conn, asked)
        if table in (MINUTES, FIVE_MINUTES):
            return await self._by_hour(conn, asked, table, opened, asked.first, asked.last, frozenset())
        cursor = await conn.execute("SELECT closed_day FROM telemetry.compaction")
        row = await cursor.fetchone()
        closed = row[0] if row else -1
        open_days = {hour // 24 for hour in opened.hours}
        first_day, last_day = asked.first // 24, asked.last // 24
        whole = [day for day in range(first_day, min(last_day, closed) + 1) if day not in open_days]
        begin = min([*open_days, closed + 1])
        below, every = await self._by_hour(
            conn,
            asked,
            FIVE_MINUTES,
            opened,
            max(begin, first_day) * 24,
            last_day * 24 + 23,
            frozenset(whole),
        )
        closed_days, more = await self._by_day(conn, asked, table, whole)
        both = joined([closed_days, coarser(below, table.step_s)])
        return in_order_of_time(both), {**more, **every}

    async def _by_hour(
        self,
        conn: AsyncConnection[Any],
        asked: Asked,
        table: Table,
        opened: _Open,
        first: int,
        last: int,
        but_days: frozenset[int],
    ) -> tuple[Buckets, dict[int, float]]:
        """From the rollups of hours, and from the samples of those hours that are open."""
        rows = [
            (number, hour * HOUR_S, packed)
            async for number, hour, packed in packed_rows(conn, table, asked.numbers, first, last, None)
            if hour not in opened.hours and hour // 24 not in but_days
        ]
        every, buckets = self._codec.unpack_buckets(rows, table.step_s)
        both = joined([buckets, roll(opened.samples, table.step_s)])
        return in_order_of_time(both), {**every, **opened.interval_s}

    async def _by_day(
        self, conn: AsyncConnection[Any], asked: Asked, table: Table, days: Sequence[int]
    ) -> tuple[Buckets, dict[int, float]]:
        if not days:
            return nothing(), {}
        if table is DAYS:
            return await day_buckets(conn, asked, days)
        rows = [
            (number, day * DAY_S, packed)
            async for number, day, packed in packed_rows(conn, table, asked.numbers, days[0], days[-1], days)
        ]
        every, buckets = self._codec.unpack_buckets(rows, table.step_s)
        return buckets, every


def _by_interface(
    asked: Asked, buckets: Buckets, every: Mapping[int, float], since: float, until: float, step_s: int
) -> dict[str, Spans]:
    steps = coarser(buckets, step_s)
    first = int(since // step_s) * step_s
    count = max(ceil((until - first) / step_s), 0)
    found: dict[str, Spans] = {}
    for number, (interface, interval_s) in asked.names.items():
        mine = slice(*np.searchsorted(steps.series, [number, number + 1]).tolist())
        found[interface] = _grid(chosen(steps, mine), first, count, step_s, every.get(number, interval_s))
    return found


def _together(parts: Sequence[Columns]) -> Columns:
    return Columns(
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.at_ms for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.interval_s for part in parts]),
    )


def _merged(packed: Columns, recent: Columns) -> Samples:
    both = _together([packed, recent])
    return in_order(both.series, both.at_ms, both.values)


def _table(step_s: int) -> Table:
    for table in (DAYS, HOURS, FIVE_MINUTES, MINUTES):
        if step_s >= table.step_s and step_s % table.step_s == 0:
            return table
    raise Invalid("a step is a whole number of minutes", field="step")


def _grid(buckets: Buckets, first: int, count: int, step_s: int, interval_s: float) -> Spans:
    """Every span, those without a value with None."""
    places = (buckets.at_s - first) // step_s
    inside = chosen(buckets, np.flatnonzero((places >= 0) & (places < count)))
    places = (inside.at_s - first) // step_s
    counts = np.zeros(count, np.int64)
    counts[places] = inside.counts
    values = np.full((4, count), None, object)
    for row, column in enumerate((inside.low, inside.high, inside.mean, inside.last)):
        values[row, places] = column
    covered_s = np.minimum(counts * interval_s, float(step_s)).tolist()
    at = (np.arange(count) * float(step_s) + first).tolist()
    low, high, mean, last = values.tolist()
    return Spans(at, low, high, mean, last, counts.tolist(), covered_s)


def _with_gaps(at: Floats, values: Floats, every: Floats) -> list[tuple[float, float | None]]:
    """A silence of more than twice the interval is a gap, and has one None."""
    found: list[tuple[float, float | None]] = []
    before: float | None = None
    for when, value, interval_s in zip(at.tolist(), values.tolist(), every.tolist(), strict=True):
        if before is not None and when - before > 2 * interval_s:
            found.append((before + interval_s, None))
        found.append((when, value if value == value else None))
        before = when
    return found
