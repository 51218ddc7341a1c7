"""Puts together what the API needs of telemetry: stored, live, and what detectors learned of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.detector_store import PostgresDetectorStore
from adapters.jetstream.telemetry_stream import JetStreamTelemetryStream
from adapters.telemetry.history import PostgresTelemetryHistory
from api.learned_series import LearnedSeries
from api.telemetry_feed import TelemetryFeed
from api.telemetry_figures import TelemetryFigures


def telemetry_dependencies(
    pool: AsyncConnectionPool[AsyncConnection[Any]], connected: Callable[[], Awaitable[Client]]
) -> tuple[dict[str, Any], TelemetryFeed]:
    """By the names under which handlers ask for them; and what has to run for them."""
    history = PostgresTelemetryHistory(pool)
    stream = JetStreamTelemetryStream(connected)
    states = PostgresDetectorStore(pool)
    feed = TelemetryFeed(stream)
    return {
        "history": history,
        "live": feed,
        "figures": TelemetryFigures(history, feed, stream.standing, pool.connection).text,
        "states": states,
        "series": LearnedSeries(states, history, pool.connection),
    }, feed
