"""A whole Netledger without its HTTP side: database, NATS, workers in this process, and the questions tests ask it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
import nats
from psycopg.errors import OperationalError, UndefinedTable

from adapters.vault.master_key import MasterKey
from cli.console import Console, open_console
from cli.prepare import prepare_database
from domain.access import AnyAccess
from domain.configuration import Configuration
from domain.credential import CREDENTIAL, ReplaceSecret
from domain.discovery import DISCOVERY, StartDiscovery
from domain.event import Recorded
from domain.operation import ENDED, OPERATION, RequestOperation
from domain.settings import SETTINGS, SETTINGS_ID, ChangeSettings
from lab.credentials import store_credential
from projections import alerts, inventory_queries, operations
from projections.alerts import AlertRow
from projections.inventory_queries import DeviceDetail
from projections.operations import OperationRow
from workers import main as workers
from workers.kinds import KINDS
from workers.supervision import ended

QUIET = tuple(kind for kind in KINDS if kind != "poller")
"""All but the pollers, which judge devices by themselves: the echo requests of loopback are always answered."""
PATIENCE_S = 40.0


async def until(ready: Callable[[], Awaitable[Any]], patience_s: float = PATIENCE_S) -> Any:
    """The first true answer."""
    async with asyncio.timeout(patience_s):
        while not (answer := await ready()):  # noqa: ASYNC110  # what it waits for is in another process
            await asyncio.sleep(0.02)
        return answer


class Installation:
    """`console` appends and reads; `worker` runs any number of workers beside it."""

    def __init__(self, configuration: Configuration, key: MasterKey, console: Console) -> None:
        self.configuration = configuration
        self.key = key
        self.console = console

    @contextlib.asynccontextmanager
    async def worker(self, *kinds: str) -> AsyncIterator[None]:
        """Worker services in this process; by default all kinds."""
        running = asyncio.create_task(workers.run(self.configuration, self.key, kinds or QUIET))
        try:
            yield
        finally:
            await ended([running])

    async def credential(self, access: AnyAccess) -> str:
        """Stores it, and returns its new id."""
        console = self.console
        return await store_credential(
            access, access.id, bus=console.bus, vault=console.vault, by=console.by()
        )

    async def replace_secret(self, credential_id: str, secret: dict[str, str]) -> None:
        secret_id = await self.console.vault.put(msgspec.json.encode(secret), purpose="credential")
        shown = (await self.console.bus.state(CREDENTIAL, UUID(credential_id))).shown
        replace = ReplaceSecret(secret_id=secret_id, shown=shown)
        await self.console.bus.execute(CREDENTIAL.to(credential_id, replace), by=self.console.by())

    async def set(self, **changes: Any) -> None:
        """Settings of discovery, or with the section before a slash of another: `**{"telemetry/echoes": 0}`."""
        paths = {name if "/" in name else f"discovery/{name}": value for name, value in changes.items()}
        command = ChangeSettings(changes=paths)
        await self.console.bus.execute(SETTINGS.to(SETTINGS_ID, command), by=self.console.by())

    async def request(self, *targets: str, **more: Any) -> UUID:
        """Requests a discovery by SNMP (or by the given `probes`) and returns at once."""
        request = StartDiscovery(targets=list(targets), **{"probes": ("snmp",), **more})
        operation_id = uuid4()
        command = RequestOperation(kind=DISCOVERY, params=msgspec.to_builtins(request))
        outcome = await self.console.bus.execute(
            OPERATION.to(operation_id, command, new=True), by=self.console.by()
        )
        assert outcome.position
        return operation_id

    async def discover(self, *targets: str, **more: Any) -> OperationRow:
        """Waits until it has ended and the read models show what it did."""
        return await self.ended(await self.request(*targets, **more))

    async def ended(self, operation_id: UUID, patience_s: float = PATIENCE_S) -> OperationRow:
        async def row() -> OperationRow | None:
            found = await self.operation_or_none(operation_id)
            return found if found is not None and found.state in ENDED else None

        last: OperationRow = await until(row, patience_s)
        await self.settled()
        return last

    async def operation(self, operation_id: UUID) -> OperationRow:
        row = await self.operation_or_none(operation_id)
        assert row is not None
        return row

    async def operation_or_none(self, operation_id: UUID) -> OperationRow | None:
        """None while the read model does not show it, or cannot be asked."""
        try:
            async with self.console.pool.connection() as conn:
                return await operations.one(conn, str(operation_id))
        except (UndefinedTable, OperationalError):  # the projector has yet to make it; the database is away
            return None

    async def settled(self) -> int:
        """Waits until all read models have seen all events; the position."""
        head = await self.console.events.head()
        for name in ("accounts", "operations", "inventory", "alerts"):
            assert await self.console.watch.wait_for_projection(name, head, PATIENCE_S), name
        return head

    async def relayed(self, position: int) -> None:
        """Waits until the stream has it."""
        client = await nats.connect(self.configuration.nats_url)

        async def there() -> bool:
            try:
                return (await client.jetstream().stream_info("LEDGER")).state.last_seq >= position
            except (nats.errors.Error, TimeoutError):
                return False

        await until(there)
        await client.close()

    async def devices(self, site: str | None = None) -> list[DeviceDetail]:
        """All active ones."""
        await self.settled()
        async with self.console.pool.connection() as conn:
            rows = await inventory_queries.page(conn, limit=5_000, site=site)
            found = [await inventory_queries.one(conn, row.id) for row in rows]
        return [device for device in found if device is not None]

    async def device_at(self, address: str) -> DeviceDetail:
        (found,) = [each for each in await self.devices() if address in each.addresses]
        return found

    async def alerts(self, device_id: str) -> list[AlertRow]:
        await self.settled()
        async with self.console.pool.connection() as conn:
            return await alerts.find(conn, limit=100, device_id=device_id)

    async def events(self, *topics: str, after: int = 0) -> list[Recorded]:
        return [each async for each in self.console.events.stream(after, topics=topics)]

    async def neighbours(self, device_id: str) -> list[dict[str, Any]]:
        async with self.console.pool.connection() as conn:
            return await inventory_queries.neighbours(conn, device_id)

    async def interfaces(self, device_id: str) -> list[dict[str, Any]]:
        async with self.console.pool.connection() as conn:
            return await inventory_queries.interfaces_of(conn, device_id, limit=1_000)


@contextlib.asynccontextmanager
async def installation(configuration: Configuration, key: MasterKey) -> AsyncIterator[Installation]:
    await prepare_database(configuration.database_url)
    async with open_console(configuration, key) as console:
        yield Installation(configuration, key, console)


def topics(events: Sequence[Recorded]) -> list[str]:
    return [each.topic for each in events]
