"""The command side: load, decide, append, and decide again when somebody was faster."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID
from weakref import WeakValueDictionary

from eventsourcing.persistence import StoredEvent

from adapters.ledger.application import LedgerApplication
from adapters.ledger.mapper import LedgerMapper
from adapters.ledger.recorder import Append, LedgerRecorder, Span, VersionConflict
from adapters.ledger.writer import LedgerWriter
from domain.aggregate import Aggregate, IdempotencyKey, Intent, Outcome
from domain.catalogue import AGGREGATES_BY_NAME
from domain.errors import Conflict, DomainError, Unavailable
from domain.event import Attribution, Event, Metadata, Recorded

ATTEMPTS = 8
"""Decisions made before a command that always loses the race is reported as a conflict."""
CACHED = 20_000
"""Aggregate states kept in memory, the least recently used leaving first."""

S = TypeVar("S")
_Loaded = tuple[int, Any]


class Ledger:
    """Satisfies CommandBus. States are cached; a refusal or a 'nothing to do' is only believed of a fresh state,
    and an append on a stale one is caught by the version."""

    def __init__(self, application: LedgerApplication, *, now: Callable[[], datetime]) -> None:
        self._application = application
        self._recorder = cast(LedgerRecorder, application.recorder)
        self._mapper = cast(LedgerMapper, application.mapper)
        self._writer = LedgerWriter(self._recorder)
        self._now = now
        self._states: OrderedDict[UUID, _Loaded] = OrderedDict()
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def start(self) -> None:
        await self._writer.start()

    async def stop(self) -> None:
        await self._writer.stop()
        self._application.close()

    async def execute(self, *intents: Intent, by: Attribution, key: IdempotencyKey | None = None) -> Outcome:
        async with AsyncExitStack() as held:
            # Within one process the commands on one aggregate queue here instead of racing to the database.
            for aggregate_id in sorted({intent.aggregate_id for intent in intents}):
                await held.enter_async_context(self._locks.setdefault(aggregate_id, asyncio.Lock()))
            for attempt in range(ATTEMPTS):
                try:
                    return await self._attempt(intents, by, key, fresh=attempt > 0)
                except VersionConflict:
                    await asyncio.sleep(0.002 * attempt)
        raise Conflict(f"others kept changing this; gave up after {ATTEMPTS} attempts")

    async def state(self, aggregate: Aggregate[S], aggregate_id: UUID) -> S:
        """The present state, read from the database."""
        _, state = await self._load(aggregate, aggregate_id)
        return cast(S, state)

    async def _attempt(
        self, intents: Sequence[Intent], by: Attribution, key: IdempotencyKey | None, *, fresh: bool
    ) -> Outcome:
        loaded: dict[UUID, _Loaded] = {}
        cached = False
        for intent in intents:
            if intent.aggregate_id in loaded:
                continue
            known = None if fresh else self._states.get(intent.aggregate_id)
            if known is not None:
                cached = True
            elif intent.new and not fresh:
                known, cached = (0, intent.aggregate.initial), True
            else:
                known = await self._load(intent.aggregate, intent.aggregate_id)
            loaded[intent.aggregate_id] = known
        try:
            recorded, states = self._decide(intents, loaded, by)
        except DomainError:
            if key is not None and (earlier := await self._earlier(key)) is not None:
                return earlier
            if not cached:
                raise
            return await self._attempt(intents, by, key, fresh=True)
        if not recorded:
            if cached:
                return await self._attempt(intents, by, key, fresh=True)
            if key is None:
                return Outcome(0, (), states)
        return await self._append(recorded, loaded, states, key)

    def _decide(
        self, intents: Sequence[Intent], loaded: dict[UUID, _Loaded], by: Attribution
    ) -> tuple[list[Recorded], dict[UUID, Any]]:
        at = self._now()
        versions = {aggregate_id: version for aggregate_id, (version, _) in loaded.items()}
        states = {aggregate_id: state for aggregate_id, (_, state) in loaded.items()}
        recorded: list[Recorded] = []
        for intent in intents:
            aggregate, aggregate_id = intent.aggregate, intent.aggregate_id
            for event in aggregate.decide(states[aggregate_id], intent.command):
                states[aggregate_id] = aggregate.evolve(states[aggregate_id], event)
                versions[aggregate_id] += 1
                meta = Metadata(
                    occurred_at=at,
                    actor=by.actor,
                    correlation_id=by.correlation_id,
                    causation_id=by.causation_id,
                    reason=intent.command.reason or by.reason,
                    about=aggregate.about(states[aggregate_id], str(aggregate_id)),
                )
                recorded.append(Recorded(aggregate_id, versions[aggregate_id], event, meta))
        return recorded, states

    async def _append(
        self,
        recorded: list[Recorded],
        loaded: dict[UUID, _Loaded],
        states: dict[UUID, Any],
        key: IdempotencyKey | None,
    ) -> Outcome:
        if any(each.event.personal for each in recorded):
            stored = await asyncio.to_thread(self._stored, recorded)  # sealing may fetch a key
        else:
            stored = self._stored(recorded)
        try:
            span = await self._writer.append(Append(stored, key))
        except VersionConflict:
            for aggregate_id in loaded:
                self._states.pop(aggregate_id, None)
            raise
        if span.repeated:
            if span.last < span.first:
                return Outcome(span.last, (), states, repeated=True)
            return await self._outcome_of(span)
        versions = {aggregate_id: version for aggregate_id, (version, _) in loaded.items()}
        for each in recorded:
            versions[each.originator_id] = each.originator_version
        for aggregate_id, state in states.items():
            self._remember(aggregate_id, versions[aggregate_id], state)
        placed = tuple(
            Recorded(each.originator_id, each.originator_version, each.event, each.meta, position)
            for position, each in enumerate(recorded, span.first)
        )
        return Outcome(span.last, placed, states)

    def _stored(self, recorded: Sequence[Recorded]) -> list[StoredEvent]:
        return [self._mapper.to_stored_event(each) for each in recorded]

    def _remember(self, aggregate_id: UUID, version: int, state: Any) -> None:
        known = self._states.get(aggregate_id)
        if known is None or known[0] < version:
            self._states[aggregate_id] = (version, state)
        self._states.move_to_end(aggregate_id)
        if len(self._states) > CACHED:
            self._states.popitem(last=False)

    async def _load(self, aggregate: Aggregate[Any], aggregate_id: UUID) -> _Loaded:
        recorded: list[Any] = await asyncio.to_thread(self._stream, aggregate_id)
        state = aggregate.fold([each.event for each in recorded])
        version = recorded[-1].originator_version if recorded else 0
        if recorded:
            self._remember(aggregate_id, version, state)
        return version, state

    def _stream(self, aggregate_id: UUID) -> list[Any]:
        try:
            return list(self._application.events.get(aggregate_id))
        except Exception as error:
            if isinstance(error, DomainError | LookupError | ValueError):
                raise
            raise Unavailable("the database is not reachable", cause=type(error).__name__) from error

    async def _earlier(self, key: IdempotencyKey) -> Outcome | None:
        """What this key led to before, if it did: its retry may be refused by the state that it made itself."""
        span = await asyncio.to_thread(self._recorder.find_key, key)
        return None if span is None else await self._outcome_of(span)

    async def _outcome_of(self, span: Span) -> Outcome:
        """The events of an earlier append, and each of its aggregates as it was right after."""
        return await asyncio.to_thread(self._outcome, span)

    def _outcome(self, span: Span) -> Outcome:
        rows = (
            self._recorder.select_notifications(span.first, span.last - span.first + 1)
            if span.last >= span.first
            else []
        )
        events = tuple(
            self._mapper.recorded(cast(UUID, r.originator_id), r.originator_version, r.topic, r.state, r.id)
            for r in rows
        )
        states: dict[UUID, Any] = {}
        last = {each.originator_id: each for each in events}
        for aggregate_id, final in last.items():
            stream: list[Any] = list(self._application.events.get(aggregate_id, lte=final.originator_version))
            history: list[Event] = [each.event for each in stream]
            states[aggregate_id] = AGGREGATES_BY_NAME[final.aggregate].fold(history)
        return Outcome(span.last, events, states, repeated=True)
