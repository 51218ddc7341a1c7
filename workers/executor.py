"""Takes requested operations, one worker each, and appends their outcome; follows workers that died on the way."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from domain.aggregate import caused_by
from domain.errors import DomainError, Unavailable
from domain.event import Actor, Attribution
from domain.operation import (
    ENDED,
    OPERATION,
    FailOperation,
    StartOperation,
    StopOperation,
    SucceedOperation,
)
from domain.ports import CommandBus, Delivery, EventLog, OperationQueue, ProgressBus, WorkNotes
from workers.operation import Handler, OperationCancelledError, OperationFailedError, Work, by_kind

BEAT_S = 2.0
SILENCE_S = 8.0
"""After so long without a sign of life an operation's worker counts as dead, and another takes over."""
_SWEEP_S = 5.0
MAX_ATTEMPTS = 5
log = structlog.get_logger(__name__)

FindWaiting = Callable[[float, Sequence[str]], Awaitable[list[str]]]


class Executor:
    """Works on up to `parallel` operations at a time. The ledger's attempt number is the fence: a worker that was
    taken for dead can append nothing more."""

    def __init__(
        self,
        worker_id: str,
        handlers: Sequence[Handler],
        *,
        bus: CommandBus,
        events: EventLog,
        queue: OperationQueue,
        notes: WorkNotes,
        progress: ProgressBus,
        find_waiting: FindWaiting,
        parallel: int = 16,
    ) -> None:
        self._worker_id = worker_id
        self._handlers = by_kind(handlers)
        self._bus = bus
        self._events = events
        self._queue = queue
        self._notes = notes
        self._progress = progress
        self._find_waiting = find_waiting
        self._free = asyncio.Semaphore(parallel)
        self._running: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled; then what runs is left to others, who go on from its last notes."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._take_from_queue())
                group.create_task(self._take_the_forgotten())
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _take_from_queue(self) -> None:
        while True:
            async with self._free:
                delivery = await self._queue.take(1.0)
            if delivery is None:
                await asyncio.sleep(0.05)
            else:
                self._begin(delivery.operation_id, delivery)

    async def _take_the_forgotten(self) -> None:
        """Whatever the stream lost: requested and taken by nobody, or running without a sign of life."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            with contextlib.suppress(Exception):  # the database is away: the next round finds them
                for operation_id in await self._find_waiting(SILENCE_S, list(self._handlers)):
                    self._begin(UUID(operation_id), None)

    def _begin(self, operation_id: UUID, delivery: Delivery | None) -> None:
        if operation_id in self._running:
            return
        task = asyncio.create_task(self._hold(operation_id, delivery), name=f"operation-{operation_id}")
        self._running[operation_id] = task
        task.add_done_callback(lambda _: self._running.pop(operation_id, None))

    async def _hold(self, operation_id: UUID, delivery: Delivery | None) -> None:
        async with self._free:
            try:
                await self._work(operation_id, delivery)
                if delivery is not None:
                    await delivery.done()
            except asyncio.CancelledError:
                if delivery is not None:
                    await delivery.release()
                raise
            except DomainError as error:
                log.info("operation left", operation=str(operation_id), code=error.code, why=error.message)
                if delivery is not None:
                    await (delivery.release() if isinstance(error, Unavailable) else delivery.done())

    async def _work(self, operation_id: UUID, delivery: Delivery | None) -> None:
        state = await self._bus.state(OPERATION, operation_id)
        handler = self._handlers.get(state.kind)
        if state.state in ENDED or state.state == "absent" or handler is None:
            return
        if state.state == "running" and not await self._is_orphaned(operation_id):
            return
        attempt = state.attempt + 1
        by = await self._attribution(operation_id)
        await self._bus.execute(
            OPERATION.to(operation_id, StartOperation(attempt=attempt, worker=self._worker_id)), by=by
        )
        earlier = await self._notes.start(operation_id, attempt)
        work = Work(
            operation_id,
            attempt,
            state,
            by,
            bus=self._bus,
            notes=self._notes,
            progress=self._progress,
            earlier=earlier,
        )
        if attempt > MAX_ATTEMPTS:
            await self._fail(work, "ATTEMPTS_EXHAUSTED", f"{MAX_ATTEMPTS} workers died or gave up on it")
            return
        await self._attempt(handler, work, delivery)

    async def _attempt(self, handler: Handler, work: Work, delivery: Delivery | None) -> None:
        beating = asyncio.create_task(self._beat(work, delivery))
        try:
            result = await handler.run(work)
            command = SucceedOperation(attempt=work.attempt, result=result)
            await work.execute(OPERATION.to(work.operation_id, command))
        except OperationCancelledError as stopped:
            await work.execute(
                OPERATION.to(work.operation_id, StopOperation(attempt=work.attempt, result=stopped.result))
            )
        except OperationFailedError as failed:
            await self._fail(work, failed.code, str(failed), failed.result)
        except DomainError as error:
            if isinstance(error, Unavailable) or error.code == "OPERATION_FENCED":
                raise
            await self._fail(work, error.code, error.message)
        except Exception as error:  # a fault of ours must end the operation, visibly, not loop for ever
            log.error("operation crashed", operation=str(work.operation_id), exc_info=error)
            await self._fail(work, "INTERNAL_ERROR", f"an unexpected {type(error).__name__} stopped it")
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _fail(
        self, work: Work, code: str, message: str, result: dict[str, object] | None = None
    ) -> None:
        command = FailOperation(attempt=work.attempt, code=code, message=message, result=result or {})
        await work.execute(OPERATION.to(work.operation_id, command))

    async def _beat(self, work: Work, delivery: Delivery | None) -> None:
        while True:
            try:
                if delivery is not None:
                    await delivery.alive()
                await self._notes.beat(work.operation_id)
                await work.look_for_cancellation()
            except Exception as error:  # an outage must not stop the beating that follows it
                log.warning("no sign of life given", operation=str(work.operation_id), error=repr(error))
            await asyncio.sleep(BEAT_S)

    async def _is_orphaned(self, operation_id: UUID) -> bool:
        silent = await self._notes.silent_for_s(operation_id)
        return silent is None or silent > SILENCE_S

    async def _attribution(self, operation_id: UUID) -> Attribution:
        """The worker acts because of the request, whose correlation everything that follows shares."""
        (requested, *_) = await self._events.of_aggregate(operation_id)
        worker = Attribution(
            actor=Actor("worker", self._worker_id, self._worker_id), correlation_id=str(operation_id)
        )
        return caused_by(requested, worker)
