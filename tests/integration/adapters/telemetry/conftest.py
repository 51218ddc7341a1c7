"""A store, its upkeep and its reader over a database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from adapters.connections import Connections
from adapters.telemetry.compaction import TelemetryCompaction
from adapters.telemetry.history import PostgresTelemetryHistory
from adapters.telemetry.store import PostgresTelemetryStore


@pytest.fixture
async def connections(database: str) -> AsyncIterator[Connections]:
    async with Connections(database, name="telemetry tests") as opened:
        yield opened


@pytest.fixture
def store(connections: Connections) -> PostgresTelemetryStore:
    return PostgresTelemetryStore(connections)


@pytest.fixture
def history(connections: Connections) -> PostgresTelemetryHistory:
    return PostgresTelemetryHistory(connections)


@pytest.fixture
def upkeep(database: str) -> TelemetryCompaction:
    """With small slices, so that all that is cut is cut."""
    return TelemetryCompaction(database, slice_samples=200, slice_series=5)
