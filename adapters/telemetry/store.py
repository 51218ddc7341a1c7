"""Records polls as they come: a row a poll, and how far the stream is recorded, in one transaction."""

import struct
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.telemetry.series_ids import Layout, SeriesIds
from domain.errors import Conflict
from domain.telemetry import Poll, StreamPlace
from domain.telemetry_history import HOUR_S, Recording

_LONGEST_INTERVAL_S = 7 * 86_400.0
_A_ROW = 300
"""Samples of a row, so that two rows fill a page of PostgreSQL."""
_COPY = (
    "COPY telemetry.recent (hour, device_id, at_ms, interval_s, series, samples) FROM STDIN (FORMAT BINARY)"
)
_COPY_BEGIN = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_COPY_END = struct.pack(">h", -1)
_ROW = struct.Struct(">hiii16siqidi")
"""The number of fields, then each with its length before it, up to the length of the first array."""
_LENGTH = struct.Struct(">i")
_MOVE = """
UPDATE telemetry.recorded AS r SET stream = m.stream, sequence = m.sequence, recorded_at = now()
FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])
    AS m (partition, old_stream, old_sequence, stream, sequence)
WHERE r.partition = m.partition AND r.stream = m.old_stream AND r.sequence = m.old_sequence
"""

_COUNT = """
UPDATE telemetry.recorded SET samples = samples + %s, refused = CASE WHEN %s::jsonb = '{}' THEN refused ELSE (
    SELECT jsonb_object_agg(reason, number) FROM (
        SELECT key AS reason, sum(value::bigint) AS number
        FROM (SELECT * FROM jsonb_each_text(refused) UNION ALL SELECT * FROM jsonb_each_text(%s::jsonb)) AS counted
        GROUP BY key
    ) AS summed
) END
WHERE partition = %s
"""


class PostgresTelemetryStore:
    """Satisfies TelemetryStore."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], ids: SeriesIds | None = None) -> None:
        self._pool = pool
        self._ids = ids or SeriesIds()

    async def places(self) -> Mapping[int, StreamPlace]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT partition, stream, sequence FROM telemetry.recorded")
            return {partition: StreamPlace(stream, sequence) async for partition, stream, sequence in cursor}

    async def record(
        self,
        polls: Sequence[Poll],
        reached: Mapping[int, tuple[StreamPlace, StreamPlace]],
        *,
        earliest: float,
        latest: float,
    ) -> Recording:
        async with self._pool.connection() as conn:
            rows = _Rows(earliest, latest)
            for poll, layout in await self._laid_out(conn, polls, rows):
                rows.add(poll, layout)
            async with conn.transaction():
                # What a crash of PostgreSQL takes back, it takes back with its place in the stream, and it comes again.
                await conn.execute("SET LOCAL synchronous_commit = off")
                await _move(conn, reached)
                if rows.body:
                    async with conn.cursor().copy(_COPY) as copy:
                        await copy.write(_COPY_BEGIN + bytes(rows.body) + _COPY_END)
                recording = Recording(rows.samples, {why: n for why, n in rows.refused.items() if n})
                if reached:  # only the sum over all partitions says something
                    refused = msgspec.json.encode(recording.refused).decode()
                    await conn.execute(_COUNT, (recording.samples, refused, refused, min(reached)))
        return recording

    async def _laid_out(
        self, conn: AsyncConnection[Any], polls: Sequence[Poll], rows: "_Rows"
    ) -> list[tuple[Poll, Layout | None]]:
        layouts = [self._ids.recall(poll) for poll in polls]
        unknown = [place for place, poll in enumerate(polls) if layouts[place] is None and rows.timely(poll)]
        while unknown:  # one poll of each is learned, and most of the others are like it
            firsts = {(polls[place].device_id, polls[place].group): place for place in reversed(unknown)}
            learned = await self._ids.learn(conn, [polls[place] for place in firsts.values()])
            for place, layout in zip(firsts.values(), learned, strict=True):
                layouts[place] = layout
            strangers = {polls[place].device_id for place in firsts.values() if layouts[place] is None}
            others = set(unknown) - set(firsts.values())
            layouts = [
                self._ids.recall(polls[place]) if place in others else layout
                for place, layout in enumerate(layouts)
            ]
            unknown = [
                place
                for place in sorted(others)
                if layouts[place] is None and polls[place].device_id not in strangers
            ]
        return list(zip(polls, layouts, strict=True))


async def _move(conn: AsyncConnection[Any], reached: Mapping[int, tuple[StreamPlace, StreamPlace]]) -> None:
    places = list(reached.values())
    moved = await conn.execute(
        _MOVE,
        (
            list(reached),
            [old.stream for old, _ in places],
            [old.sequence for old, _ in places],
            [new.stream for _, new in places],
            [new.sequence for _, new in places],
        ),
    )
    if moved.rowcount != len(places):
        raise Conflict("another recorder has recorded this part of the stream")


class _Rows:
    """Polls as rows of a binary COPY, without what cannot be right."""

    def __init__(self, earliest: float, latest: float) -> None:
        self.body = bytearray()
        self.samples = 0
        self.refused: Counter[str] = Counter()
        self._earliest, self._latest = earliest, latest

    def timely(self, poll: Poll) -> bool:
        return self._earliest <= poll.at <= self._latest and 0 < poll.interval_s <= _LONGEST_INTERVAL_S

    def add(self, poll: Poll, layout: Layout | None) -> None:
        if not self.timely(poll):
            reason = "old" if poll.at < self._earliest else "future" if poll.at > self._latest else "no_time"
            self.refused[reason] += len(poll.samples)
            return
        if layout is None:
            self.refused["no_device"] += len(poll.samples)
            return
        self.refused["no_series"] += len(layout.metrics) - len(layout.kept)
        values = [sample.value for sample in poll.samples]
        finite = _finite(values)
        if layout.whole and finite is not None:
            self._row(poll, layout, layout.packed, finite)
            return
        kept = [
            (number, nan if value is None else value)
            for number, value in zip(layout.numbers, (values[place] for place in layout.kept), strict=True)
            if value is None or isfinite(value)
        ]
        self.refused["not_finite"] += len(layout.kept) - len(kept)
        numbers = array("i", [number for number, _ in kept]).tobytes()
        self._row(poll, layout, numbers, array("d", [value for _, value in kept]).tobytes())

    def _row(self, poll: Poll, layout: Layout, numbers: bytes, values: bytes) -> None:
        at_ms = round(poll.at * 1000)
        self.samples += len(values) // 8
        for start in range(0, len(values) // 8, _A_ROW):
            series = numbers[start * 4 : (start + _A_ROW) * 4]
            samples = values[start * 8 : (start + _A_ROW) * 8]
            self.body += _ROW.pack(
                6, 4, at_ms // (HOUR_S * 1000), 16, layout.device, 8, at_ms, 8, poll.interval_s, len(series)
            )
            self.body += series + _LENGTH.pack(len(samples)) + samples


def _finite(values: Sequence[float | None]) -> bytes | None:
    """As float64, None where there is a null, an infinity or what is not a number among them."""
    if None in values:
        return None
    packed: array[float] = array("d", values)  # type: ignore[arg-type]  # there is no null among them
    return packed.tobytes() if isfinite(sum(packed)) else None
