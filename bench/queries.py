"""Measures what an engineer waits for: the audit timeline of one device, and a page of the inventory.

32 clients ask without a pause, through one pool of 8 connections, each time about another device, or for the page after
another one; 50 lines or rows each. To see whether waiting grows with the ledger, both are asked again of a ledger of a
tenth the size: the timeline where there are a tenth of the devices, so that each has as much to tell, and the page where
there are as many devices. There is no peer with the same questions; the physical limit stands in for it: one row by its
primary key, through the same pool under the same load. The ratio is therefore at most about 1. Rounds of all questions
alternate, and the median of the rounds counts.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import msgspec
import psycopg
import uvloop
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.log import PostgresEventLog
from adapters.schema import migrate
from adapters.vault.subjects import SubjectKeys
from bench.ledger_database import MASTER_KEY, postgres
from bench.ledger_history import History, load
from projections import inventory_queries
from projections.audit import Audit, timeline
from projections.inventory import Inventory
from projections.rebuild import rebuild

CLIENTS, CONNECTIONS, LIMIT = 32, 8, 50
WANTED_MS = 20.0
LIMIT_OF_ALL = "primary key"

Pool = AsyncConnectionPool[AsyncConnection[Any]]
Question = Callable[[AsyncConnection[Any], Random], Awaitable[Any]]


class Waiting(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50: float
    p99: float


def main() -> None:
    """Measures at both sizes and prints one line of JSON at the end."""
    options = _options()
    events, devices = options.events, options.devices
    with postgres() as server:
        quiet = _asked_of(server, "quiet", events // 10, devices, ("page",), options)
        small = _asked_of(server, "small", events // 10, devices // 10, ("timeline",), options)
        whole = _asked_of(server, "whole", events, devices, ("timeline", "page", LIMIT_OF_ALL), options)
    ours = {name: whole[name].p99 for name in ("timeline", "page")}
    worst = max(ours.values())
    print(
        json.dumps(
            {
                "bench": "queries",
                "ours": round(worst, 2),
                "peer": round(whole[LIMIT_OF_ALL].p99, 2),
                "unit": "ms p99",
                "ratio": round(whole[LIMIT_OF_ALL].p99 / worst, 2),
                "n": options.rounds,
                "p99_ms": {name: round(p99, 2) for name, p99 in ours.items()},
                "p99_ms_at_a_tenth": {
                    "timeline": round(small["timeline"].p99, 2),
                    "page": round(quiet["page"].p99, 2),
                },
                "p50_ms": {name: round(each.p50, 2) for name, each in whole.items()},
                "within_20_ms": worst < WANTED_MS,
            }
        )
    )


def _asked_of(
    server: EmbeddedPostgres,
    name: str,
    events: int,
    devices: int,
    questions: Sequence[str],
    options: argparse.Namespace,
) -> dict[str, Waiting]:
    """Fills a database of its own, builds its read models and asks."""
    with psycopg.connect(server.admin_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {} OWNER netledger").format(sql.Identifier(name)))
    url = server.url_of(name)
    migrate(url)
    history = History(devices)
    load(url, history.recorded(), events)
    result = uvloop.run(_measured(url, history, questions, options))
    for question, waiting in result.items():
        print(
            f"{events:,} events of {devices:,} devices, {question}: p50 {waiting.p50:.1f} ms, p99 {waiting.p99:.1f} ms",
            flush=True,
        )
    return result


async def _measured(
    url: str, history: History, questions: Sequence[str], options: argparse.Namespace
) -> dict[str, Waiting]:
    sealer = SubjectKeys(url, MASTER_KEY)
    settings = {"autocommit": True}
    async with AsyncConnectionPool(url, min_size=CONNECTIONS, kwargs=settings, open=False) as pool:
        for projection in (Inventory(), Audit()):
            await rebuild(url, projection, PostgresEventLog(pool, sealer))
        sealer.close()
        # Autovacuum's work, done now so that it does not run into the measurement.
        async with pool.connection() as conn:
            await conn.execute("VACUUM ANALYZE")
            cursor = await conn.execute(
                "SELECT sort_key, id::text FROM inventory.devices ORDER BY sort_key, id"
            )
            places = await cursor.fetchall()
        devices = [str(device) for device in history.devices]

        async def one_row(conn: AsyncConnection[Any], random: Random) -> None:
            query = "SELECT name FROM inventory.devices WHERE id = %s"
            await (await conn.execute(query, (random.choice(devices),))).fetchone()

        async def device_timeline(conn: AsyncConnection[Any], random: Random) -> None:
            entries = await timeline(conn, limit=LIMIT, everything=False, device_id=random.choice(devices))
            assert entries

        async def page(conn: AsyncConnection[Any], random: Random) -> None:
            after = random.choice(places[:-LIMIT])
            assert len(await inventory_queries.page(conn, limit=LIMIT, after=after)) == LIMIT

        known: dict[str, Question] = {LIMIT_OF_ALL: one_row, "timeline": device_timeline, "page": page}
        rounds: dict[str, list[Waiting]] = {name: [] for name in questions}
        for name in questions:
            await _asked(pool, known[name], options.requests // 2)  # warms caches and plans
        for _ in range(options.rounds):
            for name in questions:
                rounds[name].append(await _asked(pool, known[name], options.requests))
    return {
        name: Waiting(median(each.p50 for each in waits), median(each.p99 for each in waits))
        for name, waits in rounds.items()
    }


async def _asked(pool: Pool, question: Question, requests: int) -> Waiting:
    """So many requests of 32 clients together."""
    waits: list[float] = []

    async def client(number: int) -> None:
        random = Random(number)
        for _ in range(requests // CLIENTS):
            started = time.perf_counter()
            async with pool.connection() as conn:
                await question(conn, random)
            waits.append((time.perf_counter() - started) * 1e3)

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    cuts = quantiles(waits, n=100)
    return Waiting(cuts[49], cuts[98])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=3_200, help="of one round")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
