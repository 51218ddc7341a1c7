"""Handler of operations on one customer: an isolation or a release."""

from datetime import timedelta
from typing import Any

import msgspec

from domain.aggregate import Intent, Outcome
from domain.customer_orders import ISOLATE, IsolationOrder
from domain.operation import OPERATION, FailOperation, StopOperation, SucceedOperation
from domain.router_isolation import Evidence
from workers.customer_change import CustomerChanges, Done, Order
from workers.operation import OperationCancelledError, OperationFailedError, Work

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
