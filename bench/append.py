"""Measures acknowledged commands a second, through decide and append, against pgbench's single-row inserts.

Both sides have 64 clients, the same server and durability (fsync and synchronous_commit on), a unix socket, and tables of
the same shape. Ours are 64 asyncio tasks of one process that each raise an alert and wait until it is committed;
pgbench's each insert one such row with a prepared statement. Rounds alternate; the medians are compared. What clients
would make elsewhere, ids and commands here and pgbench's whole client there, is made before the clock runs.
"""

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

import psycopg
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.ledger.ledger import Ledger
from bench.ledger_database import open_ledger, postgres
from domain.aggregate import Intent
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.event import Actor, Attribution

_PEER_TABLE = """
CREATE SCHEMA peer;
CREATE TABLE peer.events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state json NOT NULL,
    notification_id bigserial,
    hash bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX events_notification_id_idx ON peer.events (notification_id);
"""


def main() -> None:
    """Alternates rounds of both and prints one line of JSON at the end."""
    options = _options()
    pgbench = shutil.which("pgbench")
    if pgbench is None:
        sys.exit("pgbench is missing, and with it the peer: apt-get install postgresql-contrib")
    with postgres() as server:
        uvloop.run(_compare(server.url, pgbench, options))


async def _compare(url: str, pgbench: str, options: argparse.Namespace) -> None:
    async with open_ledger(url) as ledger:
        await _ours(ledger, options.clients, 5_000)  # warms caches on both sides
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "insert.sql"
            script.write_text(_insert_like_ours(url))
            ours: list[float] = []
            peer: list[float] = []
            for number in range(1, options.rounds + 1):
                ours.append(await _ours(ledger, options.clients, options.commands))
                peer.append(await asyncio.to_thread(_peer, pgbench, script, url, options))
                print(f"round {number}: ours {ours[-1]:,.0f}/s, pgbench {peer[-1]:,.0f}/s", flush=True)
    print(
        json.dumps(
            {
                "bench": "append",
                "ours": round(median(ours)),
                "peer": round(median(peer)),
                "unit": "commands/s",
                "ratio": round(median(ours) / median(peer), 2),
                "n": options.rounds,
            }
        )
    )


def _commands(number: int) -> list[Intent]:
    intents = []
    for _ in range(number):
        key = f"bench/{uuid4()}"
        command = RaiseAlert(key=key, severity="low", title="load without a cause", source="bench")
        intents.append(ALERT.to(alert_id(key), command, new=True))
    return intents


async def _ours(ledger: Ledger, clients: int, commands: int) -> float:
    """Commands acknowledged a second by that many concurrent clients."""
    by = Attribution(actor=Actor("cli", "bench", "bench"), correlation_id=str(uuid4()))
    shares = [_commands(commands // clients) for _ in range(clients)]

    async def client(share: list[Intent]) -> None:
        for intent in share:
            await ledger.execute(intent, by=by)

    started = time.perf_counter()
    await asyncio.gather(*map(client, shares))
    return sum(map(len, shares)) / (time.perf_counter() - started)


def _insert_like_ours(url: str) -> str:
    """A pgbench script that inserts what our own last event looks like, each under a new id."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(_PEER_TABLE)
        row = conn.execute(
            "SELECT topic, state::text, hash FROM ledger.events ORDER BY notification_id DESC LIMIT 1"
        ).fetchone()
    assert row is not None  # the warm-up wrote some
    topic, state, digest = row
    assert "'" not in state and ":" not in topic
    return (
        "INSERT INTO peer.events (originator_id, originator_version, topic, state, hash)"
        f" VALUES (gen_random_uuid(), 1, '{topic}', '{state}', '\\x{digest.hex()}');\n"
    )


def _peer(pgbench: str, script: Path, url: str, options: argparse.Namespace) -> float:
    command = [
        *(pgbench, "--no-vacuum", "--protocol=prepared", f"--file={script}"),
        *(f"--client={options.clients}", "--jobs=2", f"--transactions={options.commands // options.clients}"),
        url,
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    rate = re.search(r"^tps = ([\d.]+)", result.stdout, re.MULTILINE)
    if result.returncode or rate is None:
        sys.exit(f"pgbench failed:\n{result.stderr or result.stdout}")
    return float(rate.group(1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--commands", type=int, default=16_000, help="commands a round, of all clients together"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
