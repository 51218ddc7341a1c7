"""Simulated routers under the care of real workers: PostgreSQL, NATS and the RouterOS API, each over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.embedded.nats import EmbeddedNats
from adapters.jetstream.connection import connect
from adapters.jetstream.router_call_server import RouterCallServer
from adapters.jetstream.router_calls import NatsRouterCalls
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from adapters.router_leases import PostgresRouterLeases
from adapters.routeros.dial import DialLimits
from adapters.routeros.fleet import RouterOsFleet
from adapters.routeros.link import LinkLimits
from adapters.vault.master_key import MasterKey
from adapters.vault.opener import AuditedSecrets
from adapters.vault.vault import PostgresVault
from domain.configuration import Configuration
from domain.credential import CREDENTIAL, CreateCredential
from domain.customer import customer_id
from domain.device import DEVICE
from domain.device_commands import AddDevice
from domain.event import Attribution, Recorded
from lab.routeros.fleet import FleetPlan, LabFleet
from projections import operations, routers
from projections.catalogue import projections
from projections.operations import OperationRow
from projections.routers import RouterRow
from projections.runner import ProjectionRunner
from tests.own_nats import own_nats
from workers.routers import RouterService

PATIENCE_S = 40.0
QUICK = LinkLimits(dial=DialLimits(1.0, 1.0, 1.0), backoff_cap_s=0.1, flapping_cap_s=0.1, refused_retry_s=0.3)


async def until(ready: Callable[[], Awaitable[Any]], *, within_s: float = PATIENCE_S) -> Any:
    """The first true answer."""
    async with asyncio.timeout(within_s):
        while not (answer := await ready()):  # noqa: ASYNC110 - what is waited for has no event to wait on
            await asyncio.sleep(0.02)
        return answer


class Site:
    """Routers of the lab in an inventory, and as many workers as a test wants."""

    def __init__(
        self,
        ledger: Ledger,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        events: PostgresEventLog,
        watch: PostgresPositionWatch,
        client: Client,
        key: MasterKey,
        by: Attribution,
    ) -> None:
        self.ledger = ledger
        self.pool = pool
        self.events = events
        self.watch = watch
        self.client = client
        self.key = key.derive("router calls")
        self.vault = PostgresVault(pool, key)
        self.by = by
        self.calls = NatsRouterCalls(self._connected, self.key)
        self.lab: LabFleet
        self.credential_id = ""

    async def _connected(self) -> Client:
        return self.client

    async def start(self, count: int = 1, **plan: Any) -> list[str]:
        """The ids of the routers, in the order of their addresses."""
        self.lab = LabFleet(FleetPlan(network="127.65.70.0/24", count=count, **{"redial_s": 0.02, **plan}))
        await self.lab.start()
        self.credential_id = await self.credential()
        return [await self.device(address) for address in self.lab.servers]

    async def credential(self, *, name: str = "lab", password: str = "lab") -> str:  # noqa: S107 - the lab's own
        secret_id = await self.vault.put(msgspec.json.encode({"password": password}), purpose="credential")
        credential_id = uuid4()
        create = CreateCredential(
            name=name,
            kind="routeros",
            port=self.lab.port,
            shown={"username": "admin", "tls": False},
            secret_id=secret_id,
        )
        await self.ledger.execute(CREDENTIAL.to(credential_id, create, new=True), by=self.by)
        return str(credential_id)

    async def device(self, address: str, *credential_ids: str) -> str:
        device_id = uuid4()
        add = AddDevice(address=address, credential_ids=credential_ids or (self.credential_id,))
        outcome = await self.ledger.execute(DEVICE.to(device_id, add, new=True), by=self.by)
        assert await self.watch.wait_for_projection("inventory", outcome.position, PATIENCE_S)
        return str(device_id)

    def service(self, name: str, connect: Any = None) -> RouterService:
        return RouterService(
            name,
            connect=connect or self.pool.connection,
            leases=PostgresRouterLeases(self.pool),
            fleet=RouterOsFleet(limits=QUICK, random=Random(1)),
            calls=RouterCallServer(self.client, self.key),
            secrets=AuditedSecrets(self.ledger, self.vault),
        )

    @contextlib.asynccontextmanager
    async def worker(self, name: str = "w1") -> AsyncIterator[RouterService]:
        service = self.service(name)
        async with running(service.run()):
            yield service

    async def rows(self) -> list[RouterRow]:
        async with self.pool.connection() as conn:
            return await routers.listed(conn, limit=500)

    async def connected(self, count: int) -> list[RouterRow]:
        async def all_connected() -> list[RouterRow]:
            rows = [row for row in await self.rows() if row.connection == "connected"]
            return rows if len(rows) == count else []

        found: list[RouterRow] = await until(all_connected)
        return found

    async def operations(self, **wanted: Any) -> list[OperationRow]:
        async with self.pool.connection() as conn:
            return await operations.find(conn, **wanted)

    async def operations_in(self, state: str, count: int) -> bool:
        await asyncio.sleep(0.2)  # counting is work, too
        async with self.pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT count(*) FROM operations.operations WHERE state = %s", (state,)
            )
            return (await cursor.fetchone())[0] == count

    async def events_of_customer(self, router_id: str, username: str) -> Sequence[Recorded]:
        return await self.events.of_aggregate(customer_id(router_id, username))

    async def events_of(self, aggregate_id: str) -> list[str]:
        return [each.topic for each in await self.events.of_aggregate(UUID(aggregate_id))]


@contextlib.asynccontextmanager
async def running(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def nats_client(nats_server: EmbeddedNats) -> AsyncIterator[Client]:
    client = await connect(nats_server.url, name="test")
    yield client
    await client.close()


@pytest.fixture
async def site(
    ledger: Ledger,
    database: str,
    pool: AsyncConnectionPool[AsyncConnection[Any]],
    event_log: PostgresEventLog,
    watch: PostgresPositionWatch,
    nats_client: Client,
    master_key: MasterKey,
    engineer: Attribution,
) -> AsyncIterator[Site]:
    site = Site(ledger, pool, event_log, watch, nats_client, master_key, engineer)
    runner = ProjectionRunner(database, projections(), event_log, watch)
    async with running(runner.run()):
        yield site
        await site.lab.stop()


@pytest.fixture
def broker() -> Iterator[EmbeddedNats]:
    """A NATS of this test alone, since the stream LEDGER belongs to one ledger."""
    with own_nats() as server:
        yield server


@pytest.fixture
async def plant(
    ledger: Ledger,
    database: str,
    pool: AsyncConnectionPool[AsyncConnection[Any]],
    event_log: PostgresEventLog,
    watch: PostgresPositionWatch,
    broker: EmbeddedNats,
    master_key: MasterKey,
    engineer: Attribution,
    tmp_path: Path,
) -> AsyncIterator[Any]:
    from tests.integration.routers.plant import Plant

    client = await connect(broker.url, name="test")
    configuration = Configuration(data_dir=tmp_path, database_url=database, nats_url=broker.url)
    site = Site(ledger, pool, event_log, watch, client, master_key, engineer)
    plant = Plant(site, configuration, master_key)
    async with plant.workers("projector"):
        yield plant
    await site.lab.stop()
    await client.close()
