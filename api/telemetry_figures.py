"""Figures of telemetry for /metrics: how far recorders are, how full the stream is, who listens live."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from api.telemetry_feed import TelemetryFeed
from domain.errors import Unavailable
from domain.telemetry import StreamPlace
from domain.telemetry_history import StreamStanding, TelemetryHistory

_PATIENCE_S = 2.0


class TelemetryFigures:
    """What cannot be asked at the moment is left out."""

    def __init__(
        self,
        history: TelemetryHistory,
        feed: TelemetryFeed,
        standing: Callable[[Mapping[int, StreamPlace]], Awaitable[StreamStanding]],
    ) -> None:
        self._history = history
        self._feed = feed
        self._standing = standing

    async def text(self) -> bytes:
        """Prometheus text."""
        registry = CollectorRegistry()
        Gauge(
            "netledger_telemetry_subscribers", "WebSockets that samples are sent to", registry=registry
        ).set(self._feed.subscribers)
        Counter(
            "netledger_telemetry_live_samples", "Samples heard live by this process", registry=registry
        ).inc(self._feed.samples)
        with contextlib.suppress(Unavailable, TimeoutError, psycopg.Error):
            async with asyncio.timeout(_PATIENCE_S):
                await self._stored(registry)
        return generate_latest(registry)

    async def _stored(self, registry: CollectorRegistry) -> None:
        recorded = await self._history.recorded()
        Counter(
            "netledger_telemetry_recorded_samples", "Samples written into the history", registry=registry
        ).inc(recorded.samples)
        refused = Counter(
            "netledger_telemetry_refused_samples",
            "Samples that could not be right",
            ["reason"],
            registry=registry,
        )
        for reason, number in recorded.refused.items():
            refused.labels(reason).inc(number)
        if recorded.recorded_at is not None:
            Gauge(
                "netledger_telemetry_recorded_timestamp_seconds",
                "When samples were last written into the history",
                registry=registry,
            ).set(recorded.recorded_at)
        standing = await self._standing(recorded.places)
        Gauge("netledger_telemetry_stream_bytes", "Size of the stream TELEMETRY", registry=registry).set(
            standing.size_bytes
        )
        Gauge("netledger_telemetry_stream_messages", "Polls in the stream TELEMETRY", registry=registry).set(
            standing.messages
        )
        Gauge(
            "netledger_telemetry_recorder_lag_seconds",
            "Age of the oldest poll that is not in the history yet",
            registry=registry,
        ).set(max(time.time() - standing.unseen_since, 0.0) if standing.unseen_since else 0.0)
