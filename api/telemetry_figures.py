"""Figures of telemetry for /metrics: how pollers and recorders get on, how full the stream is, who listens live."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.telemetry_feed import TelemetryFeed
from api.worker_figures import families as worker_families
from api.worker_figures import told_by_workers
from domain.errors import Unavailable
from domain.telemetry import StreamPlace
from domain.telemetry_history import Recorded, StreamStanding, TelemetryHistory

_PATIENCE_S = 2.0
Connect = Callable[[], AbstractAsyncContextManager[Any]]


class TelemetryFigures:
    """What cannot be asked at the moment is left out."""

    def __init__(
        self,
        history: TelemetryHistory,
        feed: TelemetryFeed,
        standing: Callable[[Mapping[int, StreamPlace]], Awaitable[StreamStanding]],
        connect: Connect,
    ) -> None:
        self._history = history
        self._feed = feed
        self._standing = standing
        self._connect = connect

    async def text(self) -> bytes:
        """Prometheus text."""
        families: list[Metric] = [
            GaugeMetricFamily(
                "netledger_telemetry_subscribers",
                "WebSockets that samples are sent to",
                value=self._feed.subscribers,
            ),
            CounterMetricFamily(
                "netledger_telemetry_live_samples",
                "Samples heard live by this process",
                value=self._feed.samples,
            ),
        ]
        with contextlib.suppress(Unavailable, TimeoutError, psycopg.Error):
            async with asyncio.timeout(_PATIENCE_S):
                async with self._connect() as conn:
                    families += worker_families(await told_by_workers(conn))
                recorded = await self._history.recorded()
                families += _recorded(recorded)
                families += _of_stream(await self._standing(recorded.places))
        registry = CollectorRegistry()
        registry.register(_Families(families))
        return generate_latest(registry)


class _Families(Collector):
    """What was asked just now, as the registry wants it."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _recorded(recorded: Recorded) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "netledger_telemetry_recorded_samples", "Samples written into the history", value=recorded.samples
    )
    refused = CounterMetricFamily(
        "netledger_telemetry_refused_samples", "Samples that could not be right", labels=["reason"]
    )
    for reason, number in recorded.refused.items():
        refused.add_metric([reason], number)
    yield refused
    if recorded.recorded_at is not None:
        yield GaugeMetricFamily(
            "netledger_telemetry_recorded_timestamp_seconds",
            "When samples were last written into the history",
            value=recorded.recorded_at,
        )


def _of_stream(standing: StreamStanding) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "netledger_telemetry_stream_bytes", "Size of the stream TELEMETRY", value=standing.size_bytes
    )
    yield GaugeMetricFamily(
        "netledger_telemetry_stream_messages", "Polls in the stream TELEMETRY", value=standing.messages
    )
    lag_s = max(time.time() - standing.unseen_since, 0.0) if standing.unseen_since else 0.0
    yield GaugeMetricFamily(
        "netledger_telemetry_recorder_lag_seconds",
        "Age of the oldest poll that is not in the history yet",
        value=lag_s,
    )
