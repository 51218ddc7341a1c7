"""Watches telemetry for anomalies: keeps a share of the stream's partitions, and all that is learned of them."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import structlog

from domain.detection.alarm_rules import AlarmRules
from domain.detection.finding import Finding
from domain.detection.partition_watch import PartitionWatch
from domain.detection.ports import Checkpoint, DetectorStore, Held
from domain.telemetry import PartitionLeases, Published, StreamPlace, TelemetryStream, partition
from workers.detector_findings import Findings
from workers.partitions import held_partitions
from workers.supervision import ended

Rules = Callable[[], Awaitable[AlarmRules]]
"""The rules that are wanted now, for all partitions."""
LOOK_S = 5.0
"""How often it looks for changed settings, feedback and states that were learned anew."""
_NOTE_S = 15.0
_FIRST_SAVE_S = 60.0
_AGAIN_S = 1.0
_LAST_WORD_S = 1.5
"""A worker that ends has so long to save what it learned; otherwise the next one reads it again."""
log = structlog.get_logger(__name__)


class DetectorService:
    """One a process."""

    def __init__(
        self,
        worker_id: str,
        *,
        leases: PartitionLeases,
        stream: TelemetryStream,
        store: DetectorStore,
        findings: Findings,
        rules: Rules,
    ) -> None:
        self._worker_id = worker_id
        self._leases = leases
        self._stream = stream
        self._store = store
        self._findings = findings
        self._rules = rules
        self._turns = Turns()
        self._watching: dict[int, _Partition] = {}

    async def run(self) -> None:
        """Until cancelled; then what was learned is saved and others go on."""
        tasks: dict[int, asyncio.Task[None]] = {}
        looking = asyncio.create_task(self._keep_looking())
        held = held_partitions(self._leases, self._worker_id)
        try:
            async with contextlib.aclosing(held):  # type: ignore[type-var]  # it is a generator
                async for partitions in held:
                    await ended([tasks.pop(number) for number in list(tasks) if number not in partitions])
                    for number in partitions - tasks.keys():
                        tasks[number] = asyncio.create_task(self._keep_watching(number))
                    log.info("partitions watched", partitions=sorted(partitions))
        finally:
            await ended([looking, *tasks.values()])

    async def _keep_watching(self, number: int) -> None:
        while True:
            try:
                await self._watch(number)
            except Exception as error:  # the database or the stream is away, or another has the partition
                log.warning("partition not watched", partition=number, error=repr(error))
            finally:
                self._watching.pop(number, None)
            await asyncio.sleep(_AGAIN_S)

    async def _watch(self, number: int) -> None:
        wanted = _of(number, await self._rules())
        held = await self._store.take(number, self._worker_id)
        watch = PartitionWatch(held.rules or wanted)
        async for devices in self._store.load(number):
            await asyncio.to_thread(watch.load, devices)
        running = _Partition(number, held, watch, wanted, self._store, self._findings, self._turns)
        self._watching[number] = running
        await running.run(self._stream)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                rules = await self._rules()
                waiting = await self._store.waiting()
            except Exception as error:  # the database is away: the partitions notice it themselves
                log.debug("no look for changed settings", error=repr(error))
                continue
            for number, running in list(self._watching.items()):
                running.look(_of(number, rules), number in waiting)


class Turns:
    """What the partitions of a process do one after the other."""

    def __init__(self) -> None:
        self.scoring = asyncio.Lock()
        """It is arithmetic: more than one thread would only get into each other's way."""
        self.saving = asyncio.Lock()
        """So that only one partition at a time is there twice, as it is and packed."""


class _Partition:
    """One partition while this worker holds it. Between two checkpoints it is a pure fold of the stream."""

    def __init__(
        self,
        number: int,
        held: Held,
        watch: PartitionWatch,
        wanted: AlarmRules,
        store: DetectorStore,
        findings: Findings,
        turns: Turns,
    ) -> None:
        self._number = number
        self._epoch = held.epoch
        self._place = held.place
        self._saved = held.place
        self._watch = watch
        self._wanted = wanted
        self._store = store
        self._findings = findings
        self._turns = turns
        self._asked = asyncio.Event()
        """A checkpoint is due before its time: rules or states are to change."""
        self._whole = True
        """Whether what is learned is just what comes before the place; only then may it be saved."""
        if wanted != watch.rules:
            self._asked.set()

    def look(self, wanted: AlarmRules, candidates: bool) -> None:
        self._wanted = wanted
        if candidates or wanted != self._watch.rules:
            self._asked.set()

    async def run(self, stream: TelemetryStream) -> None:
        """Raises whatever breaks it; what was learned since the last checkpoint is then read again."""
        reading = stream.read(self._number, self._place)
        try:
            await self._follow(reading.__anext__)
        except asyncio.CancelledError:
            if self._whole and self._place != self._saved:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(_LAST_WORD_S):
                        await self._checkpoint()
            raise
        finally:
            if isinstance(reading, AsyncGenerator):
                await reading.aclose()

    async def _follow(self, read: Callable[[], Awaitable[tuple[StreamPlace, Sequence[Published]]]]) -> None:
        loop = asyncio.get_running_loop()
        coming = asyncio.ensure_future(read())
        asked = asyncio.ensure_future(self._asked.wait())
        # The first one soon, so that there is something to look at; spread, so that partitions do not all save at once.
        save_at = loop.time() + min(self._every_s, _FIRST_SAVE_S) * random.uniform(0.5, 1.0)  # noqa: S311  # no secret
        note_at = loop.time()
        try:
            while True:
                wait_s = max(min(save_at, note_at) - loop.time(), 0.0)
                await asyncio.wait([coming, asked], timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    await self._advance(*coming.result())
                    coming = asyncio.ensure_future(read())
                if asked.done() or loop.time() >= save_at:
                    self._asked.clear()
                    asked.cancel()
                    asked = asyncio.ensure_future(self._asked.wait())
                    await self._checkpoint()
                    save_at = loop.time() + self._every_s
                elif loop.time() >= note_at:
                    await self._store.note(self._number, self._epoch, self._watch.tally())
                    note_at = loop.time() + _NOTE_S
        finally:
            await ended([coming, asked])

    @property
    def _every_s(self) -> float:
        return float(self._watch.rules.settings.checkpoint_s)

    async def _advance(self, place: StreamPlace, polls: Sequence[Published]) -> None:
        self._whole = False
        found = await self._score(polls)
        if found:
            settings = self._watch.rules.settings
            await self._findings.tell(found, retrain_on_drift=settings.retrain_on_drift)
        self._place = place
        self._whole = True

    async def _score(self, polls: Sequence[Published]) -> list[Finding]:
        async with self._turns.scoring:
            return await asyncio.to_thread(self._watch.observe, polls)

    async def _checkpoint(self) -> None:
        """Rules and states change here alone."""
        self._whole = False
        wanted = self._wanted
        used = await self._store.candidates(self._number)
        for candidate in used:
            self._watch.put(candidate)
        gone = self._watch.forget_the_silent()
        checkpoint = Checkpoint(
            place=self._place, rules=wanted, tally=self._watch.tally(), gone=gone, used=used
        )
        async with self._turns.saving:
            devices = self._watch.packed(sorted(self._watch.changed))
            await self._store.save(self._number, self._epoch, checkpoint, devices)
        self._watch.rules = wanted
        self._watch.changed.clear()
        self._saved = self._place
        self._whole = True


def _of(number: int, rules: AlarmRules) -> AlarmRules:
    """Without what feedback has taught about devices of other partitions."""
    levels = {key: level for key, level in rules.levels.items() if partition(key.split("/", 2)[1]) == number}
    return AlarmRules(rules.settings, levels)
