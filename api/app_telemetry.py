"""Puts together what the API needs of telemetry; a place of this folder that names concrete adapters."""

from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.detector_store import PostgresDetectorStore
from adapters.telemetry.history import PostgresTelemetryHistory
from api.learned_series import LearnedSeries


def telemetry_dependencies(pool: AsyncConnectionPool[AsyncConnection[Any]]) -> dict[str, Any]:
    """By the names under which handlers ask for them."""
    states = PostgresDetectorStore(pool)
    return {
        "states": states,
        "series": LearnedSeries(states, PostgresTelemetryHistory(pool), pool.connection),
    }
