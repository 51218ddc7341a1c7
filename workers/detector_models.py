"""What is done with detectors in the background: learning series anew from what is stored, and trying other settings."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import msgspec

from domain.detection.alarm_rules import JOINT, AlarmRules
from domain.detection.backtest import BACKTEST, BacktestModels, Fired, KnownAlarm, alarms, compare, polls_of
from domain.detection.moment import written
from domain.detection.ports import Candidate, LearnedStates
from domain.detection.reading import LEARN_S, step_for
from domain.detection.retrain import RETRAIN, Retrained, RetrainModels, retrain
from domain.telemetry_history import Series, TelemetryHistory
from projections import anomalies
from projections.anomalies import SeriesAlarms
from projections.settings import in_force
from workers.operation import OperationCancelledError, Work

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_PAGE = 200
_PROPOSED = 200
"""Candidates that are handed over at a time."""
_MOST_SAMPLES = 60_000
"""Of one series that is learned anew."""
_MOST_DEVICES = 500
"""Of one backtest."""
_MOST_DEVICE_SAMPLES = 300_000
"""Of one device in a backtest, over all its series."""
_LISTED = 200


class Retrain:
    """Handler of `retrain` operations. Learns on raw samples alone, since means are calmer than what will come."""

    kind = RETRAIN

    def __init__(self, learned: LearnedStates, history: TelemetryHistory) -> None:
        self._learned = learned
        self._history = history

    async def run(self, work: Work) -> dict[str, Any]:
        request = msgspec.convert(work.params, RetrainModels)
        device_ids = list(request.device_ids) or await self._all()
        report = _Report()
        for done, device_id in enumerate(device_ids):
            if work.cancelled:
                raise OperationCancelledError(report.result())
            await self._device(device_id, request.days, report)
            await work.report(done=done + 1, total=len(device_ids), detail={"counts": report.counts})
        return report.result()

    async def _all(self) -> list[str]:
        found: list[str] = []
        while page := await self._learned.device_ids(found[-1] if found else "", _PAGE):
            found += page
        return found

    async def _device(self, device_id: str, days: float, report: "_Report") -> None:
        saved = await self._learned.device(device_id)
        if saved is None:
            report.unknown(device_id)
            return
        until = time.time()
        since = until - days * 86_400.0
        candidates: list[Candidate] = []
        for (metric, interface), present in saved.packed.series():
            samples = await self._history.series(device_id, metric, interface, since=since, until=until)
            found = await asyncio.to_thread(retrain, samples[-_MOST_SAMPLES:], present)
            report.add(device_id, metric, interface, found)
            if found.state is not None:
                candidates.append(
                    Candidate(
                        device_id=device_id,
                        metric=metric,
                        interface=interface,
                        snapshot=found.state.snapshot(),
                    )
                )
        for start in range(0, len(candidates), _PROPOSED):
            await self._learned.propose(candidates[start : start + _PROPOSED])


class _Report:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._listed: list[dict[str, Any]] = []

    def unknown(self, device_id: str) -> None:
        self.counts["unknown devices"] = self.counts.get("unknown devices", 0) + 1

    def add(self, device_id: str, metric: str, interface: str, found: Retrained) -> None:
        self.counts[found.why] = self.counts.get(found.why, 0) + 1
        if len(self._listed) < _LISTED and found.why in ("better", "not better"):
            self._listed.append(
                {
                    "device_id": device_id,
                    "metric": metric,
                    "interface": interface,
                    "swapped_in": found.state is not None,
                    "error_ratio": found.error_ratio,
                    "drift_at": None if found.drift_at is None else written(found.drift_at),
                    "samples": found.samples,
                }
            )

    def result(self) -> dict[str, Any]:
        """Candidates that are better take their place with the next checkpoint of their partition, within seconds."""
        return {"series": sum(self.counts.values()), "counts": self.counts, "listed": self._listed}


class Backtest:
    """Handler of `backtest` operations: the detectors of production over what is stored."""

    kind = BACKTEST

    def __init__(self, learned: LearnedStates, history: TelemetryHistory, connect: Connect) -> None:
        self._learned = learned
        self._history = history
        self._connect = connect

    async def run(self, work: Work) -> dict[str, Any]:
        request = msgspec.convert(work.params, BacktestModels)
        async with self._connect() as conn:
            settings = (await in_force(conn)).detection
            levels = await anomalies.levels(conn)
            known = await anomalies.alarms_of(
                conn, device_id=request.device_id or None, metric=request.metric or None
            )
        rules = AlarmRules(request.settings.over(settings), levels)
        device_ids = (
            [request.device_id] if request.device_id else await self._learned.device_ids("", _MOST_DEVICES)
        )
        fired: list[Fired] = []
        steps: set[int] = set()
        samples = 0
        for done, device_id in enumerate(device_ids):
            if work.cancelled:
                raise OperationCancelledError({"devices": done})
            series = await self._wanted(device_id, request)
            if series:
                step_s, found, count = await self._device(device_id, series, request, rules)
                fired += found
                steps.add(step_s)
                samples += count
            await work.report(done=done + 1, total=len(device_ids), detail={"fired": len(fired)})
        verdicts = compare(fired, _known(known, request))
        return {
            "detector": request.detector,
            "devices": len(device_ids),
            "samples": samples,
            "resolution_s": sorted(steps),
            **msgspec.to_builtins(verdicts),
        }

    async def _wanted(self, device_id: str, request: BacktestModels) -> Sequence[Series]:
        """A device's metrics together are a matter of all of them."""
        existing = await self._history.existing(device_id)
        if request.detector == "device" or not request.metric:
            return existing
        return [series for series in existing if series.metric == request.metric]

    async def _device(
        self, device_id: str, series: Sequence[Series], request: BacktestModels, rules: AlarmRules
    ) -> tuple[int, list[Fired], int]:
        """The resolution, what would have been raised, and how many samples that took."""
        since = request.since - LEARN_S
        interval_s = min(each.interval_s for each in series)
        step_s = step_for(request.until - since, interval_s, max(_MOST_DEVICE_SAMPLES // len(series), 1_000))
        read: dict[tuple[str, str], Sequence[tuple[float, float | None]]] = {}
        for each in series:
            read[each.metric, each.interface] = await self._history.series(
                device_id, each.metric, each.interface, since=since, until=request.until, step_s=step_s
            )

        def tried() -> list[Fired]:
            polls = polls_of(device_id, read, step_s or interval_s)
            return alarms(device_id, polls, rules, request.detector, request.since)

        count = sum(value is not None for samples in read.values() for _, value in samples)
        return step_s, await asyncio.to_thread(tried), count


def _known(known: Sequence[SeriesAlarms], request: BacktestModels) -> list[KnownAlarm]:
    found: list[KnownAlarm] = []
    for series in known:
        if (series.metric == JOINT) != (request.detector == "device"):
            continue
        for alarm in series.alarms:
            at = datetime.fromisoformat(alarm.at or alarm.raised_at)
            if request.since <= at.timestamp() < request.until:
                found.append(
                    KnownAlarm(
                        key=series.key,
                        device_id=series.device_id,
                        metric=series.metric,
                        interface=series.interface,
                        at=at,
                        useful=alarm.useful if alarm.useful is not None else (alarm.acknowledged or None),
                    )
                )
    return found
