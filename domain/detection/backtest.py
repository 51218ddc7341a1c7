"""Which alerts other settings would have raised over stored telemetry, beside those that people have judged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from statistics import fmean
from typing import Annotated, Any, Final, Literal

import msgspec

from domain.detection.alarm_rules import JOINT, AlarmRules, DetectionSettings, Sensitivity
from domain.detection.device_watch import DeviceWatch
from domain.detection.finding import Finding
from domain.detection.moment import moment
from domain.event import Command
from domain.metrics import METRICS
from domain.telemetry import Group, Poll, Sample

BACKTEST: Final = "backtest"
"""The kind of operation."""
MATCH_S: Final = 3_600.0
"""An alert is the same as a known one of its series when they begin within so long of each other."""
MOST_LISTED: Final = 200


class TriedSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be other than the settings in force."""

    threshold: Annotated[float, msgspec.Meta(ge=0.5, le=0.999)] | None = None
    sensitivity: dict[str, Sensitivity] | None = None
    least_change: dict[str, Annotated[float, msgspec.Meta(ge=0.0)]] | None = None
    skipped_metrics: list[str] | None = None
    clear_samples: Annotated[int, msgspec.Meta(ge=1, le=1_000)] | None = None
    refractory_s: Annotated[int, msgspec.Meta(ge=0, le=604_800)] | None = None

    def over(self, settings: DetectionSettings) -> DetectionSettings:
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(settings, enabled=True, **given)


class KnownAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that was raised; `useful` is what people said of it, an acknowledgement counts as a yes."""

    key: str
    device_id: str
    metric: str
    interface: str
    at: datetime
    useful: bool | None


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    metric: str
    interface: str
    at: datetime
    until: datetime | None
    """When it would have been resolved; null where it still was not at the end."""
    score: float
    title: str
    useful: bool | None
    """What people said of the alert of that time; null for one that nobody judged, or that was not raised then."""


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """`missed`: alerts that people found useful and these settings do not raise; `delay_s`: by how much later those are raised
    that they do, negative for earlier."""

    fired: int
    matched: int
    spared: int
    """Alerts that people found not useful and these settings do not raise."""
    repeated: int
    """Alerts that people found not useful and these settings raise again."""
    new: int
    """Raised where no alert was."""
    missed: Sequence[KnownAlarm]
    delay_s: float | None
    alerts: Sequence[Fired]
    """The first MOST_LISTED."""


def polls_of(
    device_id: str, series: Mapping[tuple[str, str], Sequence[tuple[float, float | None]]], interval_s: float
) -> Iterator[Poll]:
    """Stored series as the polls that they once were, in order of time."""
    gathered: dict[tuple[float, Group], list[Sample]] = {}
    for (metric, interface), samples in series.items():
        known = METRICS.get(metric)
        group: Group = known.group if known else "resources"
        for at, value in samples:
            if value is not None:
                gathered.setdefault((at, group), []).append(Sample(metric, value, interface))
    for at, group in sorted(gathered):
        yield Poll(device_id, group, at, interval_s, tuple(gathered[at, group]))


def alarms(
    device_id: str,
    polls: Iterable[Poll],
    rules: AlarmRules,
    detector: Literal["series", "device"],
    since: float,
) -> list[Fired]:
    """What would have been raised from `since` on; all before it is learned alone."""
    watch = DeviceWatch(device_id)
    fired: dict[str, Fired] = {}
    ended: list[Fired] = []
    for poll in polls:
        for finding in watch.observe(poll, rules, lambda: True).findings:
            if (finding.metric == JOINT) != (detector == "device") or finding.kind == "drifted":
                continue
            if finding.kind == "raised":
                fired[finding.key] = _fired(finding)
            elif (begun := fired.pop(finding.key, None)) is not None:
                ended.append(msgspec.structs.replace(begun, until=moment(finding.at)))
    return sorted(
        (each for each in (*ended, *fired.values()) if each.at >= moment(since)), key=lambda each: each.at
    )


def _fired(finding: Finding) -> Fired:
    detail: dict[str, Any] = finding.detail
    return Fired(
        device_id=finding.device_id,
        metric=finding.metric,
        interface=finding.interface,
        at=moment(finding.at),
        until=None,
        score=detail["score"],
        title=finding.title,
        useful=None,
    )


def compare(fired: Sequence[Fired], known: Sequence[KnownAlarm]) -> Verdicts:
    """Pairs each known alert with the nearest one of its series that these settings raise."""
    free = list(fired)
    said: dict[int, bool | None] = {}
    delays: list[float] = []
    missed: list[KnownAlarm] = []
    matched = spared = repeated = 0
    for alarm in sorted(known, key=lambda each: each.at):
        near = [
            each
            for each in free
            if (each.device_id, each.metric, each.interface)
            == (alarm.device_id, alarm.metric, alarm.interface)
            and _apart_s(each, alarm) <= MATCH_S
        ]
        if not near:
            if alarm.useful:
                missed.append(alarm)
            spared += alarm.useful is False
            continue
        nearest = min(near, key=lambda each: _apart_s(each, alarm))
        free.remove(nearest)
        said[id(nearest)] = alarm.useful
        matched += 1
        repeated += alarm.useful is False
        if alarm.useful:
            delays.append((nearest.at - alarm.at).total_seconds())
    return Verdicts(
        fired=len(fired),
        matched=matched,
        spared=spared,
        repeated=repeated,
        new=len(free),
        missed=missed[:MOST_LISTED],
        delay_s=round(fmean(delays), 1) if delays else None,
        alerts=[msgspec.structs.replace(each, useful=said.get(id(each))) for each in fired[:MOST_LISTED]],
    )


def _apart_s(fired: Fired, alarm: KnownAlarm) -> float:
    return abs((fired.at - alarm.at).total_seconds())


class BacktestModels(Command, frozen=True, kw_only=True):
    """`since` and `until` in s since the epoch."""

    detector: Literal["series", "device"] = "series"
    settings: TriedSettings = TriedSettings()
    since: float
    until: float
    device_id: str = ""
    metric: str = ""
