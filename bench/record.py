"""Measures samples a second from NATS into the history, beside PostgreSQL's COPY of the same samples from a file.

Ours: polls lie in the stream TELEMETRY, as after an outage of the recorder; a worker process records them; the clock runs
from its first sample to its last, by what can be read in the tables. Peer: COPY of the same samples, one a row (series,
time, value), from a binary file into a table with the index that reading a series needs, as the history has one. Printed
beside it: COPY into a table without any index, from which nothing could be read in time. Rounds alternate; the first one,
with files and caches still cold, is not counted, and the median of the others is.
"""

import argparse
import json
import struct
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import psycopg
import uvloop

from adapters.jetstream.connection import connect
from adapters.jetstream.telemetry import JetStreamTelemetry, ensure_telemetry_stream
from bench.product import servers, worker
from bench.telemetry import Switches
from domain.configuration import Configuration
from domain.telemetry import Poll

_ROW = struct.Struct(">hiiiqid")
_POSTGRES_EPOCH_S = 946_684_800
_PATIENCE_S = 240.0


def main() -> None:
    """Prints one line of JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--ports", type=int, default=24)
    parser.add_argument("--polls", type=int, default=80, help="of each device and round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    switches = Switches(options.devices, options.ports)
    begin = time.time() // 60 * 60 - 60 * options.polls * (options.rounds + 2)
    ours, bare, indexed = [], [], []
    with servers() as configuration, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the server's own account reads there
        for number in range(options.rounds + 1):
            first = begin + number * options.polls * 60
            polls = [each for step in range(options.polls) for each in switches.polls(first + step * 60)]
            uvloop.run(_publish(configuration, polls))
            ours.append(_record(configuration, len(polls) * switches.samples_a_poll * (number + 1)))
            file = Path(folder) / "samples"
            _write(file, polls)
            bare.append(_copy(configuration, file, ""))
            indexed.append(_copy(configuration, file, "CREATE INDEX ON peer (series, at);"))
            print(
                f"round {number or 'that does not count'}: recorder {ours[-1]:,.0f} samples/s, COPY {bare[-1]:,.0f} rows/s,"
                f" COPY with an index {indexed[-1]:,.0f} rows/s",
                flush=True,
            )
    speed, peer, other = (median(each[1:]) for each in (ours, indexed, bare))
    figures = {"bench": "record", "ours": round(speed), "peer": round(peer), "unit": "samples/s"}
    count = len(polls) * switches.samples_a_poll * options.rounds
    without = {"peer_without_index": round(other), "ratio_without_index": round(speed / other, 2)}
    print(json.dumps({**figures, "ratio": round(speed / peer, 2), "n": count, **without}))


async def _publish(configuration: Configuration, polls: Sequence[Poll]) -> None:
    client = await connect(configuration.nats_url, name="bench")
    await ensure_telemetry_stream(client.jetstream())
    taken = await JetStreamTelemetry(client).publish(polls)
    assert taken == len(polls), f"the stream took {taken} of {len(polls)} polls"
    await client.close()


def _record(configuration: Configuration, upto: int) -> float:
    """Samples a second until there are so many in all."""
    with psycopg.connect(configuration.database_url, autocommit=True) as conn:
        at, before, first = time.perf_counter(), _recorded(conn), _recorded(conn)
        with worker(configuration, "projector", "recorder"):
            deadline = at + _PATIENCE_S
            while (count := _recorded(conn)) < upto:
                if count == before:
                    at, first = time.perf_counter(), count
                assert time.perf_counter() < deadline, f"{count:,} of {upto:,} samples recorded"
                time.sleep(0.005)
            return (count - first) / (time.perf_counter() - at)


def _recorded(conn: psycopg.Connection) -> int:
    row = conn.execute("SELECT sum(samples)::bigint FROM telemetry.recorded").fetchone()
    assert row is not None  # it always has its 16 rows
    return int(row[0])


def _write(file: Path, polls: Sequence[Poll]) -> None:
    numbers: dict[tuple[str, str, str], int] = {}
    with file.open("wb") as out:
        out.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
        for poll in polls:
            micros = round((poll.at - _POSTGRES_EPOCH_S) * 1e6)
            for sample in poll.samples:
                series = numbers.setdefault((poll.device_id, sample.metric, sample.interface), len(numbers))
                out.write(_ROW.pack(3, 4, series, 8, micros, 8, sample.value))
        out.write(struct.pack(">h", -1))
    file.chmod(0o644)


def _copy(configuration: Configuration, file: Path, index: str) -> float:
    """Rows a second; through the client's socket, as the file is not the server's to read."""
    with psycopg.connect(configuration.database_url, autocommit=True) as conn:
        conn.execute("DROP TABLE IF EXISTS peer")
        conn.execute(f"CREATE TABLE peer (series int, at timestamptz, value double precision);{index}")
        began = time.perf_counter()
        with conn.cursor() as cursor:
            with cursor.copy("COPY peer FROM STDIN (FORMAT BINARY)") as copy, file.open("rb") as rows:
                while block := rows.read(2**20):
                    copy.write(block)
            return cursor.rowcount / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
