"""Handler of operations on thousands of customers: routers side by side, the plain cases of each one together."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate, Intent, Outcome
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import RequestIsolation, RequestRelease
from domain.customer_orders import ISOLATE_BULK, BulkItem, BulkOrder
from domain.customer_state import Customer
from domain.errors import DomainError
from domain.ports import CommandBus
from domain.router_isolation import Evidence
from domain.router_ports import RouterError
from projections import customers
from workers.customer_batch import SIZE as BATCH
from workers.customer_batch import Batch, CustomerBatches, Member, fits
from workers.customer_change import FIRST_PAUSE_S, LOOK_UP_S, CustomerChanges, Done, Order
from workers.operation import OperationCancelledError, OperationFailedError, Work
from workers.router_returns import RouterReturns

Connect = Callable[[], AbstractAsyncContextManager[Any]]
S = TypeVar("S")
ROUTERS_AT_ONCE = 64
LOOKED_UP = 1_000
"""Customers asked of the read model together, at least."""
TRIES = 5
"""Of doing the customers of one router together, where it breaks off."""
TOLD_S = 0.5
FAILURES_TOLD = 1_000


class _Item(NamedTuple):
    id: UUID
    username: str
    isolated: bool
    known: Customer | None
    """As the read model has the customer, where it does."""


class _Routers:
    """The routers of an order, each with its customers, looked up for many routers at a time as their turn comes."""

    def __init__(self, items: Iterable[BulkItem], connect: Connect) -> None:
        self._waiting: dict[str, list[_Item]] = {}
        for each in items:
            key = customer_id(each.router_id, each.username)
            item = _Item(key, each.username, each.isolated, None)
            self._waiting.setdefault(each.router_id, []).append(item)
        self._connect = connect
        self._ready: deque[tuple[str, list[_Item]]] = deque()
        self._looking = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._ready)

    async def next(self) -> tuple[str, list[_Item]] | None:
        async with self._looking:
            if not self._ready and self._waiting:
                taken: dict[str, list[_Item]] = {}
                while self._waiting and sum(map(len, taken.values())) < LOOKED_UP:
                    router_id = next(iter(self._waiting))
                    taken[router_id] = self._waiting.pop(router_id)
                self._ready.extend((await self._looked_up(taken)).items())
            return self._ready.popleft() if self._ready else None

    async def again(self, router_id: str, items: list[_Item]) -> list[_Item]:
        """The same as the read model has them by now."""
        return (await self._looked_up({router_id: items}))[router_id]

    async def _looked_up(self, taken: Mapping[str, list[_Item]]) -> dict[str, list[_Item]]:
        ids = [item.id for items in taken.values() for item in items]
        async with self._connect() as conn:
            known = await customers.known(conn, ids)
        return {
            router_id: [item._replace(known=known.get(item.id)) for item in items]
            for router_id, items in taken.items()
        }


class BulkIsolation:
    """Handler of `customer.isolate_bulk` operations. Routers are worked on side by side, the customers of each one
    after the other; a router that is down holds up its own customers alone."""

    kind = ISOLATE_BULK

    def __init__(
        self,
        changes: CustomerChanges,
        batches: CustomerBatches,
        returns: RouterReturns,
        bus: CommandBus,
        connect: Connect,
    ) -> None:
        self._changes = changes
        self._batches = batches
        self._returns = returns
        self._bus = bus
        self._connect = connect

    async def run(self, work: Work) -> dict[str, Any]:
        async with work.aside():
            return await self._run(work)

    async def _run(self, work: Work) -> dict[str, Any]:
        asked = msgspec.convert(work.params, BulkOrder)
        bulk = _Bulk(work, self._bus, total=len(asked.items))
        routers = _Routers(asked.items, self._connect)
        telling = asyncio.create_task(bulk.keep_telling())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(ROUTERS_AT_ONCE, len(routers))):
                    group.create_task(self._work(bulk, asked, routers, group))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        await bulk.tell()
        return bulk.ending()

    async def _work(
        self, bulk: "_Bulk", asked: BulkOrder, routers: _Routers, group: asyncio.TaskGroup
    ) -> None:
        """One router after the other. What has to wait there, or to be done one by one, is done beside the others."""
        while (taken := await routers.next()) is not None:
            router_id, items = taken
            try:
                async with bulk.turns:
                    await self._together(bulk, asked, router_id, items)
            except RouterError as error:
                group.create_task(self._when_back(bulk, asked, routers, router_id, bulk.left(items), error))
            else:
                if rest := bulk.left(items):
                    group.create_task(self._one_by_one(bulk, asked, router_id, rest))

    async def _when_back(
        self,
        bulk: "_Bulk",
        asked: BulkOrder,
        routers: _Routers,
        router_id: str,
        items: list[_Item],
        error: RouterError,
    ) -> None:
        """Together again as often as that is promising; who cannot be waited for is told so one by one."""
        for _ in range(TRIES):
            for item in items:
                await bulk.waits(item.username, error.message)
            if not await self._is_back(bulk, asked, router_id):
                break
            try:
                async with bulk.turns:
                    await self._together(bulk, asked, router_id, await routers.again(router_id, items))
            except RouterError as another:
                error = another
            else:
                break
            items = bulk.left(items)
        await self._one_by_one(bulk, asked, router_id, bulk.left(items))

    async def _is_back(self, bulk: "_Bulk", asked: BulkOrder, router_id: str) -> bool:
        await asyncio.sleep(FIRST_PAUSE_S)
        while not bulk.cancelled and datetime.now(UTC) < asked.until:
            if await self._returns.wait(router_id, LOOK_UP_S):
                return True
        return False

    async def _one_by_one(
        self, bulk: "_Bulk", asked: BulkOrder, router_id: str, items: Sequence[_Item]
    ) -> None:
        for item in items:
            bulk.ended(await self._one(bulk, asked, router_id, item))

    async def _together(
        self, bulk: "_Bulk", asked: BulkOrder, router_id: str, items: Sequence[_Item]
    ) -> None:
        """The plain cases. Raises RouterError where the router cannot be worked with now."""
        operation_id = str(bulk.operation_id)
        for isolated in (True, False):
            plain = [
                Member(item.id, item.known)
                for item in items
                if item.isolated is isolated
                and item.known is not None
                and fits(item.known, operation_id, isolated=isolated)
            ]
            for start in range(0, len(plain), BATCH):
                if bulk.cancelled:
                    return
                members = plain[start : start + BATCH]
                bulk.begun.update(member.id for member in members)
                batch = Batch(
                    operation_id=operation_id,
                    router_id=router_id,
                    plan=asked.plan,
                    isolated=isolated,
                    members=members,
                )
                for key, each in (await self._batches.carry_out(batch, bulk)).items():
                    bulk.ended(each)
                    bulk.settled.add((key, isolated))

    async def _one(self, bulk: "_Bulk", asked: BulkOrder, router_id: str, item: _Item) -> Done:
        username, operation_id = item.username, str(bulk.operation_id)
        untouched = Done(
            username=username, state="untouched", code="CANCELLED", message="cancelled by request"
        )
        if bulk.cancelled and item.id not in bulk.begun:
            return untouched
        request = (
            RequestIsolation(operation_id=operation_id, method=asked.plan.method)
            if item.isolated
            else RequestRelease(operation_id=operation_id)
        )
        try:
            customer = await bulk.state(CUSTOMER, item.id)
            if customer.operation_id != operation_id:
                if bulk.cancelled:
                    return untouched
                outcome = await bulk.request(CUSTOMER.to(item.id, request))
                if not outcome.events:
                    return Done(username=username, state=customer.state)
            order = Order(
                operation_id=operation_id,
                router_id=router_id,
                username=username,
                isolated=item.isolated,
                plan=asked.plan,
                until=asked.until,
                watch_s=0.0,
                priority="bulk",
            )
            return await self._changes.carry_out(order, bulk)
        except DomainError as error:
            if error.code in ("SERVICE_UNAVAILABLE", "OPERATION_FENCED"):
                raise
            return Done(username=username, state="untouched", code=error.code, message=error.message)


class _Bulk:
    """Satisfies Ground for many customers. Their own events say which operation each follows, so that the operation
    itself need not be held for every one of them."""

    def __init__(self, work: Work, bus: CommandBus, *, total: int) -> None:
        self._work = work
        self._bus = bus
        self._total = total
        self._states: Counter[str] = Counter()
        self._failures: list[Done] = []
        self._changed = 0
        self._waiting: set[str] = set()
        self.operation_id = work.operation_id
        self.done = 0
        self.turns = asyncio.Semaphore(ROUTERS_AT_ONCE)
        self.begun: set[UUID] = set()
        """Customers of whom a batch may have begun something."""
        self.settled: set[tuple[UUID, bool]] = set()
        """Who was done together, and which way."""

    def left(self, items: Sequence[_Item]) -> list[_Item]:
        return [item for item in items if (item.id, item.isolated) not in self.settled]

    @property
    def cancelled(self) -> bool:
        return self._work.cancelled

    async def execute(self, *intents: Intent) -> Outcome:
        return await self._bus.execute(*intents, by=self._work.by)

    async def request(self, *intents: Intent) -> Outcome:
        """In the name of whoever asked for all of them, with the reason given for all."""
        requested = self._work.requested
        requester = msgspec.structs.replace(
            self._work.by, actor=requested.meta.actor, reason=requested.meta.reason
        )
        return await self._bus.execute(*intents, by=requester)

    async def conclude(self, order: Order, done: Done, *intents: Intent) -> Outcome:
        return await self.execute(*intents)

    async def state(self, aggregate: Aggregate[S], aggregate_id: UUID) -> S:
        return await self._bus.state(aggregate, aggregate_id)

    async def saw(self, username: str, evidence: list[Evidence]) -> None:
        self._waiting.discard(username)

    async def waits(self, username: str, why: str) -> None:
        self._waiting.add(username)

    async def lost(self, message: str, intent: Intent) -> None:
        await self.execute(intent)

    async def resumed(self) -> None:
        return

    def ended(self, done: Done) -> None:
        self.done += 1
        self._changed += done.changed
        self._states[done.state] += 1
        self._waiting.discard(done.username)
        if done.code or not done.effective:
            self._failures.append(done)

    def ending(self) -> dict[str, Any]:
        """The operation's result. Raises where it was cancelled, or where it failed for every customer."""
        if self.cancelled:
            raise OperationCancelledError(self._summary())
        if self._failures and len(self._failures) == self._total:
            first = self._failures[0]
            why = first.message or ", ".join(first.notes) or first.state
            raise OperationFailedError(
                "NO_CUSTOMER_CHANGED",
                f"it failed for each of {self._total} customers; for {first.username}: {why}",
                self._summary(),
            )
        return self._summary()

    def _summary(self) -> dict[str, Any]:
        """Each customer's own page has the rest."""
        return {
            "total": self._total,
            "changed": self._changed,
            "states": dict(self._states),
            "failed": len(self._failures),
            "failures": [msgspec.to_builtins(each) for each in self._failures[:FAILURES_TOLD]],
        }

    async def tell(self) -> None:
        detail = {"changed": self._changed, "failed": len(self._failures), "waiting": len(self._waiting)}
        await self._work.report(done=self.done, total=self._total, detail=detail)

    async def keep_telling(self) -> None:
        while True:
            await asyncio.sleep(TOLD_S)
            await self.tell()
