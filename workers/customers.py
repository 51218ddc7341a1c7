"""Handlers of operations on customers: one isolation or release, and thousands of them as one operation."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate, Intent, Outcome
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import RequestIsolation, RequestRelease
from domain.customer_orders import ISOLATE, ISOLATE_BULK, BulkOrder, IsolationOrder
from domain.errors import DomainError
from domain.operation import OPERATION, FailOperation, StopOperation, SucceedOperation
from domain.ports import CommandBus
from domain.router_ports import Evidence
from projections import customers
from workers.customer_batch import SIZE as BATCH
from workers.customer_batch import Batch, CustomerBatches, fits
from workers.customer_change import CustomerChanges, Done, Order
from workers.operation import OperationCancelledError, OperationFailedError, Work

Connect = Callable[[], AbstractAsyncContextManager[Any]]
S = TypeVar("S")
ROUTERS_AT_ONCE = 64
TOLD_S = 0.5
FAILURES_TOLD = 1_000
_A_DAY = timedelta(days=1)


class Isolation:
    """Handler of `customer.isolate` operations: one customer, either way."""

    kind = ISOLATE

    def __init__(self, changes: CustomerChanges) -> None:
        self._changes = changes

    async def run(self, work: Work) -> dict[str, Any]:
        asked = msgspec.convert(work.params, IsolationOrder)
        order = Order(
            operation_id=str(work.operation_id),
            router_id=asked.router_id,
            username=asked.username,
            isolated=asked.isolated,
            plan=asked.plan,
            until=asked.until or work.requested.meta.occurred_at + _A_DAY,
            watch_s=asked.watch_s,
        )
        async with work.aside():
            done = await self._changes.carry_out(order, _Watched(work))
        match _ending(order, done, work.attempt):
            case StopOperation(result=result):
                raise OperationCancelledError(result)
            case FailOperation(code=code, message=message, result=result):
                raise OperationFailedError(code, message, result)
            case SucceedOperation(result=result):
                return result


def _ending(order: Order, done: Done, attempt: int) -> SucceedOperation | FailOperation | StopOperation:
    """What the operation's outcome is when this became of its customer."""
    result = msgspec.to_builtins(done)
    if done.code == "CANCELLED":
        return StopOperation(attempt=attempt, result=result)
    if done.code:
        return FailOperation(attempt=attempt, code=done.code, message=done.message, result=result)
    if order.isolated and not done.effective:
        why = "; ".join(done.notes) or "the session is still unrestricted"
        return FailOperation(attempt=attempt, code="ISOLATION_NOT_EFFECTIVE", message=why, result=result)
    return SucceedOperation(attempt=attempt, result=result)


class _Watched:
    """Satisfies Ground for an operation on one customer: every step is told to whoever watches."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.state = work.state
        self.execute = work.execute
        self.resumed = work.resume

    @property
    def cancelled(self) -> bool:
        return self._work.cancelled

    async def conclude(self, order: Order, done: Done, *intents: Intent) -> Outcome:
        work = self._work
        if (await work.state(OPERATION, work.operation_id)).state == "outcome_unknown":
            await work.resume()
        ending = OPERATION.to(work.operation_id, _ending(order, done, work.attempt))
        return await work.execute(*intents, ending)

    async def saw(self, username: str, evidence: list[Evidence]) -> None:
        steps = [msgspec.to_builtins(each) for each in evidence]
        await self._work.report(done=0, total=1, detail={"steps": steps})

    async def waits(self, username: str, why: str) -> None:
        await self._work.report(done=0, total=1, detail={"waiting": why})

    async def lost(self, message: str, intent: Intent) -> None:
        await self._work.lose(message, intent)


class BulkIsolation:
    """Handler of `customer.isolate_bulk` operations. Routers are worked on side by side, the customers of each one
    after the other; a router that is down holds up its own customers alone."""

    kind = ISOLATE_BULK

    def __init__(
        self, changes: CustomerChanges, batches: CustomerBatches, bus: CommandBus, connect: Connect
    ) -> None:
        self._changes = changes
        self._batches = batches
        self._bus = bus
        self._connect = connect

    async def run(self, work: Work) -> dict[str, Any]:
        async with work.aside():
            return await self._run(work)

    async def _run(self, work: Work) -> dict[str, Any]:
        asked = msgspec.convert(work.params, BulkOrder)
        bulk = _Bulk(work, self._bus, total=len(asked.items))
        by_router: dict[str, list[tuple[str, bool]]] = {}
        for item in asked.items:
            by_router.setdefault(item.router_id, []).append((item.username, item.isolated))
        waiting = iter(by_router.items())
        telling = asyncio.create_task(bulk.keep_telling())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(ROUTERS_AT_ONCE, len(by_router))):
                    group.create_task(self._routers(bulk, asked, waiting, group))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        await bulk.tell()
        if work.cancelled:
            raise OperationCancelledError(bulk.summary())
        return bulk.summary()

    async def _routers(
        self,
        bulk: "_Bulk",
        asked: BulkOrder,
        waiting: Iterator[tuple[str, list[tuple[str, bool]]]],
        group: asyncio.TaskGroup,
    ) -> None:
        """One router after the other. Whoever cannot be done together may have to wait, and is done beside the others."""
        for router_id, users in waiting:
            together = await self._together(bulk, asked, router_id, users)
            rest = [user for user in users if user not in together]
            if rest:
                group.create_task(self._one_by_one(bulk, asked, router_id, rest))

    async def _one_by_one(
        self, bulk: "_Bulk", asked: BulkOrder, router_id: str, users: Sequence[tuple[str, bool]]
    ) -> None:
        for username, isolated in users:
            bulk.ended(await self._one(bulk, asked, router_id, username, isolated=isolated))

    async def _together(
        self, bulk: "_Bulk", asked: BulkOrder, router_id: str, users: Sequence[tuple[str, bool]]
    ) -> set[tuple[str, bool]]:
        """Those who are done after the plain cases were done together."""
        async with self._connect() as conn:
            names = [username for username, _ in users if "\0" not in username]  # PostgreSQL knows none such
            known = await customers.on_router(conn, router_id, names)
        done: set[tuple[str, bool]] = set()
        for isolated in (True, False):
            plain = [
                known[name]
                for name, wanted in users
                if wanted is isolated and fits(known.get(name), asked.plan, isolated=isolated)
            ]
            for start in range(0, len(plain), BATCH):
                if bulk.cancelled:
                    return done
                batch = Batch(
                    operation_id=str(bulk.operation_id),
                    router_id=router_id,
                    plan=asked.plan,
                    isolated=isolated,
                    customers=plain[start : start + BATCH],
                )
                for name, each in (await self._batches.carry_out(batch, bulk)).items():
                    bulk.ended(each)
                    done.add((name, isolated))
        return done

    async def _one(
        self, bulk: "_Bulk", asked: BulkOrder, router_id: str, username: str, *, isolated: bool
    ) -> Done:
        if bulk.cancelled:
            return Done(
                username=username, state="untouched", code="CANCELLED", message="cancelled by request"
            )
        operation_id = str(bulk.operation_id)
        request = (
            RequestIsolation(operation_id=operation_id, method=asked.plan.method)
            if isolated
            else RequestRelease(operation_id=operation_id)
        )
        try:
            customer = await bulk.state(CUSTOMER, customer_id(router_id, username))
            if customer.operation_id != operation_id:
                outcome = await bulk.request(CUSTOMER.to(customer_id(router_id, username), request))
                if not outcome.events:
                    return Done(username=username, state=customer.state)
            order = Order(
                operation_id=operation_id,
                router_id=router_id,
                username=username,
                isolated=isolated,
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

    def summary(self) -> dict[str, Any]:
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
