"""What workers tell of themselves, as Prometheus' families, each with the worker as a label."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from psycopg import AsyncConnection

from api.service_health import ALIVE
from domain.worker_figures import WorkerFigure

_MOST_WORKERS = 1_000
Told = tuple[str, WorkerFigure]
"""A worker's id, and a figure of its."""


async def told_by_workers(conn: AsyncConnection[Any]) -> list[Told]:
    """By those that live, as of their last sign of life, five seconds ago at most."""
    cursor = await conn.execute(
        f"SELECT id, figures::text FROM work.workers WHERE {ALIVE} ORDER BY id LIMIT {_MOST_WORKERS}"
    )
    return [
        (worker, figure)
        for worker, figures in await cursor.fetchall()
        for figure in msgspec.json.decode(figures, type=list[WorkerFigure])
    ]


def families(told: Iterable[Told]) -> Iterator[Metric]:
    """One a name. Of two versions of Netledger that give a name other labels, the first counts."""
    by_name: dict[str, tuple[tuple[str, ...], CounterMetricFamily | GaugeMetricFamily]] = {}
    for worker, figure in told:
        labels = tuple(sorted(figure.labels))
        if figure.name not in by_name:
            make = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
            by_name[figure.name] = (
                labels,
                make(figure.name, figure.help, labels=[*labels, "worker"]),
            )
        known, family = by_name[figure.name]
        if known == labels:
            family.add_metric([*(figure.labels[label] for label in labels), worker], figure.value)
    yield from (family for _, family in by_name.values())
