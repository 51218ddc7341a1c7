"""The command side: load, decide, append, and decide again when somebody was faster."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID
from weakref import WeakValueDictionary

import psycopg
from eventsourcing.persistence import Notification, PersistenceError

from adapters.ledger.application import LedgerApplication
from adapters.ledger.group import Append, Row, Span, VersionConflict
from adapters.ledger.mapper import LedgerMapper
from adapters.ledger.recorder import LedgerRecorder
from adapters.ledger.writer import LedgerWriter
from domain.aggregate import Aggregate, IdempotencyKey, Intent, Outcome
from domain.catalogue import AGGREGATES_BY_NAME
from domain.errors import Conflict, DomainError, Unavailable
from domain.event import Attribution, Metadata, Recorded

ATTEMPTS = 10
"""Decisions made before a command that always loses the race is reported as a conflict."""
PAUSE_S = 0.1
"""The longest pause between two of them."""
CACHED = 20_000
"""Aggregate states kept in memory, the least recently used leaving first."""
LOADED = 500
"""Aggregates read in one question."""
LOADERS = 4
"""Threads that read aggregates, one connection each."""

S = TypeVar("S")
T = TypeVar("T")


class _Turn:
    """One aggregate on its way through one command: its state and version, and how many events it got."""

    __slots__ = ("aggregate", "aggregate_id", "appended", "cached", "state", "version")

    def __init__(self, intent: Intent, version: int, state: Any, *, cached: bool) -> None:
        self.aggregate: Aggregate[Any] = intent.aggregate
        self.aggregate_id = intent.aggregate_id
        self.version = version
        self.state = state
        self.cached = cached
        self.appended = 0


def _all(intents: Sequence[Intent]) -> frozenset[UUID]:
    return frozenset(intent.aggregate_id for intent in intents)


class Ledger:
    """Satisfies CommandBus. States are cached; a refusal or a 'nothing to do' is only believed of a fresh state,
    and an append on a stale one is caught by the version."""

    def __init__(self, application: LedgerApplication, *, now: Callable[[], datetime]) -> None:
        self._application = application
        self._recorder = cast(LedgerRecorder, application.recorder)
        self._mapper = cast(LedgerMapper, application.mapper)
        self._writer = LedgerWriter(self._recorder)
        self._loaders = ThreadPoolExecutor(LOADERS, "ledger-loader")
        self._now = now
        self._states: OrderedDict[UUID, tuple[int, Any]] = OrderedDict()
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._stopped = False

    async def start(self) -> None:
        await self._writer.start()

    async def stop(self) -> None:
        """Commits what was accepted, then closes the connections."""
        self._stopped = True
        await self._writer.stop()
        await asyncio.to_thread(self._loaders.shutdown)
        self._application.close()

    async def execute(self, *intents: Intent, by: Attribution, key: IdempotencyKey | None = None) -> Outcome:
        if len(intents) == 1:
            (intent,) = intents
            if intent.new:  # nobody else knows the id yet
                return await self._execute(intents, by, key)
            async with self._lock(intent.aggregate_id):
                return await self._execute(intents, by, key)
        held: list[asyncio.Lock] = []
        try:
            for aggregate_id in sorted({intent.aggregate_id for intent in intents}):
                lock = self._lock(aggregate_id)
                await lock.acquire()
                held.append(lock)
            return await self._execute(intents, by, key)
        finally:
            for lock in held:
                lock.release()

    async def state(self, aggregate: Aggregate[S], aggregate_id: UUID) -> S:
        """The present state, read from the database."""
        _, state = await self._load(aggregate, aggregate_id)
        return cast(S, state)

    def _lock(self, aggregate_id: UUID) -> asyncio.Lock:
        """Within one process the commands on one aggregate queue here instead of racing to the database."""
        lock = self._locks.get(aggregate_id)
        if lock is None:
            lock = self._locks[aggregate_id] = asyncio.Lock()
        return lock

    async def _execute(
        self, intents: Sequence[Intent], by: Attribution, key: IdempotencyKey | None
    ) -> Outcome:
        for attempt in range(ATTEMPTS):
            try:
                return await self._attempt(intents, by, key, fresh=_all(intents) if attempt else frozenset())
            except VersionConflict:
                pause_s = min(PAUSE_S, 0.002 * 2**attempt)
                await asyncio.sleep(random.uniform(0, pause_s))  # noqa: S311  # spreads those who race, no secret
        raise Conflict(f"others kept changing this; gave up after {ATTEMPTS} attempts")

    async def _attempt(
        self,
        intents: Sequence[Intent],
        by: Attribution,
        key: IdempotencyKey | None,
        *,
        fresh: frozenset[UUID],
    ) -> Outcome:
        """`fresh`: aggregates whose cached state is not to be believed."""
        turns = self._cached(intents, fresh)
        unknown = {intent.aggregate_id: intent for intent in intents if intent.aggregate_id not in turns}
        if unknown:
            turns.update(await self._fresh(list(unknown.values())))
        try:
            recorded = self._decide(intents, turns, by)
        except DomainError:
            if key is not None and (earlier := await self._earlier(key, intents)) is not None:
                return earlier
            if not any(turn.cached for turn in turns.values()):
                raise
            return await self._attempt(intents, by, key, fresh=_all(intents))
        doubtful = [turn.aggregate_id for turn in turns.values() if turn.cached and not turn.appended]
        if doubtful:
            return await self._attempt(intents, by, key, fresh=fresh.union(doubtful))
        if not recorded and key is None:
            return Outcome(0, (), {turn.aggregate_id: turn.state for turn in turns.values()})
        return await self._append(intents, recorded, turns, key)

    def _cached(self, intents: Sequence[Intent], fresh: frozenset[UUID]) -> dict[UUID, _Turn]:
        """Of the aggregates in question those whose state need not be read."""
        turns: dict[UUID, _Turn] = {}
        for intent in intents:
            aggregate_id = intent.aggregate_id
            if aggregate_id in fresh or aggregate_id in turns:
                continue
            known = self._states.get(aggregate_id)
            if known is not None:
                turns[aggregate_id] = _Turn(intent, known[0], known[1], cached=True)
            elif intent.new:
                turns[aggregate_id] = _Turn(intent, 0, intent.aggregate.initial, cached=True)
        return turns

    async def _fresh(self, intents: Sequence[Intent]) -> dict[UUID, _Turn]:
        """Read from the database, many at a time."""
        turns: dict[UUID, _Turn] = {}
        for start in range(0, len(intents), LOADED):
            some = {intent.aggregate_id: intent for intent in intents[start : start + LOADED]}
            if len(some) == 1:
                (intent,) = some.values()
                version, state = await self._load(intent.aggregate, intent.aggregate_id)
                turns[intent.aggregate_id] = _Turn(intent, version, state, cached=False)
                continue
            histories = await self._in_thread(self._streams, list(some))
            for aggregate_id, intent in some.items():
                recorded = histories.get(aggregate_id, [])
                version, state = self._folded(intent.aggregate, aggregate_id, recorded)
                turns[aggregate_id] = _Turn(intent, version, state, cached=False)
        return turns

    def _decide(self, intents: Sequence[Intent], turns: dict[UUID, _Turn], by: Attribution) -> list[Recorded]:
        at = self._now()
        recorded: list[Recorded] = []
        for intent in intents:
            turn = turns[intent.aggregate_id]
            aggregate = intent.aggregate
            for event in aggregate.decide(turn.state, intent.command):
                turn.state = aggregate.evolve(turn.state, event)
                turn.version += 1
                turn.appended += 1
                meta = Metadata(
                    occurred_at=at,
                    actor=by.actor,
                    correlation_id=by.correlation_id,
                    causation_id=by.causation_id,
                    reason=intent.command.reason or by.reason,
                    about=aggregate.about(turn.state, str(turn.aggregate_id)),
                )
                recorded.append(Recorded(turn.aggregate_id, turn.version, event, meta))
        return recorded

    async def _append(
        self,
        intents: Sequence[Intent],
        recorded: list[Recorded],
        turns: dict[UUID, _Turn],
        key: IdempotencyKey | None,
    ) -> Outcome:
        for each in recorded:
            if each.event.personal:
                rows = await self._in_thread(self._rows, recorded)  # sealing may fetch a key
                break
        else:
            rows = self._rows(recorded)
        looked_at: list[tuple[UUID, int]] = []
        if len(turns) > 1:
            looked_at += [(turn.aggregate_id, turn.version) for turn in turns.values() if not turn.appended]
        try:
            span = await self._writer.append(Append(rows, key, looked_at))
        except VersionConflict:
            for aggregate_id in turns:
                self._states.pop(aggregate_id, None)
            raise
        if span.repeated:
            return await self._in_thread(self._outcome, span, intents)
        for turn in turns.values():
            self._remember(turn.aggregate_id, turn.version, turn.state)
        placed = tuple(
            [
                Recorded(each.originator_id, each.originator_version, each.event, each.meta, position)
                for position, each in enumerate(recorded, span.first)
            ]
        )
        return Outcome(span.last, placed, {turn.aggregate_id: turn.state for turn in turns.values()})

    def _rows(self, recorded: Sequence[Recorded]) -> list[Row]:
        return [self._mapper.row(each) for each in recorded]

    def _remember(self, aggregate_id: UUID, version: int, state: Any) -> None:
        known = self._states.get(aggregate_id)
        if known is None:
            self._states[aggregate_id] = (version, state)
            if len(self._states) > CACHED:
                self._states.popitem(last=False)
        elif known[0] <= version:
            self._states[aggregate_id] = (version, state)
            self._states.move_to_end(aggregate_id)

    async def _load(self, aggregate: Aggregate[Any], aggregate_id: UUID) -> tuple[int, Any]:
        recorded: list[Any] = await self._in_thread(self._stream, aggregate_id)
        return self._folded(aggregate, aggregate_id, recorded)

    def _folded(
        self, aggregate: Aggregate[Any], aggregate_id: UUID, recorded: Sequence[Any]
    ) -> tuple[int, Any]:
        state = aggregate.fold([each.event for each in recorded])
        version = recorded[-1].originator_version if recorded else 0
        if recorded:
            self._remember(aggregate_id, version, state)
        return version, state

    def _stream(self, aggregate_id: UUID) -> list[Any]:
        return list(self._application.events.get(aggregate_id))

    def _streams(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, list[Recorded]]:
        found: dict[UUID, list[Recorded]] = {}
        for row in self._recorder.histories(aggregate_ids):
            recorded = self._recorded(row)
            found.setdefault(recorded.originator_id, []).append(recorded)
        return found

    async def _earlier(self, key: IdempotencyKey, intents: Sequence[Intent]) -> Outcome | None:
        """What this key led to before, if it did: its retry may be refused by the state that it made itself."""
        span = await self._in_thread(self._recorder.find_key, key)
        return None if span is None else await self._in_thread(self._outcome, span, intents)

    def _outcome(self, span: Span, intents: Sequence[Intent]) -> Outcome:
        """The events of an earlier append, and each aggregate as it was right after."""
        rows = (
            self._recorder.select_notifications(span.first, span.last - span.first + 1)
            if span.last >= span.first
            else []
        )
        events = tuple([self._recorded(row) for row in rows])
        aggregates = {intent.aggregate_id: intent.aggregate for intent in intents}
        aggregates |= {each.originator_id: AGGREGATES_BY_NAME[each.aggregate] for each in events}
        states: dict[UUID, Any] = {}
        for aggregate_id, aggregate in aggregates.items():
            history = [self._recorded(row).event for row in self._recorder.history(aggregate_id, span.last)]
            if history:  # a retry of a creation comes with another new id, of which nothing is known
                states[aggregate_id] = aggregate.fold(history)
        return Outcome(span.last, events, states, repeated=True)

    def _recorded(self, row: Notification) -> Recorded:
        return self._mapper.recorded(
            cast(UUID, row.originator_id), row.originator_version, row.topic, row.state, row.id
        )

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs what waits for the database; raises Unavailable where that is away."""
        if self._stopped:
            raise Unavailable("the ledger is not open")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._loaders, function, *arguments)
        except (psycopg.Error, PersistenceError) as error:
            raise Unavailable("the database is not reachable", cause=type(error).__name__) from error
