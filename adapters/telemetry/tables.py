"""The tables of packed history, their partitions by time, and rows for their binary COPY."""

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

from psycopg import Connection

_BEGIN = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_END = struct.pack(">h", -1)
_PACKED = struct.Struct(">hiiiii")


class Table(NamedTuple):
    """`span` is the width of a partition in units of its key: hours or days since the epoch."""

    name: str
    key: str
    step_s: int
    """Of what is packed in it; 0 for samples."""
    span: int

    @property
    def unit_s(self) -> int:
        return 3_600 if self.key == "hour" else 86_400

    def partition(self, key: int) -> str:
        return f"{self.name}_{key // self.span * self.span}"

    def ends_at(self, partition: str) -> int:
        """Seconds since the epoch."""
        return (int(partition.rpartition("_")[2]) + self.span) * self.unit_s


RAW = Table("raw", "hour", 0, 24)
MINUTES = Table("minutes", "hour", 60, 24)
FIVE_MINUTES = Table("five_minutes", "hour", 300, 30 * 24)
HOURS = Table("hours", "day", 3_600, 90)
DAYS = Table("days", "day", 86_400, 360)
TABLES = (RAW, MINUTES, FIVE_MINUTES, HOURS, DAYS)


def ensure_partition(conn: Connection[Any], table: Table, key: int) -> None:
    """The one that this hour or day belongs to."""
    start = key // table.span * table.span
    name = table.partition(key)
    if conn.execute("SELECT to_regclass(%s)", (f"telemetry.{name}",)).fetchone() == (None,):
        conn.execute(
            f"CREATE TABLE IF NOT EXISTS telemetry.{name} PARTITION OF telemetry.{table.name}"
            f" FOR VALUES FROM ({start}) TO ({start + table.span})"
        )


def partitions(conn: Connection[Any], table: Table) -> list[str]:
    """The oldest first."""
    rows = conn.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
        (f"telemetry.{table.name}",),
    )
    names = [row[0].rpartition(".")[2] for row in rows]
    return sorted(names, key=table.ends_at)


def copy_packed(conn: Connection[Any], table: Table, rows: Iterable[tuple[int, int, bytes]]) -> None:
    """Rows of series, hour or day, and what is packed."""
    body = bytearray(_BEGIN)
    for series, key, packed in rows:
        body += _PACKED.pack(3, 4, series, 4, key, len(packed)) + packed
    statement = f"COPY telemetry.{table.name} (series, {table.key}, packed) FROM STDIN (FORMAT BINARY)"
    with conn.cursor().copy(statement) as copy:
        copy.write(bytes(body) + _END)
