"""Puts a worker process together; it and `main_*` alone name concrete adapters in this folder."""

import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from nats.aio.client import Client

from adapters.banner import TcpBannerProber
from adapters.connections import Connections
from adapters.customer_sessions import PostgresSessions
from adapters.icmp.prober import EchoProber
from adapters.jetstream.connection import connect as connect_nats
from adapters.jetstream.on_demand import ClientOnDemand
from adapters.jetstream.operations import JetStreamOperations
from adapters.jetstream.progress import NatsProgress
from adapters.jetstream.publisher import LedgerPublisher
from adapters.jetstream.router_call_server import RouterCallServer
from adapters.jetstream.router_calls import NatsRouterCalls
from adapters.leadership import PostgresLeadership
from adapters.ledger.application import LedgerApplication
from adapters.ledger.checkpoints import CheckpointSigner
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.mapper import KeepSealed
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.seals import LedgerSeals
from adapters.resolver import SystemResolver
from adapters.router_leases import PostgresRouterLeases
from adapters.routeros.fleet import RouterOsFleet
from adapters.snmp.read import GufoSnmpReader
from adapters.terminal_signs import PostgresTerminalSigns
from adapters.vault.master_key import MasterKey
from adapters.vault.opener import AuditedSecrets
from adapters.vault.subjects import SubjectKeys
from adapters.vault.vault import PostgresVault
from adapters.work_notes import PostgresWorkNotes
from domain.configuration import Configuration
from domain.identification import wanted
from projections import operations
from projections.catalogue import projections
from projections.rebuild import rebuild
from projections.runner import ProjectionRunner
from workers.customer_batch import CustomerBatches
from workers.customer_bulk import BulkIsolation
from workers.customer_change import CustomerChanges
from workers.customer_isolation import Isolation
from workers.customer_sync import CustomerSync
from workers.cut_off_changes import CutOffChanges
from workers.discovery import Discovery
from workers.escapes import Escapes
from workers.executor import Executor
from workers.figures import FigureSources
from workers.kinds import KINDS
from workers.lost_terminals import LostTerminals
from workers.main_configs import compliance_watch, config_handlers, config_parts, config_schedule
from workers.main_polling import poller, receivers, router_polls
from workers.main_telemetry import (
    alerting,
    alerts,
    detector,
    recorder,
    remote_write,
    telemetry_handlers,
    telemetry_upkeep,
)
from workers.poll import Poll
from workers.presence import Presence
from workers.read_models import read_models_made
from workers.rebuild import Rebuild
from workers.relay import Relay
from workers.router_returns import RouterReturns
from workers.routers import RouterService
from workers.scheduler import Job, Scheduler
from workers.secrets import secret_handlers
from workers.supervision import run_all

_NEED_NATS = ("relay", "executor", "routers", "detector", "recorder", "remote-write", "alerting")
_NEED_NO_READ_MODELS = ("projector", "relay", "checkpoints", "remote-write")

Services = dict[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True)
class Parts:
    """What all services of a process share."""

    configuration: Configuration
    master_key: MasterKey
    worker_id: str
    pool: Connections
    lease_pool: Connections
    """Of the leases alone, which must not wait behind the work."""
    watch: PostgresPositionWatch
    seals: LedgerSeals
    bus: Ledger
    events: PostgresEventLog
    leadership: PostgresLeadership
    notes: PostgresWorkNotes
    vault: PostgresVault
    secrets: AuditedSecrets
    figures: FigureSources


async def run(configuration: Configuration, master_key: MasterKey, kinds: Sequence[str] = KINDS) -> None:
    """Runs the services until cancelled, then ends them in order."""
    async with AsyncExitStack() as stack:
        parts = await _open(configuration, master_key, stack)
        chosen = [kind for kind in KINDS if kind in kinds]
        nats = ClientOnDemand(parts.configuration.nats_url, name="netledger worker, telemetry")
        stack.push_async_callback(nats.close)
        services = _chosen(parts, _services(parts, nats), chosen)
        services["presence"] = Presence(
            parts.notes, parts.worker_id, ",".join(chosen), partial(parts.figures.now, chosen)
        ).run
        if any(kind in _NEED_NATS for kind in chosen):
            services["nats"] = partial(_run_connected, parts, chosen)
        await run_all(services)


def _chosen(parts: Parts, services: Services, kinds: Sequence[str]) -> Services:
    """Those to be run, each from when it finds the read models that it asks."""
    names = [projection.name for projection in projections()]

    async def once_they_are_made(service: Callable[[], Awaitable[None]]) -> None:
        await read_models_made(parts.pool.connection, names)
        await service()

    return {
        name: service if name in _NEED_NO_READ_MODELS else partial(once_they_are_made, service)
        for name, service in services.items()
        if name in kinds
    }


async def _run_connected(parts: Parts, kinds: Sequence[str]) -> None:
    """The services that need NATS begin once it is there; all others run without it."""
    client: Client = await connect_nats(parts.configuration.nats_url, name="netledger worker")
    try:
        await run_all(_chosen(parts, _connected_services(parts, client), kinds))
    finally:
        await client.close()


async def _open(configuration: Configuration, master_key: MasterKey, stack: AsyncExitStack) -> Parts:
    url = configuration.database_url
    pool = Connections(url, name="netledger worker", max_size=8)
    await stack.enter_async_context(pool)
    lease_pool = Connections(url, name="netledger worker, leases", min_size=1, max_size=3)
    await stack.enter_async_context(lease_pool)
    subjects = SubjectKeys(url, master_key)
    stack.callback(subjects.close)
    watch = PostgresPositionWatch(url)
    await watch.start()
    stack.push_async_callback(watch.stop)
    seals = LedgerSeals(master_key.derive("ledger"))
    bus = Ledger(LedgerApplication(url, seals, subjects), now=lambda: datetime.now(UTC))
    await bus.start()
    stack.push_async_callback(bus.stop)
    vault = PostgresVault(pool, master_key)
    return Parts(
        configuration=configuration,
        master_key=master_key,
        worker_id=f"{socket.gethostname()}-{os.getpid()}",
        pool=pool,
        lease_pool=lease_pool,
        watch=watch,
        seals=seals,
        bus=bus,
        events=PostgresEventLog(pool, subjects),
        leadership=PostgresLeadership(url),
        notes=PostgresWorkNotes(pool),
        vault=vault,
        secrets=AuditedSecrets(bus, vault),
        figures=FigureSources(),
    )


def _services(parts: Parts, nats: ClientOnDemand) -> Services:
    """Those that need the database alone."""
    url, connect = parts.configuration.database_url, parts.pool.connection
    return {
        "projector": ProjectionRunner(url, projections(), parts.events, parts.watch).run,
        "scheduler": Scheduler(parts.bus, connect, parts.leadership, jobs=_scheduled(parts)).run,
        "checkpoints": CheckpointSigner(url, parts.seals, parts.watch, now=lambda: datetime.now(UTC)).run,
        "alerts": alerts(
            parts.pool,
            bus=parts.bus,
            events=parts.events,
            watch=parts.watch,
            leadership=parts.leadership,
            vault=parts.vault,
        ),
        "poller": poller(
            parts.worker_id, parts.pool, parts.bus, parts.secrets, parts.notes, nats, parts.figures
        ).run,
        "receivers": receivers(
            parts.configuration, parts.worker_id, parts.pool, parts.secrets, parts.figures
        ).run,
        "customers": CutOffChanges(parts.bus, connect, parts.leadership, PostgresSessions(parts.pool)).run,
        "telemetry-upkeep": telemetry_upkeep(url, parts.pool, parts.leadership).run,
        "compliance": compliance_watch(
            parts.pool, parts.bus, parts.leadership, parts.watch, parts.master_key
        ).run,
    }


def _scheduled(parts: Parts) -> tuple[Job, ...]:
    """What the leader of the scheduler does now and then."""
    lost = LostTerminals(parts.bus, PostgresTerminalSigns(parts.pool))
    return (*config_schedule(parts.pool, parts.bus).jobs, *lost.jobs)


def _connected_services(parts: Parts, client: Client) -> Services:
    connect, bus, vault = parts.pool.connection, parts.bus, parts.vault
    router_key = parts.master_key.derive("router calls")
    routers = RouterService(
        parts.worker_id,
        connect=connect,
        leases=PostgresRouterLeases(parts.lease_pool),
        fleet=RouterOsFleet(),
        calls=RouterCallServer(client, router_key),
        secrets=parts.secrets,
        escapes=Escapes(connect, bus, parts.watch),
        sessions=PostgresSessions(parts.pool),
        sync=CustomerSync(parts.worker_id, connect=connect, bus=bus, vault=vault, watch=parts.watch),
    )

    async def connected() -> Client:
        return client

    calls = NatsRouterCalls(connected, router_key, local=routers.owned)
    sealed_events = PostgresEventLog(parts.pool, KeepSealed())  # what leaves for subscribers stays sealed
    services: Services = {
        "relay": Relay(sealed_events, parts.watch, LedgerPublisher(client), parts.leadership).run,
        "executor": _executor(parts, client, calls).run,
        "routers": partial(
            run_all,
            {"routers": routers.run, "router polls": router_polls(parts.pool, routers, connected).run},
        ),
        "detector": detector(parts.worker_id, parts.pool, bus, connected).run,
        "recorder": recorder(parts.worker_id, parts.pool, connected).run,
        "alerting": alerting(parts.worker_id, parts.pool, connected).run,
    }
    sent_on_to = parts.configuration.remote_write_url
    if sent_on_to:
        token = parts.configuration.remote_write_token
        sending = remote_write(sent_on_to, token, parts.pool, parts.leadership, connected)
        services["remote-write"] = sending.run
    return services


def _executor(parts: Parts, client: Client, calls: NatsRouterCalls) -> Executor:
    returns = RouterReturns(parts.pool.connection)
    changes = CustomerChanges(calls, returns)
    snmp = GufoSnmpReader(wanted)

    async def find_waiting(older_than_s: float, kinds: Sequence[str]) -> list[str]:
        async with parts.pool.connection() as conn:
            return await operations.waiting(conn, older_than_s=older_than_s, kinds=kinds)

    async def look(operation_ids: Sequence[str]) -> dict[str, operations.Standing]:
        async with parts.pool.connection() as conn:
            return await operations.standing(conn, operation_ids)

    discovery = Discovery(
        connect=parts.pool.connection,
        watch=parts.watch,
        events=parts.events,
        leadership=parts.leadership,
        notes=parts.notes,
        secrets=parts.secrets,
        snmp=snmp,
        icmp=EchoProber(),
        banner=TcpBannerProber(),
        resolver=SystemResolver(),
    )
    poll = Poll(
        connect=parts.pool.connection,
        watch=parts.watch,
        events=parts.events,
        leadership=parts.leadership,
        notes=parts.notes,
        secrets=parts.secrets,
        snmp=snmp,
    )
    configs = config_parts(parts.pool, parts.bus, parts.secrets, parts.master_key)
    return Executor(
        parts.worker_id,
        [
            discovery,
            poll,
            Isolation(changes),
            BulkIsolation(changes, CustomerBatches(calls), returns, parts.bus, parts.pool.connection),
            *secret_handlers(calls, returns, parts.vault),
            *telemetry_handlers(parts.pool),
            *config_handlers(
                configs, parts.pool, bus=parts.bus, vault=parts.vault, events=parts.events, watch=parts.watch
            ),
            Rebuild(partial(rebuild, parts.configuration.database_url, events=parts.events)),
        ],
        bus=parts.bus,
        events=parts.events,
        queue=JetStreamOperations(client),
        notes=parts.notes,
        progress=NatsProgress(client),
        find_waiting=find_waiting,
        look=look,
    )
