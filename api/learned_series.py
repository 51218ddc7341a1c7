"""One series as its detector knows it now: what was saved, and what was recorded since."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ParamSpec, TypeVar

import msgspec

from domain.detection.alarm_rules import AlarmRules, Bar, alert_key
from domain.detection.packed import Latest
from domain.detection.ports import LearnedStates
from domain.detection.reading import LEARN_S, MOST_SAMPLES, step_for
from domain.detection.state import LAST_AT, SEEN, SeriesState
from domain.errors import NotFound
from domain.telemetry_history import Series, TelemetryHistory
from projections import anomalies
from projections.settings import in_force

P = ParamSpec("P")
T = TypeVar("T")
_AT_ONCE = 2
_JUST_AFTER_S = 0.002
"""Stored times are in milliseconds."""


class LearnedOne(msgspec.Struct, frozen=True):
    """`samples` are to be fed to the state, which nobody else has."""

    state: SeriesState
    latest: Latest | None
    samples: Sequence[tuple[float, float | None]]
    bar: Bar


class LearnedSeries:
    def __init__(
        self,
        learned: LearnedStates,
        history: TelemetryHistory,
        connect: Callable[[], AbstractAsyncContextManager[Any]],
    ) -> None:
        self._learned = learned
        self._history = history
        self._connect = connect
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def compute(self, function: Callable[P, T], *arguments: P.args, **more: P.kwargs) -> T:
        """Arithmetic of up to a second goes beside the event loop, a little at a time."""
        async with self._free:
            return await asyncio.to_thread(function, *arguments, **more)

    async def now(self, device_id: str, metric: str, interface: str) -> LearnedOne:
        """A series that no detector has learned yet is learned from what is stored. Raises NotFound for one that was
        never measured."""
        saved = await self._learned.device(device_id)
        state = saved.packed.find(metric, interface) if saved is not None else None
        until = time.time() + 1.0
        latest: Latest | None = None
        since = until - LEARN_S
        if saved is not None and state is not None and state.scalars[SEEN]:
            latest = saved.packed.latest()[saved.packed.names.index((metric, interface))]
            since = max(since, state.scalars[LAST_AT] + _JUST_AFTER_S)
        else:
            await self._one(device_id, metric, interface)
        samples = await self._history.series(device_id, metric, interface, since=since, until=until)
        bar = await self.bar(device_id, metric, interface)
        return LearnedOne(state or SeriesState(), latest, samples[-MOST_SAMPLES:], bar)

    async def window(
        self, device_id: str, metric: str, interface: str, *, since: float, until: float
    ) -> tuple[int, Sequence[tuple[float, float | None]]]:
        """What is stored of a window and of a week before it, at a resolution that keeps it in bounds."""
        series = await self._one(device_id, metric, interface)
        start = since - LEARN_S
        step_s = step_for(until - start, series.interval_s)
        return step_s, await self._history.series(
            device_id, metric, interface, since=start, until=until, step_s=step_s
        )

    async def bar(self, device_id: str, metric: str, interface: str) -> Bar:
        """What it takes for this series to alarm."""
        return (await self.rules()).bar(metric, alert_key(device_id, metric, interface))

    async def rules(self) -> AlarmRules:
        """Those that are wanted now; a worker has them within seconds."""
        async with self._connect() as conn:
            return AlarmRules((await in_force(conn)).detection, await anomalies.levels(conn))

    async def _one(self, device_id: str, metric: str, interface: str) -> Series:
        for series in await self._history.existing(device_id):
            if (series.metric, series.interface) == (metric, interface):
                return series
        raise NotFound(
            "this device has no such series", code="SERIES_NOT_FOUND", metric=metric, interface=interface
        )
