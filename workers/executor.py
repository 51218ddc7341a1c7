"""Takes requested operations, one worker each, and appends their outcome; follows workers that died on the way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog

from domain.aggregate import caused_by
from domain.errors import DomainError, Unavailable
from domain.event import Actor, Attribution, Command
from domain.operation import (
    ENDED,
    OPERATION,
    FailOperation,
    StartOperation,
    StopOperation,
    SucceedOperation,
)
from domain.ports import CommandBus, Delivery, EventLog, OperationQueue, ProgressBus, WorkNotes
from projections.operations import Standing
from workers.operation import Handler, OperationCancelledError, OperationFailedError, Work, by_kind
from workers.supervision import ended

BEAT_S = 1.5
SILENCE_S = 6.0
"""After so long without a sign of life an operation's worker counts as dead, and another takes over."""
_SWEEP_S = 2.0
MAX_ATTEMPTS = 5
_OUTAGES = 20
"""Outages that one attempt sits out."""
_OUTAGE_PAUSE_S = 1.0
_LONGEST_OUTAGE_S = 600.0
"""How long an attempt waits for the database to come back before it leaves the operation to whoever finds it."""
log = structlog.get_logger(__name__)

FindWaiting = Callable[[float, Sequence[str]], Awaitable[list[str]]]
Look = Callable[[Sequence[str]], Awaitable[Mapping[str, Standing]]]


class _Fenced(Exception):
    """Another worker has taken the operation over."""


class _Place:
    """What an operation takes up of a worker: one of its places, and the message that asked for it."""

    def __init__(self, free: asyncio.Semaphore, delivery: Delivery | None) -> None:
        self._free = free
        self._delivery = delivery
        self._taken = False

    async def take(self) -> None:
        await self._free.acquire()
        self._taken = True

    async def alive(self) -> None:
        if self._delivery is not None:
            await self._delivery.alive()

    async def leave(self, *, to_others: bool) -> None:
        """For good."""
        if self._taken:
            self._taken = False
            self._free.release()
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            await (delivery.release() if to_others else delivery.done())

    @contextlib.asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Without the place, and without the message, of which NATS hands out a limited number at a time. Should this
        worker die, the operation's silence brings another."""
        if not self._taken:
            yield
            return
        await self.leave(to_others=False)
        yield
        await self.take()


class _Attempt:
    """One that runs here."""

    def __init__(self, work: Work, place: _Place) -> None:
        self.work = work
        self.place = place
        self.overtaken = asyncio.Event()

    def hear(self, standing: Standing) -> None:
        if standing.cancelling:
            self.work.cancel()
        if standing.attempt > self.work.attempt:
            self.overtaken.set()


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
        look: Look,
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
        self._look = look
        self._free = asyncio.Semaphore(parallel)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._attempts: dict[UUID, _Attempt] = {}

    async def run(self) -> None:
        """Until cancelled; then what runs is left to others, who go on from its last notes."""
        services = (self._take_from_queue, self._take_the_forgotten, self._keep_beating)
        taking = [asyncio.create_task(service()) for service in services]
        try:
            await asyncio.gather(*taking)
        finally:
            await ended([*taking, *self._running.values()])

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
            try:
                waiting = await self._find_waiting(SILENCE_S, list(self._handlers))
            except Exception as error:  # the database is away, or has no such read model yet
                log.debug("no look for forgotten operations", error=repr(error))
                continue
            for operation_id in waiting:
                self._begin(UUID(operation_id), None)

    def _begin(self, operation_id: UUID, delivery: Delivery | None) -> None:
        if operation_id in self._running:
            return
        task = asyncio.create_task(self._hold(operation_id, delivery), name=f"operation-{operation_id}")
        self._running[operation_id] = task
        task.add_done_callback(lambda _: self._running.pop(operation_id, None))

    async def _hold(self, operation_id: UUID, delivery: Delivery | None) -> None:
        place = _Place(self._free, delivery)
        release = False
        try:
            await place.take()
            await self._work(operation_id, place)
        except asyncio.CancelledError:
            release = True
            raise
        except DomainError as error:
            release = isinstance(error, Unavailable)
            log.info("operation left", operation=str(operation_id), code=error.code, why=error.message)
        except _Fenced:
            log.warning("operation taken over by another worker", operation=str(operation_id))
        finally:
            await place.leave(to_others=release)

    async def _work(self, operation_id: UUID, place: _Place) -> None:
        state = await self._bus.state(OPERATION, operation_id)
        handler = self._handlers.get(state.kind)
        if state.state in ENDED or state.state == "absent" or state.held or handler is None:
            return
        if state.state in ("running", "outcome_unknown") and not await self._is_orphaned(operation_id):
            return
        attempt = state.attempt + 1
        (requested, *_) = await self._events.of_aggregate(operation_id)
        worker = Actor("worker", self._worker_id, self._worker_id)
        # The worker acts because of the request, whose correlation everything that follows shares.
        by = caused_by(requested, Attribution(actor=worker, correlation_id=str(operation_id)))
        await self._bus.execute(
            OPERATION.to(operation_id, StartOperation(attempt=attempt, worker=self._worker_id)), by=by
        )
        work = Work(
            operation_id,
            attempt,
            state,
            by,
            requested=requested,
            bus=self._bus,
            notes=self._notes,
            progress=self._progress,
            earlier=await self._notes.start(operation_id, attempt),
            aside=place.aside,
        )
        if attempt > MAX_ATTEMPTS:
            await self._conclude(
                work, _failed(work, "ATTEMPTS_EXHAUSTED", f"{MAX_ATTEMPTS} workers gave it up")
            )
            return
        await self._attempt(handler, work, place)

    async def _attempt(self, handler: Handler, work: Work, place: _Place) -> None:
        """Runs the handler until it ends, or until its signs of life find that another has taken over."""
        handling = asyncio.create_task(self._outcome(handler, work))
        current = self._attempts[work.operation_id] = _Attempt(work, place)
        overtaken = asyncio.create_task(current.overtaken.wait())
        try:
            await asyncio.wait([handling, overtaken], return_when=asyncio.FIRST_COMPLETED)
            if not handling.done():
                raise _Fenced
            await self._conclude(work, handling.result())
        except asyncio.CancelledError:
            await ended([handling])
            with contextlib.suppress(DomainError):
                await self._notes.give_up(work.operation_id, work.attempt)
            raise
        finally:
            del self._attempts[work.operation_id]
            await ended([handling, overtaken])

    async def _outcome(self, handler: Handler, work: Work) -> Command:
        """What to append in the end. An outage in the middle is waited for, and the handler goes on from its notes."""
        for outage in range(1, _OUTAGES + 1):
            try:
                result = await handler.run(work)
                return SucceedOperation(attempt=work.attempt, result=result)
            except OperationCancelledError as stopped:
                return StopOperation(attempt=work.attempt, result=stopped.result)
            except OperationFailedError as failed:
                return _failed(work, failed.code, str(failed), failed.result)
            except Unavailable as error:
                if outage == _OUTAGES:
                    raise
                log.warning("operation waits", operation=str(work.operation_id), why=error.message)
                work.earlier = await _through_outage(
                    lambda: self._notes.start(work.operation_id, work.attempt), pause_first=True
                )
            except DomainError as error:
                if error.code == "OPERATION_FENCED":
                    raise _Fenced from None
                return _failed(work, error.code, error.message)
            except Exception as error:  # a fault of ours must end the operation, visibly, not loop for ever
                log.error("operation crashed", operation=str(work.operation_id), exc_info=error)
                return _failed(work, "INTERNAL_ERROR", f"an unexpected {type(error).__name__} stopped it")
        raise AssertionError("unreachable: the last outage is raised")

    async def _conclude(self, work: Work, outcome: Command) -> None:
        intent = OPERATION.to(work.operation_id, outcome)
        try:
            await _through_outage(lambda: self._bus.execute(intent, by=work.by))
        except DomainError as error:
            if error.code == "OPERATION_FENCED":
                raise _Fenced from None
            raise

    async def _keep_beating(self) -> None:
        """Signs of life of all that runs here, and what is heard meanwhile: a cancellation, or another worker's attempt."""
        while True:
            await asyncio.sleep(BEAT_S)
            current = dict(self._attempts)
            if not current:
                continue
            try:
                for each in current.values():
                    await each.place.alive()
                await self._notes.beat({key: each.work.attempt for key, each in current.items()})
                standing = await self._look([str(key) for key in current])
            except Exception as error:  # an outage must not stop the beating that follows it
                log.warning("no sign of life given", operations=len(current), error=repr(error))
                continue
            for key, each in current.items():
                known = standing.get(str(key))
                if known is not None:
                    each.hear(known)

    async def _is_orphaned(self, operation_id: UUID) -> bool:
        silent = await self._notes.silent_for_s(operation_id)
        return silent is None or silent > SILENCE_S


def _failed(work: Work, code: str, message: str, result: dict[str, Any] | None = None) -> FailOperation:
    return FailOperation(attempt=work.attempt, code=code, message=message, result=result or {})


async def _through_outage(act: Callable[[], Awaitable[Any]], *, pause_first: bool = False) -> Any:
    """Tries until the database is back. Raises Unavailable after _LONGEST_OUTAGE_S."""
    end = asyncio.get_running_loop().time() + _LONGEST_OUTAGE_S
    if pause_first:
        await asyncio.sleep(_OUTAGE_PAUSE_S)
    while True:
        try:
            return await act()
        except Unavailable:
            if asyncio.get_running_loop().time() > end:
                raise
            await asyncio.sleep(_OUTAGE_PAUSE_S)
