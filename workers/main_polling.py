"""Puts together what collects telemetry."""

import resource
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.config_notes import PostgresConfigNotes
from adapters.evaluation_store import PostgresEvaluationStore
from adapters.icmp.monitor import EchoMonitor
from adapters.jetstream.telemetry import TelemetryOnDemand
from adapters.network_logs import PostgresNetworkLogs
from adapters.partition_leases import PostgresPartitionLeases
from adapters.poll_plans import PostgresPollPlans
from adapters.snmp.polling import GufoSnmpPolling
from adapters.snmp.traps import SnmpTraps
from domain.access import SnmpV3Access
from domain.configuration import Configuration
from domain.ports import CommandBus, SecretOpener, WorkNotes
from projections import network_logs
from workers.availability import AvailabilityChecks
from workers.figures import FigureSources
from workers.listeners import StreamListener, TrapListener, UdpListener
from workers.opened_accesses import OpenedAccesses
from workers.poll_counts import PollCounts
from workers.poller import Poller
from workers.receivers import Listener, Receivers
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
    figures: FigureSources,
) -> Poller:
    plans = PostgresPollPlans(pool)
    polling = GufoSnmpPolling(most_sessions=_spare_descriptors())
    counts = PollCounts()
    snmp = SnmpPolls(polling, plans, OpenedAccesses(secrets, worker_id, "telemetry"), counts)
    verdicts = Verdicts(bus, worker_id)
    made = Poller(
        worker_id,
        connect=pool.connection,
        leases=PostgresPartitionLeases(pool, "poller"),
        plans=plans,
        snmp=snmp,
        checks=AvailabilityChecks(EchoMonitor(), snmp, verdicts, pool.connection),
        verdicts=verdicts,
        outbox=TelemetryOutbox(TelemetryOnDemand(connected)),
        notes=notes,
        counts=counts,
    )
    figures.add("poller", made.figures)
    return made


def router_polls(
    pool: Pool, routers: RouterService, connected: Callable[[], Awaitable[Client]]
) -> RouterPolls:
    outbox = TelemetryOutbox(TelemetryOnDemand(connected))
    return RouterPolls(pool.connection, routers.all_owned, outbox)


def receivers(
    configuration: Configuration, worker_id: str, pool: Pool, secrets: SecretOpener, figures: FigureSources
) -> Receivers:
    accesses = OpenedAccesses(secrets, worker_id, "traps")

    async def users() -> list[SnmpV3Access]:
        async with pool.connection() as conn:
            known = await network_logs.trap_users(conn)
        opened = [await accesses.get(credential_id, version) for credential_id, version in known]
        return [each for each in opened if isinstance(each, SnmpV3Access)]

    host = configuration.receive_host
    listeners: list[Listener] = []
    if configuration.syslog_udp_port:
        listeners.append(UdpListener(host, configuration.syslog_udp_port))
    if configuration.syslog_tcp_port:
        listeners.append(StreamListener(host, configuration.syslog_tcp_port))
    if configuration.syslog_tls_port:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(configuration.syslog_tls_certificate, configuration.syslog_tls_key)
        listeners.append(StreamListener(host, configuration.syslog_tls_port, context))
    if configuration.trap_port:
        listeners.append(TrapListener(host, configuration.trap_port, SnmpTraps(users)))
    made = Receivers(
        listeners,
        connect=pool.connection,
        store=PostgresNetworkLogs(pool),
        findings=PostgresEvaluationStore(pool),
        notices=PostgresConfigNotes(pool),
    )
    figures.add("receivers", made.figures)
    return made


def _spare_descriptors() -> int:
    """How many files may stay open for agents: half of what this process may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(soft, _MOST_DESCRIPTORS) // 2
