"""What a handler of one kind of operation gets: its parameters, its progress, and the way to append what it did."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.aggregate import Aggregate, Intent, Outcome
from domain.event import Attribution, Recorded
from domain.operation import OPERATION, HoldOperation, LoseOutcome, Operation, StartOperation
from domain.ports import CommandBus, ProgressBus, WorkNotes

CHECKPOINT = "checkpoint"
"""The part of the notes that is for the next attempt alone."""

S = TypeVar("S")


class OperationCancelledError(Exception):
    """The handler stopped because somebody asked it to; `result` is what it had done by then."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__("cancelled")
        self.result = result


class OperationFailedError(Exception):
    """The handler could not do it; the code is for machines, the message for people."""

    def __init__(self, code: str, message: str, result: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.result = result or {}


class Work:
    """One attempt at one operation."""

    def __init__(
        self,
        operation_id: UUID,
        attempt: int,
        operation: Operation,
        by: Attribution,
        *,
        requested: Recorded,
        bus: CommandBus,
        notes: WorkNotes,
        progress: ProgressBus,
        earlier: dict[str, Any],
        aside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self.operation_id = operation_id
        self.attempt = attempt
        self.params = operation.params
        self.device_id = operation.device_id
        self.by = by
        self.requested = requested
        self.earlier = earlier
        """The notes made before, by this attempt or the last, to go on from."""
        self._bus = bus
        self._notes = notes
        self._progress = progress
        self._aside = aside
        self._cancelled = asyncio.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    async def execute(self, *intents: Intent) -> Outcome:
        """Appends in the name of whoever requested the operation, all of it or nothing; refused with OPERATION_FENCED
        once another worker has taken over."""
        hold = OPERATION.to(self.operation_id, HoldOperation(attempt=self.attempt))
        return await self._bus.execute(hold, *intents, by=self.by)

    async def lose(self, message: str, *intents: Intent) -> None:
        """Nobody knows whether the device did what it was sent. `resume` goes on once that can be found out."""
        lose = OPERATION.to(self.operation_id, LoseOutcome(attempt=self.attempt, message=message))
        await self.execute(lose, *intents)

    async def resume(self) -> None:
        """A new attempt by this same worker, after `lose`."""
        if (await self._bus.state(OPERATION, self.operation_id)).state != "outcome_unknown":
            return
        self.attempt += 1  # first, so that a sign of life in between does not take us for another worker
        try:
            start = StartOperation(attempt=self.attempt, worker=self.by.actor.id)
            outcome = await self._bus.execute(OPERATION.to(self.operation_id, start), by=self.by)
        except BaseException:
            self.attempt -= 1
            raise
        self.started = outcome.position
        await self._notes.start(self.operation_id, self.attempt)

    async def state(self, aggregate: Aggregate[S], aggregate_id: UUID) -> S:
        return await self._bus.state(aggregate, aggregate_id)

    async def report(self, *, done: int, total: int, detail: dict[str, Any]) -> None:
        """Notes how far it is and tells who watches."""
        await self._notes.save(self.operation_id, self.attempt, done=done, total=total, detail=detail)
        shown = {name: value for name, value in detail.items() if name != CHECKPOINT}
        await self._progress.publish(self.operation_id, {"done": done, "total": total, **shown})

    def cancel(self) -> None:
        """Somebody asked for the end; the handler stops at its next step."""
        self._cancelled.set()

    def aside(self) -> AbstractAsyncContextManager[None]:
        """Waiting for devices goes on beside the worker's places, so that any number that wait hold up nobody."""
        return self._aside()


class Handler(Protocol):
    """Carries out one kind of operation. Run again after a crash, it finishes what is left."""

    @property
    def kind(self) -> str: ...

    async def run(self, work: Work) -> dict[str, Any]:
        """The result. Raises OperationFailedError or OperationCancelledError, and Unavailable where it may be run again
        once what it stands on is back; anything else is a fault of ours."""
        ...


def by_kind(handlers: Sequence[Handler]) -> dict[str, Handler]:
    return {handler.kind: handler for handler in handlers}
