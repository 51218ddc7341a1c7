"""Reads stored telemetry: what is packed and what is not yet, in one snapshot, at the resolution that is asked."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from math import ceil, gcd
from typing import Any

import numpy as np
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.telemetry.chunk import ChunkCodec
from adapters.telemetry.recent import Columns, columns, intervals
from adapters.telemetry.rollup import (
    Buckets,
    Floats,
    Samples,
    coarser,
    in_order,
    in_order_of_time,
    joined,
    roll,
)
from adapters.telemetry.rows import (
    Packed,
    Question,
    Stored,
    day_buckets,
    packed_rows,
    question,
    recent_rows,
    stored,
    uuid_of,
)
from adapters.telemetry.spans import Measured, figures_of, spans_of, with_gaps
from adapters.telemetry.tables import DAYS, FIVE_MINUTES, HOURS, MINUTES, RAW, Table
from domain.errors import Invalid
from domain.telemetry import StreamPlace
from domain.telemetry_history import DAY_S, HOUR_S, Figures, MetricWindow, Recorded, Series, Spans

MOST_SPANS = 100_000
"""Of one answer, over all its interfaces."""


class PostgresTelemetryHistory:
    """Satisfies TelemetryHistory."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._codec = ChunkCodec()

    async def existing(self, device_id: str, metric: str = "") -> Sequence[Series]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT metric, interface, interval_s FROM telemetry.series WHERE device_id = %s"
                " AND (metric = %s OR %s = '') ORDER BY metric, interface",
                (uuid_of(device_id), metric, metric),
            )
            return [Series(*row) for row in await cursor.fetchall()]

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
            for at_ms, interval_s, series, samples in await recent_rows(conn, uuid_of(device_id)):
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
            window = MetricWindow(
                device_id=device_id, metric=metric, interfaces=[interface], since=since, until=until
            )
            spans = (await self.spans(window, step_s)).get(interface)
            return list(zip(spans.at, spans.mean, strict=True)) if spans else []
        asked = question(device_id, metric, [interface], since, until)
        async with self._pool.connection() as conn:
            rows = await stored(conn, asked, RAW)
        samples, every = self._samples(rows)
        within = (samples.at_ms >= since * 1000) & (samples.at_ms < until * 1000)
        return with_gaps(samples.at_ms[within] / 1000, samples.values[within], every[within])

    async def spans(self, window: MetricWindow, step_s: int) -> Mapping[str, Spans]:
        return spans_of(await self._measured(window, step_s), window, step_s)

    async def figures(self, window: MetricWindow, step_s: int) -> Mapping[str, Figures]:
        return figures_of(await self._measured(window, step_s), window, step_s)

    async def spans_and_figures(
        self, window: MetricWindow, step_s: int, figures_s: int
    ) -> tuple[Mapping[str, Spans], Mapping[str, Figures]]:
        if {_table(step_s).key, _table(figures_s).key} == {"hour", "day"}:  # they do not lie together
            return await self.spans(window, step_s), await self.figures(window, figures_s)
        measured = await self._measured(window, step_s, figures_s)
        return spans_of(measured, window, step_s), figures_of(measured, window, figures_s)

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

    def _samples(self, found: Stored) -> tuple[Samples, Floats]:
        """With the interval that each was taken at."""
        packed = self._unpacked(found.packed)
        every: dict[tuple[int, int], float] = {}
        for part in (packed, found.recent):
            hours = part.at_ms // (HOUR_S * 1000)
            every.update(
                zip(
                    zip(part.series.tolist(), hours.tolist(), strict=True),
                    part.interval_s.tolist(),
                    strict=True,
                )
            )
        samples = _merged(packed, found.recent)
        keys = zip(samples.series.tolist(), (samples.at_ms // (HOUR_S * 1000)).tolist(), strict=True)
        return samples, np.array([every[key] for key in keys], np.float64)

    def _unpacked(self, rows: Sequence[Packed]) -> Columns:
        parts = [columns([])]
        for number, hour, packed in rows:
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

    async def _measured(self, window: MetricWindow, *steps_s: int) -> Measured:
        """At a resolution that all the steps are made of."""
        for step_s in steps_s:
            _bounded(window, step_s)
        table = _table(gcd(*steps_s))
        first = min(int(window.since // step_s) * step_s for step_s in steps_s)
        last = max(ceil(window.until / step_s) * step_s for step_s in steps_s)
        asked = question(window.device_id, window.metric, window.interfaces, first, last)
        if table.key == "hour":
            async with self._pool.connection() as conn:
                found = await stored(conn, asked, table)
            return Measured(found.names, *self._of_hours(found, found.packed, table))
        async with self._snapshot() as conn:
            found = await stored(conn, asked, None)
            return Measured(found.names, *await self._of_days(conn, asked, found, table))

    def _of_hours(
        self, found: Stored, packed: Sequence[Packed], table: Table
    ) -> tuple[Buckets, dict[int, float]]:
        """From the rollups of hours, and from the samples of those hours that are open."""
        rows = [
            (number, hour * HOUR_S, body) for number, hour, body in packed if hour not in found.open_hours
        ]
        every, buckets = self._codec.unpack_buckets(rows, table.step_s)
        opened = self._unpacked(found.opened)
        if len(opened.series) or len(found.recent.series):
            samples = _merged(opened, found.recent)
            buckets = in_order_of_time(joined([buckets, roll(samples, table.step_s)]))
        return buckets, every | intervals(opened) | intervals(found.recent)

    async def _of_days(
        self, conn: AsyncConnection[Any], asked: Question, found: Stored, table: Table
    ) -> tuple[Buckets, dict[int, float]]:
        """From the rollups of closed days, and of the hours of the others."""
        cursor = await conn.execute("SELECT closed_day FROM telemetry.compaction")
        row = await cursor.fetchone()
        closed = row[0] if row else -1
        open_days = {hour // 24 for hour in found.open_hours}
        first_day, last_day = asked.first // 24, asked.last // 24
        whole = [day for day in range(first_day, min(last_day, closed) + 1) if day not in open_days]
        rest = sorted(set(range(max(first_day, min([*open_days, closed + 1])), last_day + 1)) - set(whole))
        hours = [day * 24 + hour for day in rest for hour in range(24)]
        packed = await packed_rows(conn, FIVE_MINUTES, found.numbers, hours)
        below, every = self._of_hours(found, packed, FIVE_MINUTES)
        if table is DAYS:
            closed_days, more = await day_buckets(conn, found.numbers, whole)
        else:
            rows = [
                (number, day * DAY_S, body)
                for number, day, body in await packed_rows(conn, table, found.numbers, whole)
            ]
            more, closed_days = self._codec.unpack_buckets(rows, table.step_s)
        both = joined([closed_days, coarser(below, table.step_s)])
        return in_order_of_time(both), {**more, **every}


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


def _bounded(window: MetricWindow, step_s: int) -> None:
    spans = ceil(window.until / step_s) - window.since // step_s
    if spans * max(len(window.interfaces), 1) > MOST_SPANS:
        raise Invalid(
            f"that is more than {MOST_SPANS:,} values: ask for a longer step, less time or fewer interfaces",
            field="step",
        )
