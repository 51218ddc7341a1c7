"""Puts a worker process together: the only place of this folder that names concrete adapters."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

from nats.aio.client import Client

from adapters.banner import TcpBannerProber
from adapters.connections import Connections
from adapters.icmp import EchoProber
from adapters.jetstream.connection import connect as connect_nats
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
from workers.customer_change import CustomerChanges
from workers.customer_sync import CustomerSync, CutOffChanges
from workers.customers import BulkIsolation, Isolation
from workers.discovery import Discovery
from workers.executor import Executor
from workers.kinds import KINDS
from workers.poll import Poll
from workers.presence import Presence
from workers.rebuild import Rebuild
from workers.relay import Relay
from workers.routers import RouterService
from workers.scheduler import Scheduler
from workers.secrets import secret_handlers
from workers.supervision import ended, keep_running


async def run(configuration: Configuration, master_key: MasterKey, kinds: Sequence[str] = KINDS) -> None:
    """Runs the services until cancelled, then ends them in order."""
    async with AsyncExitStack() as stack:
        services = await _compose(configuration, master_key, kinds, stack)
        tasks = [asyncio.create_task(keep_running(name, run), name=name) for name, run in services.items()]
        try:
            await asyncio.gather(*tasks)
        finally:
            await ended(tasks)


async def _compose(
    configuration: Configuration, master_key: MasterKey, kinds: Sequence[str], stack: AsyncExitStack
) -> dict[str, Callable[[], Awaitable[None]]]:
    url = configuration.database_url
    pool = Connections(url, name="netledger worker", max_size=8)
    await stack.enter_async_context(pool)
    subjects = SubjectKeys(url, master_key)
    stack.callback(subjects.close)
    watch = PostgresPositionWatch(url)
    await watch.start()
    stack.push_async_callback(watch.stop)
    seals = LedgerSeals(master_key.derive("ledger"))
    bus = Ledger(LedgerApplication(url, seals, subjects), now=lambda: datetime.now(UTC))
    await bus.start()
    stack.push_async_callback(bus.stop)
    client: Client = await connect_nats(configuration.nats_url, name="netledger worker")
    stack.push_async_callback(client.close)

    events = PostgresEventLog(pool, subjects)
    leadership = PostgresLeadership(url)
    notes = PostgresWorkNotes(pool)
    worker_id = f"{socket.gethostname()}-{os.getpid()}"
    vault = PostgresVault(pool, master_key)
    secrets = AuditedSecrets(bus, vault)
    snmp = GufoSnmpReader(wanted)

    async def find_waiting(older_than_s: float, kinds: Sequence[str]) -> list[str]:
        async with pool.connection() as conn:
            return await operations.waiting(conn, older_than_s=older_than_s, kinds=kinds)

    discovery = Discovery(
        connect=pool.connection,
        watch=watch,
        events=events,
        leadership=leadership,
        notes=notes,
        secrets=secrets,
        snmp=snmp,
        icmp=EchoProber(),
        banner=TcpBannerProber(),
        resolver=SystemResolver(),
    )
    poll = Poll(
        connect=pool.connection,
        watch=watch,
        events=events,
        leadership=leadership,
        notes=notes,
        secrets=secrets,
        snmp=snmp,
    )
    router_key = master_key.derive("router calls")
    routers = RouterService(
        worker_id,
        connect=pool.connection,
        leases=PostgresRouterLeases(pool),
        fleet=RouterOsFleet(),
        calls=RouterCallServer(client, router_key),
        secrets=secrets,
        sync=CustomerSync(worker_id, connect=pool.connection, bus=bus, vault=vault, watch=watch),
    )

    async def connected() -> Client:
        return client

    calls = NatsRouterCalls(connected, router_key, local=routers.owned)
    changes = CustomerChanges(calls)
    executor = Executor(
        worker_id,
        [
            discovery,
            poll,
            Isolation(changes),
            BulkIsolation(changes, bus),
            *secret_handlers(calls, vault),
            Rebuild(partial(rebuild, url, events=events)),
        ],
        bus=bus,
        events=events,
        queue=JetStreamOperations(client),
        notes=notes,
        progress=NatsProgress(client),
        find_waiting=find_waiting,
    )
    sealed_events = PostgresEventLog(pool, KeepSealed())  # what leaves for subscribers stays sealed
    services: dict[str, Callable[[], Awaitable[None]]] = {
        "projector": ProjectionRunner(url, projections(), events, watch).run,
        "relay": Relay(sealed_events, watch, LedgerPublisher(client), leadership).run,
        "executor": executor.run,
        "scheduler": Scheduler(bus, pool.connection, leadership).run,
        "checkpoints": CheckpointSigner(url, seals, watch, now=lambda: datetime.now(UTC)).run,
        "routers": routers.run,
        "customers": CutOffChanges(bus, pool.connection, leadership).run,
    }
    chosen = {name: run for name, run in services.items() if name in kinds}
    return {**chosen, "presence": Presence(notes, worker_id, ",".join(chosen)).run}
