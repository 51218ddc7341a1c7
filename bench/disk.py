"""Measures what telemetry takes on disk, all included: bytes a raw sample, and bytes a day of one series with its rollups.

A day of polls of switches is recorded and packed as in production, hour by hour; then the sizes of the tables with their
indexes and free space maps are asked of PostgreSQL. Peer: the same samples as rows (series, time, value) with the index that
reading a series needs. Wanted: at most 40 bytes a raw sample.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence

import psycopg

from adapters.connections import Connections
from adapters.telemetry.compaction import TelemetryCompaction
from adapters.telemetry.store import PostgresTelemetryStore
from adapters.telemetry.tables import TABLES
from bench.product import servers
from bench.telemetry import Switches
from domain.configuration import Configuration
from domain.telemetry_history import DAY_S, HOUR_S

_BEGIN = 1_800_000_000 // DAY_S * DAY_S
_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint FROM pg_partition_tree('telemetry.{}') WHERE isleaf
"""


def main() -> None:
    """Prints one line of JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=20)
    parser.add_argument("--ports", type=int, default=24)
    parser.add_argument("--interval", type=float, default=60.0, help="seconds between two polls of a device")
    options = parser.parse_args()
    switches = Switches(options.devices, options.ports)
    with servers() as configuration:
        asyncio.run(_record(configuration, switches, options.interval))
        with psycopg.connect(configuration.database_url, autocommit=True) as conn:
            _report(conn, switches, options.interval)


async def _record(configuration: Configuration, switches: Switches, interval_s: float) -> None:
    upkeep = TelemetryCompaction(configuration.database_url)
    async with Connections(configuration.database_url, name="bench") as pool:
        store = PostgresTelemetryStore(pool)
        for hour in range(24):
            begin = _BEGIN + hour * HOUR_S
            for number in range(int(HOUR_S / interval_s)):
                polls = list(switches.polls(begin + number * interval_s, interval_s))
                await store.record(polls, {}, earliest=0, latest=1e12)
            _pack(upkeep, begin + HOUR_S + 600)
        _pack(upkeep, _BEGIN + DAY_S + HOUR_S + 600)


def _pack(upkeep: TelemetryCompaction, now: float) -> None:
    while upkeep.compact(now):
        pass


def _report(conn: psycopg.Connection, switches: Switches, interval_s: float) -> None:
    series = len(switches.ids) * switches.samples_a_poll
    samples = series * int(DAY_S / interval_s)
    conn.execute("VACUUM")
    sizes: dict[str, int] = {}
    for table in TABLES:
        (sizes[table.name],) = _row(conn, _SIZE.format(table.name))
        print(f"{table.name:13} {sizes[table.name] / series:10,.0f} bytes a series and day", flush=True)
    (recent,) = _row(conn, "SELECT pg_total_relation_size('telemetry.recent')")
    raw = (sizes["raw"] + recent) / samples
    print(
        f"raw           {sizes['raw'] / samples:10.1f} bytes a sample; {raw:.1f} with the room of what is not packed yet"
    )
    whole_day = sum(sizes.values()) / series
    rollups = (sum(sizes.values()) - sizes["raw"]) / series
    peer = _rows_of_the_peer(conn, series, min(samples, 1_000_000))
    print(f"rows of their own, indexed: {peer:.1f} bytes a sample")
    figures = {"bench": "disk", "ours": round(raw, 1), "peer": round(peer, 1), "unit": "bytes/sample"}
    more = {"series_day_with_rollups": round(whole_day), "series_day_rollups": round(rollups)}
    print(json.dumps({**figures, "ratio": round(peer / raw, 2), "n": samples, **more}))


def _rows_of_the_peer(conn: psycopg.Connection, series: int, samples: int) -> float:
    conn.execute("CREATE TABLE peer (series int, at timestamptz, value double precision)")
    conn.execute(
        "INSERT INTO peer SELECT n %% %s, to_timestamp(n / %s), random() FROM generate_series(1, %s) AS n",
        (series, series, samples),
    )
    conn.execute("CREATE INDEX ON peer (series, at)")
    (size,) = _row(conn, "SELECT pg_total_relation_size('peer')")
    return float(size / samples)


def _row(conn: psycopg.Connection, statement: str) -> Sequence[int]:
    row = conn.execute(statement).fetchone()
    assert row is not None  # an aggregate always answers
    return row


if __name__ == "__main__":
    main()
