"""Measures variables a second and core that are polled, history included, against the best of two peers.

The agents are a lab of 2,000 devices in a process of its own, whose time counts for nobody. Ours reads the interfaces (states,
octets, packets, errors, discards) and resources of all, thirty-two agents at a time, makes rates of them, publishes them to the
stream TELEMETRY, and a recorder in a process of its own writes them into history. The time counted is that of both, and of NATS
and PostgreSQL.

The peers read the same ten columns of the same agents, four agents at a time, GETBULK with 60 repetitions, and keep nothing.
net-snmp's snmpbulkwalk walks ifTable and ifXTable whole, a process a table, without MIB files, into a file: that is its
fastest way to the ten columns, as a process a column takes several times as long. prometheus-snmp-exporter (one process for
all, asked over HTTP, whose client's time counts for nobody) walks the ten columns, or both tables whole, whichever is faster.

A variable counts for `ours` and `peer` where it is wanted: one of those columns, or of ours a resource. `peer_all` counts all that a peer read,
wanted or thrown away: `ratio_all` is ours, which reads nothing that it does not want, over that.
"""

import argparse
import json
import os
import sys
import time

import psycopg
import uvloop

from bench.poll_peers import speeds
from bench.polling import Agents, Fleet, agents, cpu_s, published
from bench.product import servers, worker

_PATIENCE_S = 240.0


def main() -> None:
    """Prints one line of JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--peer-devices", type=int, default=500, help="of them, for the peer")
    options = parser.parse_args()
    with agents(options.devices) as lab:
        ours, share, count = _ours(lab, options.rounds)
        peers = speeds(lab, options.peer_devices)
    if not peers:
        sys.exit("there is no peer to compare with")
    peer, peer_all = max(each.wanted for each in peers), max(each.read for each in peers)
    figures = {"bench": "poll", "ours": round(ours), "peer": round(peer), "unit": "variables/s a core"}
    more = {
        "ratio": round(ours / peer, 2),
        "n": count,
        "ours_poller_alone": round(share),
        "peer_all": round(peer_all),
        "ratio_all": round(ours / peer_all, 2),
        "peers": {each.peer: round(each.wanted) for each in peers},
    }
    print(json.dumps({**figures, **more}))


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


if __name__ == "__main__":
    main()
