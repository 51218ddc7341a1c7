"""Measures what an engineer waits for: the audit timeline of one device, and a page of the inventory.

32 clients ask without a pause, through one pool of 8 connections, each time about another device, or for the page after
another one. First over a tenth of the ledger, then over the whole, to see whether waiting grows with it. There is no
peer with the same questions; the physical limit stands in for it: one row by its primary key, through the same pool
under the same load. The ratio is therefore at most about 1.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import msgspec
import uvloop
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.ledger.log import PostgresEventLog
from adapters.vault.subjects import SubjectKeys
from bench.history import History, load
from bench.ledger_database import MASTER_KEY, postgres
from projections import inventory_queries
from projections.audit import Audit, timeline
from projections.inventory import Inventory
from projections.rebuild import rebuild

CLIENTS, CONNECTIONS, LIMIT = 32, 8, 50
WANTED_MS = 20.0

Pool = AsyncConnectionPool[AsyncConnection[Any]]
Question = Callable[[AsyncConnection[Any], Random], Awaitable[Any]]


class Waiting(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50: float
    p99: float


def main() -> None:
    """Measures at both sizes and prints one line of JSON at the end."""
    options = _options()
    history = History(options.devices)
    events = history.recorded()
    results: dict[int, dict[str, Waiting]] = {}
    with postgres() as server:
        loaded = 0
        for size in (options.events // 10, options.events):
            load(server.url, events, size - loaded)
            loaded = size
            results[size] = uvloop.run(_measured(server.url, history, options))
            for name, waiting in results[size].items():
                print(
                    f"{size:>9,} events, {name}: p50 {waiting.p50:.1f} ms, p99 {waiting.p99:.1f} ms",
                    flush=True,
                )
    small, whole = results.values()
    worst = max(whole["timeline"].p99, whole["page"].p99)
    print(
        json.dumps(
            {
                "bench": "queries",
                "ours": round(worst, 2),
                "peer": round(whole["primary key"].p99, 2),
                "unit": "ms p99",
                "ratio": round(whole["primary key"].p99 / worst, 2),
                "n": options.requests,
                "p99_ms": {name: round(waiting.p99, 2) for name, waiting in whole.items()},
                "p99_ms_at_a_tenth": {name: round(waiting.p99, 2) for name, waiting in small.items()},
                "within_20_ms": worst < WANTED_MS,
            }
        )
    )


async def _measured(url: str, history: History, options: argparse.Namespace) -> dict[str, Waiting]:
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

        questions: dict[str, Question] = {
            "primary key": one_row,
            "timeline": device_timeline,
            "page": page,
        }
        return {name: await _asked(pool, question, options.requests) for name, question in questions.items()}


async def _asked(pool: Pool, question: Question, requests: int) -> Waiting:
    """So many requests of 32 clients, after a quarter as many to warm up."""
    waits: list[float] = []

    async def client(number: int, count: int) -> None:
        random = Random(number)
        for _ in range(count):
            started = time.perf_counter()
            async with pool.connection() as conn:
                await question(conn, random)
            waits.append((time.perf_counter() - started) * 1e3)

    for share in (requests // 4, requests):
        waits.clear()
        await asyncio.gather(*(client(number, share // CLIENTS) for number in range(CLIENTS)))
    cuts = quantiles(waits, n=100)
    return Waiting(cuts[49], cuts[98])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=16_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
