"""Packs each hour once it is over, with its rollups, and the hours of each day: all again where samples come late."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import structlog
from psycopg import Connection, sql

from adapters.telemetry.chunk import ChunkCodec
from adapters.telemetry.recent import Columns, columns, intervals
from adapters.telemetry.rollup import Buckets, Samples, coarser, in_order, roll
from adapters.telemetry.tables import (
    DAYS,
    FIVE_MINUTES,
    HOURS,
    MINUTES,
    RAW,
    TABLES,
    Table,
    copy_packed,
    ensure_partition,
    partitions,
)
from domain.telemetry_history import DAY_S, HOUR_S, RETAINED

GRACE_S = 300.0
"""How long after its end an hour is packed; what comes later costs its packing once more."""
SLICE_SAMPLES = 300_000
"""Packed in one transaction, about; at least one device."""
SLICE_SERIES = 2_000
"""Of which the hours of a day are rolled up in one transaction."""
_FIRST_DAYS = 8
log = structlog.get_logger(__name__)


class TelemetryCompaction:
    """Satisfies TelemetryUpkeep; for one process, and one thread, at a time."""

    def __init__(
        self, conninfo: str, *, slice_samples: int = SLICE_SAMPLES, slice_series: int = SLICE_SERIES
    ) -> None:
        self._conninfo = conninfo
        self._slice_samples = slice_samples
        self._slice_series = slice_series
        self._codec = ChunkCodec()

    def compact(self, now: float) -> int:
        with self._connect() as conn:
            today = int(now) // DAY_S
            conn.execute(
                "INSERT INTO telemetry.compaction (closed_day) VALUES (%s) ON CONFLICT DO NOTHING",
                (today - _FIRST_DAYS,),
            )
            row = conn.execute("SELECT min(hour) FROM telemetry.recent").fetchone()
            oldest = row[0] if row else None
            if oldest is not None and (oldest + 1) * HOUR_S + GRACE_S <= now:
                return self._pack_hour(conn, oldest)
            return self._close_day(conn, now, oldest)

    def expire(self, now: float, retention_days: Mapping[str, int]) -> Sequence[str]:
        dropped: list[str] = []
        with self._connect() as conn:
            for table in TABLES:
                kept_days = retention_days.get(RETAINED[table.step_s])
                oldest = next(iter(partitions(conn, table)), None)
                if kept_days is None or oldest is None or table.ends_at(oldest) > now - kept_days * DAY_S:
                    continue
                conn.execute(sql.SQL("DROP TABLE telemetry.{}").format(sql.Identifier(oldest)))
                dropped.append(oldest)
            longest = max((retention_days.get(name, 0) for name in RETAINED.values()), default=0)
            if all(name in retention_days for name in RETAINED.values()):
                conn.execute(
                    "DELETE FROM telemetry.series WHERE last_day < %s", (int(now) // DAY_S - longest - 1,)
                )
        return dropped

    def _connect(self) -> Connection[Any]:
        return psycopg.connect(
            self._conninfo,
            autocommit=True,
            application_name="netledger telemetry compaction",
            connect_timeout=3,
            options="-c lock_timeout=5s",
        )

    def _pack_hour(self, conn: Connection[Any], hour: int) -> int:
        devices = self._slice(conn, hour)
        for table in (RAW, MINUTES, FIVE_MINUTES):
            ensure_partition(conn, table, hour)
        with conn.transaction():
            rows = conn.execute(
                "DELETE FROM telemetry.recent WHERE hour = %s AND device_id = ANY(%s)"
                " RETURNING at_ms, interval_s, series, samples",
                (hour, devices),
                binary=True,
            ).fetchall()
            found = columns(rows)
            every = intervals(found)
            samples = in_order(*_with_packed(self._unpacked(conn, hour, sorted(every)), found))
            self._write_hour(conn, hour, samples, every)
            self._roll_again(conn, hour // 24, sorted(every))
        return len(found.series)

    def _slice(self, conn: Connection[Any], hour: int) -> list[UUID]:
        devices: list[UUID] = []
        size = 0
        for device, count in conn.execute(
            "SELECT device_id, sum(length(samples) / 8)::int FROM telemetry.recent WHERE hour = %s"
            " GROUP BY device_id ORDER BY device_id",
            (hour,),
        ):
            if devices and size + count > self._slice_samples:
                break
            devices.append(device)
            size += count
        return devices

    def _unpacked(self, conn: Connection[Any], hour: int, series: Sequence[int]) -> Iterator[Columns]:
        """What is packed of this hour already; it is taken out, to be packed again."""
        for number, packed in conn.execute(
            "DELETE FROM telemetry.raw WHERE hour = %s AND series = ANY(%s) RETURNING series, packed",
            (hour, list(series)),
            binary=True,
        ).fetchall():
            chunk = self._codec.unpack_samples(hour * HOUR_S * 1000, packed)
            size = len(chunk.at_ms)
            yield Columns(
                np.full(size, number, np.int64), chunk.at_ms, chunk.values, np.full(size, chunk.interval_s)
            )

    def _write_hour(
        self, conn: Connection[Any], hour: int, samples: Samples, every: Mapping[int, float]
    ) -> None:
        base_s = hour * HOUR_S
        copy_packed(
            conn,
            RAW,
            (
                (number, hour, self._codec.samples(base_s * 1000, every[number], at_ms, values))
                for number, (_, at_ms, values) in _by_series(samples)
            ),
        )
        minutes = roll(samples, MINUTES.step_s)
        for table, buckets in ((MINUTES, minutes), (FIVE_MINUTES, coarser(minutes, FIVE_MINUTES.step_s))):
            conn.execute(
                f"DELETE FROM telemetry.{table.name} WHERE hour = %s AND series = ANY(%s)",
                (hour, list(every)),
            )
            self._write_buckets(conn, table, hour, buckets, every)

    def _write_buckets(
        self, conn: Connection[Any], table: Table, key: int, buckets: Buckets, every: Mapping[int, float]
    ) -> None:
        base_s = key * table.unit_s
        copy_packed(
            conn,
            table,
            (
                (number, key, self._codec.buckets(base_s, table.step_s, every[number], Buckets(*part)))
                for number, part in _by_series(buckets)
            ),
        )

    def _roll_again(self, conn: Connection[Any], day: int, series: Sequence[int]) -> None:
        """A late sample changes the hours of a day that is rolled up."""
        row = conn.execute("SELECT closed_day FROM telemetry.compaction").fetchone()
        if row is not None and day <= row[0]:
            self._roll_day(conn, day, series)

    def _close_day(self, conn: Connection[Any], now: float, oldest_hour: int | None) -> int:
        """A slice of the next day that is over and packed; how many series it has, at least 1 where a day was closed."""
        row = conn.execute("SELECT closed_day, closing_after FROM telemetry.compaction").fetchone()
        assert row is not None  # compact has made it
        day, after = row[0] + 1, row[1]
        if (day + 1) * DAY_S + GRACE_S > now or (oldest_hour is not None and oldest_hour < (day + 1) * 24):
            return 0
        with conn.transaction():
            found = conn.execute(
                "SELECT id FROM telemetry.series WHERE id > %s ORDER BY id LIMIT %s",
                (after, self._slice_series),
            ).fetchall()
            series = [number for (number,) in found]
            if series:
                self._roll_day(conn, day, series)
                conn.execute("UPDATE telemetry.compaction SET closing_after = %s", (series[-1],))
            else:
                conn.execute("UPDATE telemetry.compaction SET closed_day = %s, closing_after = 0", (day,))
        return max(len(series), 1)

    def _roll_day(self, conn: Connection[Any], day: int, series: Sequence[int]) -> None:
        rows = conn.execute(
            "SELECT series, hour * 3600, packed FROM telemetry.five_minutes"
            " WHERE hour >= %s AND hour < %s AND series = ANY(%s)",
            (day * 24, day * 24 + 24, list(series)),
            binary=True,
        ).fetchall()
        if not rows:
            return
        every, buckets = self._codec.unpack_buckets(rows, FIVE_MINUTES.step_s)
        hours = coarser(buckets, HOURS.step_s)
        for table in (HOURS, DAYS):
            ensure_partition(conn, table, day)
            conn.execute(
                f"DELETE FROM telemetry.{table.name} WHERE day = %s AND series = ANY(%s)", (day, list(every))
            )
        self._write_buckets(conn, HOURS, day, hours, every)
        _write_days(conn, day, coarser(hours, DAYS.step_s), every)
        conn.execute(
            "UPDATE telemetry.series SET last_day = %s WHERE id = ANY(%s) AND last_day < %s",
            (day, list(every), day),
        )


def _with_packed(packed: Iterator[Columns], found: Columns) -> tuple[Any, Any, Any]:
    parts = [*packed, found]
    series, at_ms, values, _ = (np.concatenate(column) for column in zip(*parts, strict=True))
    return series, at_ms, values


def _by_series(table: Samples | Buckets) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Columns that are sorted by series, cut into those of each."""
    if not len(table.series):
        return
    starts = np.concatenate(([0], np.flatnonzero(np.diff(table.series)) + 1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(table.series)], strict=True):
        yield int(table.series[start]), tuple(column[start:end] for column in table)


def _write_days(conn: Connection[Any], day: int, days: Buckets, every: Mapping[int, float]) -> None:
    with conn.cursor().copy(
        "COPY telemetry.days (series, day, counted, interval_s, low, high, mean, last) FROM STDIN"
    ) as copy:
        for number, counted, *values in zip(
            *(column.tolist() for column in (days.series, days.counts, *days[3:])), strict=True
        ):
            copy.write_row((number, day, counted, every[number], *values))
