"""Puts together what the API needs of telemetry, stored and live; another place of this folder that names concrete adapters."""

from collections.abc import Awaitable, Callable
from typing import Any

from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.jetstream.telemetry_stream import JetStreamTelemetryStream
from adapters.telemetry.history import PostgresTelemetryHistory
from api.telemetry_feed import TelemetryFeed
from api.telemetry_figures import TelemetryFigures


def live_dependencies(
    pool: AsyncConnectionPool[AsyncConnection[Any]], connected: Callable[[], Awaitable[Client]]
) -> tuple[dict[str, Any], TelemetryFeed]:
    """By the names under which handlers ask for them; and what has to run for them."""
    history = PostgresTelemetryHistory(pool)
    stream = JetStreamTelemetryStream(connected)
    feed = TelemetryFeed(stream)
    figures = TelemetryFigures(history, feed, stream.standing, pool.connection)
    return {"history": history, "live": feed, "figures": figures.text}, feed
