"""Measures variables a second and core that are polled, history included, against net-snmp's snmpbulkwalk in parallel.

The agents are a lab of 2,000 devices in a process of its own, whose time counts for nobody. Ours reads the interfaces (states,
octets, packets, errors, discards) and resources of all, makes rates of them, publishes them to the stream TELEMETRY, and a
recorder in a process of its own writes them into history. The time counted is that of both, and of NATS and PostgreSQL.

The peer walks ifTable and ifXTable of the same agents, a process a table, four at a time, without MIB files and with large
messages, and writes what it reads to a file. That is its fastest way to the ten columns that ours reads: a process a column
takes several times as long. A variable counts where it is wanted, for both: the rest of what the peer reads on its way
is thrown away by whoever asked. `peer_all` counts everything it read.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import uvloop

from bench.polling import COMMUNITY, Agents, Fleet, agents, cpu_s, published
from bench.product import servers, worker

_IF_TABLE, _IF_X_TABLE = "1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1"
_OPER_STATUS = b".1.3.6.1.2.1.2.2.1.8."
_WANTED = 10
"""Columns: states, and octets, packets, errors and discards of both directions."""
_PATIENCE_S = 240.0


def main() -> None:
    """Prints one line of JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--peer-devices", type=int, default=500, help="of them, for the peer")
    options = parser.parse_args()
    walk = shutil.which("snmpbulkwalk")
    if walk is None:
        sys.exit("snmpbulkwalk is missing, and with it the peer: apt-get install snmp")
    with agents(options.devices) as lab:
        ours, share, count = _ours(lab, options.rounds)
        peer, peer_all = _peer(walk, lab, options.peer_devices)
    figures = {"bench": "poll", "ours": round(ours), "peer": round(peer), "unit": "variables/s a core"}
    print(
        json.dumps(
            {
                **figures,
                "ratio": round(ours / peer, 2),
                "n": count,
                "ours_poller_alone": round(share),
                "peer_all": round(peer_all),
            }
        )
    )


def _ours(lab: Agents, rounds: int) -> tuple[float, float, int]:
    """Variables a second and core, of all that takes part and of the poller by itself; and how many variables."""
    fleet = Fleet(lab)
    marks: list[float] = []

    def mark() -> None:
        marks.append(cpu_s(os.getpid()) - cpu_s(lab.pid))

    with servers() as configuration, worker(configuration, "projector", "recorder"):

        def before() -> None:
            _recorded(configuration.database_url, fleet.samples)
            fleet.samples_before = fleet.samples
            mark()

        wall_s, poller_s = uvloop.run(published(fleet, configuration.nats_url, rounds, before))
        _recorded(configuration.database_url, fleet.samples)
        mark()
    all_s = marks[1] - marks[0]
    made = fleet.samples - fleet.samples_before
    print(
        f"ours: {fleet.variables:,} variables in {wall_s:.1f} s, {made:,} samples of them in history, {fleet.failures} failures;"
        f" CPU: poller {poller_s:.2f} s, with recorder, NATS and PostgreSQL {all_s:.2f} s"
    )
    return fleet.variables / all_s, fleet.variables / poller_s, fleet.variables


def _recorded(database_url: str, samples: int) -> None:
    """Waits until history has that many at least."""
    deadline = time.monotonic() + _PATIENCE_S
    with psycopg.connect(database_url, autocommit=True) as conn:
        while time.monotonic() < deadline:
            row = conn.execute("SELECT coalesce(sum(samples), 0)::bigint FROM telemetry.recorded").fetchone()
            if row is not None and row[0] >= samples:
                return
            time.sleep(0.05)
    sys.exit("the recorder did not catch up")


def _peer(walk: str, lab: Agents, devices: int) -> tuple[float, float]:
    """Variables a second and core: those wanted, and all."""
    targets = [
        f"{address}:{lab.port} {table}\n"
        for address in lab.addresses[:devices]
        for table in (_IF_TABLE, _IF_X_TABLE)
    ]
    with tempfile.TemporaryDirectory() as folder:
        listed, found = Path(folder) / "targets", Path(folder) / "found"
        listed.write_text("".join(targets))
        command = ["xargs", "-a", str(listed), "-n", "2", "-P", "4", walk]
        command += ["-v2c", "-c", COMMUNITY, "-m", "", "-On", "-OQ", "-Cr60"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        with found.open("wb") as out:
            subprocess.run(command, stdout=out, check=True)
        took_s = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = found.read_bytes()
    read, wanted = text.count(b"\n"), _WANTED * text.count(_OPER_STATUS)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"snmpbulkwalk: {read:,} variables in {took_s:.1f} s, of them {wanted:,} wanted, {busy_s:.2f} s of CPU"
    )
    return wanted / busy_s, read / busy_s


if __name__ == "__main__":
    main()
