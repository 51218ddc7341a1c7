"""Puts together what works on telemetry; a place of this folder that names concrete adapters."""

from collections.abc import Awaitable, Callable
from typing import Any

from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.detector_store import PostgresDetectorStore
from adapters.jetstream.telemetry_stream import JetStreamTelemetryStream
from adapters.partition_leases import PostgresPartitionLeases
from domain.detection.alarm_rules import AlarmRules
from domain.ports import CommandBus
from projections import anomalies
from projections.settings import in_force
from workers.detector import DetectorService
from workers.detector_findings import Findings

Pool = AsyncConnectionPool[AsyncConnection[Any]]


def detector(
    worker_id: str, pool: Pool, bus: CommandBus, connected: Callable[[], Awaitable[Client]]
) -> DetectorService:
    async def rules() -> AlarmRules:
        async with pool.connection() as conn:
            return AlarmRules((await in_force(conn)).detection, await anomalies.levels(conn))

    return DetectorService(
        worker_id,
        leases=PostgresPartitionLeases(pool, "detector"),
        stream=JetStreamTelemetryStream(connected),
        store=PostgresDetectorStore(pool),
        findings=Findings(bus),
        rules=rules,
    )
