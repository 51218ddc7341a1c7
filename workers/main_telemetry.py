"""Puts together what works on telemetry."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.delivery_store import PostgresDeliveryStore
from adapters.detector_store import PostgresDetectorStore
from adapters.evaluation_store import PostgresEvaluationStore
from adapters.jetstream.telemetry_stream import JetStreamTelemetryStream
from adapters.notifications import OutgoingNotifications
from adapters.partition_leases import PostgresPartitionLeases
from adapters.prometheus.remote_write import RemoteWrite
from adapters.telemetry.compaction import TelemetryCompaction
from adapters.telemetry.forwarded import PostgresForwardedPlaces
from adapters.telemetry.history import PostgresTelemetryHistory
from adapters.telemetry.store import PostgresTelemetryStore
from domain.detection.alarm_rules import AlarmRules
from domain.ports import CommandBus, EventLog, Leadership, PositionWatch, Vault
from domain.telemetry_history import RETAINED, past_s
from projections import anomalies
from projections.settings import in_force
from workers.alert_facts import FactAlerting
from workers.alert_gate import AlertGate
from workers.alert_surroundings import Surroundings
from workers.alert_world import WorldWatch
from workers.alerting import Alerting
from workers.detector import DetectorService
from workers.detector_findings import Findings
from workers.detector_models import Backtest, Retrain
from workers.notifier import Notifier
from workers.operation import Handler
from workers.recorder import Recorder
from workers.remote_write import RemoteWriteService
from workers.supervision import run_all
from workers.telemetry_upkeep import TelemetryUpkeepService

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


def recorder(worker_id: str, pool: Pool, connected: Callable[[], Awaitable[Client]]) -> Recorder:
    async def oldest_s() -> float:
        return past_s(await _retention_days(pool))

    return Recorder(
        worker_id,
        stream=JetStreamTelemetryStream(connected),
        store=PostgresTelemetryStore(pool),
        leases=PostgresPartitionLeases(pool, "recorder"),
        past_s=oldest_s,
    )


def remote_write(
    url: str, token: str, pool: Pool, leadership: Leadership, connected: Callable[[], Awaitable[Client]]
) -> RemoteWriteService:
    return RemoteWriteService(
        JetStreamTelemetryStream(connected),
        RemoteWrite(url, token),
        PostgresForwardedPlaces(pool),
        leadership,
    )


def telemetry_upkeep(database_url: str, pool: Pool, leadership: Leadership) -> TelemetryUpkeepService:
    async def kept() -> Mapping[str, int]:
        return await _retention_days(pool)

    return TelemetryUpkeepService(TelemetryCompaction(database_url), leadership, kept)


async def _retention_days(pool: Pool) -> Mapping[str, int]:
    async with pool.connection() as conn:
        days = (await in_force(conn)).retention_days
    return {name: days[name] for name in RETAINED.values() if name in days}


def alerting(worker_id: str, pool: Pool, connected: Callable[[], Awaitable[Client]]) -> Alerting:
    """Evaluation of alert rules over telemetry."""
    return Alerting(
        worker_id,
        leases=PostgresPartitionLeases(pool, "alerting"),
        stream=JetStreamTelemetryStream(connected),
        store=PostgresEvaluationStore(pool),
        surroundings=Surroundings(pool.connection),
    )


def alerts(
    pool: Pool,
    *,
    bus: CommandBus,
    events: EventLog,
    watch: PositionWatch,
    leadership: Leadership,
    vault: Vault,
) -> Callable[[], Awaitable[None]]:
    """Evaluation over facts, what becomes of all signals, and telling: each goes on when another fails."""
    connect, store = pool.connection, PostgresEvaluationStore(pool)
    services = {
        "alert facts": FactAlerting(
            connect=connect,
            events=events,
            watch=watch,
            leadership=leadership,
            store=store,
            surroundings=Surroundings(connect),
        ).run,
        "alert gate": AlertGate(
            connect=connect,
            bus=bus,
            events=events,
            watch=watch,
            leadership=leadership,
            store=store,
            world=WorldWatch(connect, watch),
        ).run,
        "notifier": Notifier(
            connect=connect,
            bus=bus,
            events=events,
            watch=watch,
            leadership=leadership,
            vault=vault,
            store=PostgresDeliveryStore(pool),
            notifications=OutgoingNotifications(),
            surroundings=Surroundings(connect),
        ).run,
    }

    return partial(run_all, services)


def telemetry_handlers(pool: Pool) -> list[Handler]:
    """Of operations on detectors."""
    learned, history = PostgresDetectorStore(pool), PostgresTelemetryHistory(pool)
    return [Retrain(learned, history), Backtest(learned, history, pool.connection)]
