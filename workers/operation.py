"""What a handler of one kind of operation gets: its parameters, its progress, and the way to append what it did."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from domain.aggregate import Intent, Outcome
from domain.event import Attribution
from domain.operation import OPERATION, Operation
from domain.ports import CommandBus, ProgressBus, WorkNotes


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
        bus: CommandBus,
        notes: WorkNotes,
        progress: ProgressBus,
        earlier: dict[str, Any],
    ) -> None:
        self.operation_id = operation_id
        self.attempt = attempt
        self.params = operation.params
        self.device_id = operation.device_id
        self.by = by
        self.earlier = earlier
        """The notes of the attempt before, to go on from."""
        self._bus = bus
        self._notes = notes
        self._progress = progress
        self._cancelled = asyncio.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    async def execute(self, *intents: Intent) -> Outcome:
        """Appends in the name of whoever requested the operation."""
        return await self._bus.execute(*intents, by=self.by)

    async def report(self, *, done: int, total: int, detail: dict[str, Any]) -> None:
        """Notes how far it is and tells who watches."""
        await self._notes.save(self.operation_id, done=done, total=total, detail=detail)
        shown = {name: value for name, value in detail.items() if name != "checkpoint"}
        await self._progress.publish(self.operation_id, {"done": done, "total": total, **shown})

    async def look_for_cancellation(self) -> None:
        state = await self._bus.state(OPERATION, self.operation_id)
        if state.cancelling:
            self._cancelled.set()


class Handler(Protocol):
    """Carries out one kind of operation. Run again after a crash, it finishes what is left."""

    @property
    def kind(self) -> str: ...

    async def run(self, work: Work) -> dict[str, Any]:
        """The result. Raises OperationFailedError or OperationCancelledError; anything else is a fault of ours."""
        ...


def by_kind(handlers: Sequence[Handler]) -> dict[str, Handler]:
    return {handler.kind: handler for handler in handlers}
