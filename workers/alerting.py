"""Evaluates alert rules over telemetry, partition by partition, so that a crash neither forgets nor tells twice."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

import structlog
from msgspec.structs import replace

from domain.alerting.evaluator import ON_SAMPLES, Evaluator
from domain.alerting.ports import EvaluationStore, Overtaken, Progress
from domain.alerting.signal import Signal
from domain.telemetry import PartitionLeases, Published, StreamPlace, TelemetryStream
from workers.alert_surroundings import Surroundings
from workers.partitions import held_partitions
from workers.supervision import ended, keep_running

TICK_S = 1.0
COMMIT_S = 5.0
"""Signals are committed at once; places and series without any, so often."""
REFRESH_S = 300.0
"""How old the stored last values of quiet series may become."""
_STALE_LOOK_S = 60.0
log = structlog.get_logger(__name__)
Batch = tuple[StreamPlace, Sequence[Published]]


class Alerting:
    """Holds its fair share of the partitions and evaluates each by itself."""

    def __init__(
        self,
        worker_id: str,
        *,
        leases: PartitionLeases,
        stream: TelemetryStream,
        store: EvaluationStore,
        surroundings: Surroundings,
        tick_s: float = TICK_S,
    ) -> None:
        self._worker_id = worker_id
        self._leases = leases
        self._stream = stream
        self._store = store
        self._surroundings = surroundings
        self._tick_s = tick_s

    async def run(self) -> None:
        await self._surroundings.look()
        following = asyncio.create_task(keep_running("alert surroundings", self._surroundings.follow))
        tasks: dict[int, asyncio.Task[None]] = {}
        try:
            claims = held_partitions(self._leases, self._worker_id)
            async with contextlib.aclosing(claims):  # type: ignore[type-var]  # it is a generator
                async for held in claims:
                    await ended([tasks.pop(number) for number in tasks.keys() - held])
                    for number in held - tasks.keys():
                        evaluate: Callable[[], Awaitable[None]] = partial(self.evaluate, number)
                        tasks[number] = asyncio.create_task(keep_running(f"alerting {number}", evaluate))
        finally:
            await ended([following, *tasks.values()])

    async def evaluate(self, partition: int) -> None:
        """One partition, from where its evaluation was committed last, until somebody else has it."""
        evaluation = await PartitionEvaluation.opened(partition, self._store, self._surroundings)
        batches = self._stream.read(partition, evaluation.progress.place)
        waiting: asyncio.Task[Batch] = asyncio.create_task(_next(batches))
        try:
            while True:
                done, _ = await asyncio.wait([waiting], timeout=self._tick_s)
                now = time.time()
                if done:
                    place, polls = waiting.result()
                    evaluation.take(place, polls)
                    waiting = asyncio.create_task(_next(batches))
                    behind = bool(polls) and polls[-1].poll.at < now - 60
                else:
                    behind = False
                evaluation.go_by(now, behind=behind)
                await evaluation.commit_if_due(now)
                await asyncio.sleep(0)
        except Overtaken as reason:
            log.info("evaluation given up", partition=partition, reason=str(reason))
        finally:
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await waiting


async def _next(batches: AsyncIterator[Batch]) -> Batch:
    return await anext(batches)


class PartitionEvaluation:
    """One partition's evaluator with what is not committed yet."""

    def __init__(
        self,
        partition: int,
        store: EvaluationStore,
        surroundings: Surroundings,
        progress: Progress,
        evaluator: Evaluator,
    ) -> None:
        self._partition = partition
        self._store = store
        self._surroundings = surroundings
        self._evaluator = evaluator
        self._learned = surroundings.version
        self._signals: list[Signal] = evaluator.learn(surroundings.rules, surroundings.traits)
        self._moved = False
        self._committed_at = self._refreshed_at = self._stale_at = self._ticked_at = time.time()
        self.progress = progress

    @classmethod
    async def opened(
        cls,
        partition: int,
        store: EvaluationStore,
        surroundings: Surroundings,
        kinds: frozenset[str] = ON_SAMPLES,
    ) -> "PartitionEvaluation":
        """From where it was committed last."""
        progress, stored = await store.load(partition)
        evaluator = Evaluator(kinds)
        now = time.time()
        for device_id, series in stored.items():
            evaluator.restore(device_id, series, now)
        return cls(partition, store, surroundings, progress, evaluator)

    @property
    def evaluator(self) -> Evaluator:
        return self._evaluator

    def take(self, place: StreamPlace, polls: Sequence[Published]) -> None:
        """A batch of the stream."""
        for published in polls:
            self._signals += self._evaluator.poll(published.poll)
        self.progress = replace(self.progress, place=place)
        self._moved = True

    def signal(self, signals: Sequence[Signal]) -> None:
        """What evaluation said of anything else."""
        self._signals += signals

    def reached(self, *, ledger: int | None = None, findings: int | None = None) -> None:
        """How far the ledger and the findings were read."""
        if ledger is not None and ledger != self.progress.ledger:
            self.progress, self._moved = replace(self.progress, ledger=ledger), True
        if findings is not None and findings != self.progress.findings:
            self.progress, self._moved = replace(self.progress, findings=findings), True

    def go_by(self, now: float, *, behind: bool) -> None:
        """Lets time pass. Who is behind the stream must not take what it has not read yet for absent."""
        if self._learned != self._surroundings.version:
            changed = self._surroundings.changed_since(self._learned)
            self._learned = self._surroundings.version
            self._signals += self._evaluator.learn(
                self._surroundings.rules, self._surroundings.traits, changed
            )
        if behind or now - self._ticked_at < TICK_S / 2:
            return
        self._ticked_at = now
        self._signals += self._evaluator.tick(now)
        if now - self._stale_at > _STALE_LOOK_S:
            self._stale_at = now
            self._signals += self._evaluator.forget_stale(now)

    async def commit_if_due(self, now: float) -> None:
        """Signals at once, the rest now and then. Raises Overtaken."""
        if not self._signals and now - self._committed_at < COMMIT_S:
            return
        evaluator = self._evaluator
        if now - self._refreshed_at > REFRESH_S:
            self._refreshed_at = now
            evaluator.dirty |= evaluator.touched
            evaluator.touched.clear()
        self._committed_at = now
        if not (self._signals or self._moved or evaluator.dirty):
            return
        devices = {device_id: evaluator.stored(device_id) for device_id in evaluator.dirty}
        signals = self._signals
        self.progress = await self._store.commit(self._partition, self.progress, devices, signals)
        evaluator.dirty -= devices.keys()
        self._signals, self._moved = [], False
        if signals:
            log.info("rules spoke", partition=self._partition, signals=len(signals))
