"""A whole Netledger without its HTTP side over the lab's routers, and the questions that tests ask it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from domain.customer import CUSTOMER, customer_id
from domain.customer_orders import ISOLATE_BULK, BulkItem, BulkOrder, IsolationOrder, isolation, plan_of
from domain.customer_state import Customer
from domain.operation import ENDED, OPERATION, CancelOperation, Operation, RequestOperation
from domain.router_isolation import IsolationMethod
from domain.settings import IsolationSettings
from lab.routeros.faults import Fault
from lab.routeros.router import SimulatedRouter
from tests.integration.routers.conftest import Site, until
from workers import main as workers
from workers.kinds import KINDS


class Plant:
    """`site` has the routers and the ledger; workers run in this process, as many as wanted."""

    def __init__(self, site: Site, configuration: Any, key: Any) -> None:
        self.site = site
        self.configuration = configuration
        self._key = key
        self.router_id = ""

    @contextlib.asynccontextmanager
    async def workers(self, *kinds: str) -> AsyncIterator[None]:
        task = asyncio.create_task(workers.run(self.configuration, self._key, kinds or KINDS))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=10)

    async def start(self, **plan: Any) -> None:
        (self.router_id,) = await self.site.start(**plan)

    @property
    def device(self) -> SimulatedRouter:
        return self.site.lab["127.65.70.1"]

    def secret(self, username: str) -> dict[str, str]:
        (row,) = self.device.execute_line("/ppp/secret/print", f"?name={username}").rows
        return {name: row[name] for name in ("profile", "disabled", "comment") if name in row}

    def online(self, username: str) -> list[dict[str, str]]:
        return list(self.device.execute_line("/ppp/active/print", f"?name={username}").rows)

    def fault(self, kind: Any, command: str, times: int = 1, **more: Any) -> None:
        self.device.faults.add(Fault(kind, command, times, **more))

    async def imported(self, count: int) -> None:
        async def all_there() -> bool:
            topics = [
                each.topic
                for each in await self.site.events.read(0, limit=10_000, topics=("customer.added.v1",))
            ]
            return len(topics) >= count

        await until(all_there)

    async def customer(self, username: str) -> Customer:
        return await self.site.ledger.state(CUSTOMER, customer_id(self.router_id, username))

    async def ask(
        self,
        username: str,
        *,
        isolated: bool = True,
        method: IsolationMethod = "disable",
        watch_s: float = 0.2,
        wait_s: float = 60,
    ) -> UUID | None:
        """The operation, or None where nothing was to be done."""
        order = IsolationOrder(
            router_id=self.router_id,
            username=username,
            isolated=isolated,
            plan=plan_of(IsolationSettings(), method),
            until=datetime.now(UTC) + timedelta(seconds=wait_s),
            watch_s=watch_s,
        )
        customer = await self.customer(username)
        ended = ""
        if customer.pending:
            operation = await self.site.ledger.state(OPERATION, UUID(customer.operation_id))
            ended = customer.operation_id if operation.state in ENDED else ""
        operation_id = uuid4()
        intents = isolation(customer, operation_id, order, ended=ended)
        if not intents:
            return None
        await self.site.ledger.execute(*intents, by=self.site.by)
        return operation_id

    async def ask_all(
        self,
        usernames: list[str],
        *,
        isolated: bool = True,
        method: IsolationMethod = "disable",
        wait_s: float = 60,
    ) -> UUID:
        order = BulkOrder(
            items=[
                BulkItem(router_id=self.router_id, username=each, isolated=isolated) for each in usernames
            ],
            plan=plan_of(IsolationSettings(), method),
            until=datetime.now(UTC) + timedelta(seconds=wait_s),
        )
        operation_id = uuid4()
        request = RequestOperation(kind=ISOLATE_BULK, params=msgspec.to_builtins(order))
        await self.site.ledger.execute(OPERATION.to(operation_id, request, new=True), by=self.site.by)
        return operation_id

    async def cancel(self, operation_id: UUID) -> None:
        await self.site.ledger.execute(OPERATION.to(operation_id, CancelOperation()), by=self.site.by)

    async def ended(self, operation_id: UUID | None, within_s: float = 30) -> Operation:
        assert operation_id is not None

        async def state() -> Operation | None:
            found = await self.site.ledger.state(OPERATION, operation_id)
            return found if found.state in ENDED else None

        found: Operation = await until(state, within_s=within_s)
        return found

    async def topics(self, username: str) -> list[str]:
        found = await self.site.events_of(str(customer_id(self.router_id, username)))
        return [topic.removeprefix("customer.").removesuffix(".v1") for topic in found]
