"""Measures a week of one interface among 100,000 series, over the API: the wait of an engineer who opens a graph.

The rollups of a week lie in the tables as the recorder's upkeep writes them, hour after hour, with the last hour not packed
yet. Then random interfaces are asked for, one after the other, each never asked for before. Peer: the same question to
PostgreSQL over rows (series, time, value) of five minutes with their index, for a fiftieth of the series, without an API.
Wanted: a 99th percentile under 30 ms.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from statistics import quantiles
from uuid import UUID

import httpx
import numpy as np
import psutil
import psycopg

from adapters.connections import Connections
from adapters.telemetry.chunk import ChunkCodec
from adapters.telemetry.rollup import in_order, roll
from adapters.telemetry.store import PostgresTelemetryStore
from adapters.telemetry.tables import FIVE_MINUTES
from bench.product import Api, api, servers, worker
from domain.configuration import Configuration
from domain.telemetry import Poll, Sample
from domain.telemetry_history import DAY_S, HOUR_S

_A_DEVICE = 100
"""Series of a device."""
_VARIANTS = 97
_WEEK_H = 7 * 24
_WANTED_MS = 30.0
_PEER_SHARE = 50


def main() -> None:
    """Prints one line of JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=400)
    options = parser.parse_args()
    hour = int(time.time()) // HOUR_S
    dice = Random(1)
    with servers() as configuration:
        began = time.perf_counter()
        with psycopg.connect(configuration.database_url, autocommit=True) as conn:
            _fill(conn, options.series, hour)
        asyncio.run(_record_last_hour(configuration, options.series, hour))
        print(f"{options.series:,} series of a week in {time.perf_counter() - began:.0f} s", flush=True)
        asked = dice.sample(range(options.series), options.questions)
        with worker(configuration, "projector"), api(configuration) as running:
            process = psutil.Process(running.pid)
            before = process.cpu_times()
            ours = _ask(running, asked, hour)
            after = process.cpu_times()
        with psycopg.connect(configuration.database_url, autocommit=True) as conn:
            peer = _ask_rows(conn, options.series // _PEER_SHARE, options.questions, hour)
    for name, waits in (("ours, over the API", ours), ("rows in PostgreSQL", peer)):
        print(f"{name}: p50 {_percentile(waits, 50):.1f} ms, p99 {_percentile(waits, 99):.1f} ms")
    p99, other = _percentile(ours, 99), _percentile(peer, 99)
    figures = {"bench": "history", "ours": round(p99, 1), "peer": round(other, 1), "unit": "ms p99"}
    cpu_s = after.user + after.system - before.user - before.system
    more = {
        "cpu_ms_a_question": round(cpu_s * 1e3 / len(ours), 1),
        "n": len(ours),
        "series": options.series,
        "within_30_ms": p99 < _WANTED_MS,
    }
    print(json.dumps({**figures, "ratio": round(other / p99, 2), **more}))


def _fill(conn: psycopg.Connection, series: int, hour: int) -> None:
    """Rollups of five minutes, in the order in which hours are packed."""
    conn.execute(
        "INSERT INTO telemetry.series (device_id, metric, interface, interval_s, last_day)"
        " SELECT lpad(to_hex(n / %s), 32, '0')::uuid, 'if_in_bps', 'port' || n %% %s, 60, %s"
        " FROM generate_series(0, %s - 1) AS n ORDER BY n",
        (_A_DEVICE, _A_DEVICE, hour // 24, series),
    )
    conn.execute("INSERT INTO telemetry.compaction (closed_day) VALUES (%s)", (hour // 24 - 1,))
    codec, dice = ChunkCodec(), np.random.default_rng(1)
    packed = []
    for _ in range(_VARIANTS):
        at_ms = np.arange(60, dtype=np.int64) * 60_000 + 500
        values = np.round(dice.lognormal(16, 0.3, 60)) * 8 / 60
        buckets = roll(in_order(np.zeros(60, np.int64), at_ms, values), 300)
        packed.append(codec.buckets(0, 300, 60.0, buckets))
    conn.execute("CREATE TEMP TABLE variants (number int, packed bytea)")
    conn.cursor().executemany("INSERT INTO variants VALUES (%s, %s)", list(enumerate(packed)))
    hours = range(hour - _WEEK_H, hour)
    for partition in dict.fromkeys(map(FIVE_MINUTES.partition, hours)):
        _fill_partition(
            conn, partition, [each for each in hours if FIVE_MINUTES.partition(each) == partition]
        )
    conn.execute("ANALYZE telemetry.series, telemetry.five_minutes")


def _fill_partition(conn: psycopg.Connection, name: str, hours: Sequence[int]) -> None:
    """Without a log, and its index afterwards: that is a third of the time, and reads find the same pages."""
    start, width = int(name.rpartition("_")[2]), FIVE_MINUTES.span
    conn.execute(
        f"CREATE UNLOGGED TABLE telemetry.{name} (LIKE telemetry.five_minutes INCLUDING STORAGE INCLUDING DEFAULTS)"
    )
    for each in hours:
        conn.execute(
            f"INSERT INTO telemetry.{name} SELECT id, %s, packed FROM telemetry.series"
            " JOIN variants ON number = id * 31 %% %s ORDER BY id",
            (each, _VARIANTS),
        )
    conn.execute("SET maintenance_work_mem = '512MB'")
    conn.execute(f"ALTER TABLE telemetry.{name} ADD PRIMARY KEY (series, hour)")
    conn.execute(
        f"ALTER TABLE telemetry.five_minutes ATTACH PARTITION telemetry.{name}"
        f" FOR VALUES FROM ({start}) TO ({start + width})"
    )


async def _record_last_hour(configuration: Configuration, series: int, hour: int) -> None:
    async with Connections(configuration.database_url, name="bench") as pool:
        store = PostgresTelemetryStore(pool)
        for minute in range(0, 60, 5):
            at = hour * HOUR_S + minute * 60.0
            polls = [
                Poll(
                    str(UUID(int=device)),
                    "interfaces",
                    at,
                    60.0,
                    tuple(Sample("if_in_bps", float(port), f"port{port}") for port in range(_A_DEVICE)),
                )
                for device in range(series // _A_DEVICE)
            ]
            await store.record(polls, {}, earliest=0, latest=1e12)


def _ask(running: Api, asked: Sequence[int], hour: int) -> list[float]:
    """Milliseconds each."""
    waits: list[float] = []
    span = {"from": _text(hour * HOUR_S - 7 * DAY_S + HOUR_S), "to": _text((hour + 1) * HOUR_S)}
    with httpx.Client(base_url=running.url, headers=running.headers) as client:
        for number in asked:
            device, port = divmod(number, _A_DEVICE)
            params = {"metric": "if_in_bps", "interface": f"port{port}", **span}
            began = time.perf_counter()
            answer = client.get(f"/telemetry/history/{UUID(int=device)}", params=params)
            waits.append((time.perf_counter() - began) * 1e3)
            assert answer.status_code == 200, answer.text
            points = answer.json()["items"][0]["points"]
            assert len(points) == _WEEK_H * 4
            assert all(point["value"] is not None for point in points)
    return waits


def _ask_rows(conn: psycopg.Connection, series: int, questions: int, hour: int) -> list[float]:
    conn.execute("CREATE UNLOGGED TABLE peer (series int, at timestamptz, value double precision)")
    conn.execute(
        "INSERT INTO peer SELECT s, to_timestamp(b * 300), b FROM generate_series(%s, %s) AS b,"
        " generate_series(1, %s) AS s",
        ((hour - _WEEK_H) * 12, hour * 12, series),
    )
    conn.execute("CREATE INDEX ON peer (series, at)")
    conn.execute("VACUUM ANALYZE peer")
    waits: list[float] = []
    for number in Random(2).sample(range(1, series + 1), min(questions, series)):
        began = time.perf_counter()
        rows = conn.execute(
            "SELECT date_bin('15 min', at, 'epoch'), avg(value), min(value), max(value) FROM peer"
            " WHERE series = %s AND at >= to_timestamp(%s) GROUP BY 1 ORDER BY 1",
            (number, (hour - _WEEK_H + 1) * HOUR_S),
        ).fetchall()
        waits.append((time.perf_counter() - began) * 1e3)
        assert len(rows) >= _WEEK_H * 4 - 4
    return waits


def _text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _percentile(waits: Sequence[float], share: int) -> float:
    return quantiles(waits, n=100)[share - 1]


if __name__ == "__main__":
    main()
