"""Puts together what collects telemetry; a place of this folder that names concrete adapters."""

import resource
from collections.abc import Awaitable, Callable
from typing import Any

from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.icmp.monitor import EchoMonitor
from adapters.jetstream.telemetry import TelemetryOnDemand
from adapters.partition_leases import PostgresPartitionLeases
from adapters.poll_plans import PostgresPollPlans
from adapters.snmp.polling import GufoSnmpPolling
from domain.ports import CommandBus, SecretOpener, WorkNotes
from workers.availability import AvailabilityChecks
from workers.opened_accesses import OpenedAccesses
from workers.poller import Poller
from workers.router_polls import RouterPolls
from workers.routers import RouterService
from workers.snmp_polls import SnmpPolls
from workers.telemetry_outbox import TelemetryOutbox
from workers.verdicts import Verdicts

Pool = AsyncConnectionPool[AsyncConnection[Any]]
_MOST_DESCRIPTORS = 20_000


def poller(
    worker_id: str,
    pool: Pool,
    bus: CommandBus,
    secrets: SecretOpener,
    notes: WorkNotes,
    connected: Callable[[], Awaitable[Client]],
) -> Poller:
    plans = PostgresPollPlans(pool)
    polling = GufoSnmpPolling(most_sessions=_spare_descriptors())
    snmp = SnmpPolls(polling, plans, OpenedAccesses(secrets, worker_id, "telemetry"))
    verdicts = Verdicts(bus, worker_id)
    return Poller(
        worker_id,
        connect=pool.connection,
        leases=PostgresPartitionLeases(pool, "poller"),
        plans=plans,
        snmp=snmp,
        checks=AvailabilityChecks(EchoMonitor(), snmp, verdicts, pool.connection),
        verdicts=verdicts,
        outbox=TelemetryOutbox(TelemetryOnDemand(connected)),
        notes=notes,
    )


def router_polls(
    pool: Pool, routers: RouterService, connected: Callable[[], Awaitable[Client]]
) -> RouterPolls:
    outbox = TelemetryOutbox(TelemetryOnDemand(connected))
    return RouterPolls(pool.connection, routers.all_owned, outbox)


def _spare_descriptors() -> int:
    """How many files may stay open for agents: half of what this process may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(soft, _MOST_DESCRIPTORS) // 2
