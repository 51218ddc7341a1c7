"""Measures an alert storm: 10,000 conditions that come to hold at once, until all alerts are in the ledger and in the list,
and what a page of the list costs meanwhile; then their end. And the cost of evaluating one sample."""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from statistics import median

import uvloop
from psycopg_pool import AsyncConnectionPool

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.evaluation_store import PostgresEvaluationStore
from adapters.leadership import PostgresLeadership
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.mapper import KeepSealed
from adapters.ledger.positions import PostgresPositionWatch
from bench.ledger_database import open_ledger, postgres
from domain.alerting.evaluator import ON_SAMPLES, Evaluator
from domain.alerting.ports import Progress
from domain.alerting.rule import RuleVersion
from domain.alerting.scope import Traits
from domain.alerting.signal import Signal
from domain.alerting.templates import TEMPLATES
from domain.telemetry import Poll, Sample
from projections import alerts
from projections.catalogue import projections
from projections.runner import ProjectionRunner
from workers.alert_gate import AlertGate
from workers.alert_world import WorldWatch
from workers.supervision import ended


def main() -> None:
    """One line of JSON at the end; there is no peer that keeps a ledger of alerts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    options = parser.parse_args()
    with postgres() as server:
        figures = uvloop.run(_storm(server.url, options.alerts))
    figures |= {"us_a_sample": round(_cost(), 2)}
    print(json.dumps({"bench": "alert-storm", "peer": None, "unit": "alerts/s", "ratio": None, **figures}))


async def _storm(url: str, count: int) -> dict[str, object]:
    async with (
        open_ledger(url) as ledger,
        AsyncConnectionPool(url, max_size=8, kwargs={"autocommit": True}) as pool,
    ):
        events = PostgresEventLog(pool, KeepSealed())
        watch = PostgresPositionWatch(url)
        store = PostgresEvaluationStore(pool)
        running = asyncio.create_task(ProjectionRunner(url, projections(), events, watch).run())
        await asyncio.sleep(1)
        await watch.start()
        gate = AlertGate(
            connect=pool.connection,
            bus=ledger,
            events=events,
            watch=watch,
            leadership=PostgresLeadership(url),
            store=store,
            world=WorldWatch(pool.connection, watch, gateways=list),
        )
        gating = asyncio.create_task(gate.run())
        try:
            await _wait(pool, "resolved", 0)
            pages: list[float] = []
            progress, raised_s = await _send(store, pool, "fired", count, Progress(), pages)
            _, ended_s = await _send(store, pool, "cleared", count, progress, [])
        finally:
            await ended([gating, running])
            await watch.stop()
    print(
        f"raised in {raised_s:.1f} s, ended in {ended_s:.1f} s; a page meanwhile {median(pages) * 1000:.1f} ms"
    )
    return {
        "ours": round(count / raised_s),
        "n": count,
        "raised_s": round(raised_s, 2),
        "ended_s": round(ended_s, 2),
        "page_ms": round(median(pages) * 1000, 1),
        "page_worst_ms": round(max(pages) * 1000, 1),
    }


async def _send(
    store: PostgresEvaluationStore,
    pool: AsyncConnectionPool,
    kind: str,
    count: int,
    progress: Progress,
    pages: list[float],
) -> tuple[Progress, float]:
    """Signals in batches as partitions would send them; until the list shows all of their alerts."""
    started = time.perf_counter()
    for first in range(0, count, 500):
        signals = [
            Signal(
                kind="fired" if kind == "fired" else "cleared",
                key=f"storm/{n}",
                rule_id="6b1f7a52-9f53-4a3e-8a3d-111111111111",
                rule_version=1,
                rule_kind="threshold",
                device_id=f"00000000-0000-4000-8000-{n:012x}",
                at=time.time(),
                title=f"storm {n}",
                detail={"value": 97.5, "threshold": 90.0},
            )
            for n in range(first, min(first + 500, count))
        ]
        progress = await store.commit(0, progress, {}, signals)
    while True:
        asked = time.perf_counter()
        async with pool.connection() as conn:
            await alerts.find(conn, limit=50, state="firing")
            counts = await alerts.summary(conn)
        pages.append(time.perf_counter() - asked)
        if counts["by_state"]["firing" if kind == "fired" else "resolved"] >= count:
            return progress, time.perf_counter() - started
        await asyncio.sleep(0.1)


async def _wait(pool: AsyncConnectionPool, state: str, count: int) -> None:
    """Until the read model is there."""
    while True:
        try:
            async with pool.connection() as conn:
                if (await alerts.summary(conn))["by_state"][state] >= count:
                    return
        except Exception:  # the runner has yet to make its tables
            await asyncio.sleep(0.1)


def _cost() -> float:
    """Microseconds a sample, of 500 devices with 24 interfaces each, under the rules of the first start."""
    evaluator = Evaluator(ON_SAMPLES)
    rules = [RuleVersion(id=each.id, version=1, rule=each.rule) for each in TEMPLATES if each.active]
    evaluator.learn(rules, {f"d{n}": Traits(id=f"d{n}") for n in range(500)})
    polls = [
        [
            Poll(
                f"d{device}",
                "interfaces",
                1.7e9 + 60 * minute,
                60.0,
                tuple(
                    Sample(metric, 1.0, f"ether{n}")
                    for n in range(24)
                    for metric in ("if_in_bps", "if_out_bps", "if_oper_up", "if_in_errors_per_s")
                ),
            )
            for device in range(500)
        ]
        for minute in range(4)
    ]
    for poll in polls[0]:
        evaluator.poll(poll)
    before = evaluator.samples
    started = time.perf_counter()
    for minute in polls[1:]:
        for poll in minute:
            evaluator.poll(poll)
    return (time.perf_counter() - started) / (evaluator.samples - before) * 1e6


if __name__ == "__main__":
    main()
