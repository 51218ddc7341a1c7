"""Everything that is learned of one device, and what its next poll means: anomalies that begin or end, and drift."""

from array import array
from collections.abc import Callable
from math import isfinite
from sys import intern
from typing import Final

import msgspec

from domain.detection.alarm_rules import JOINT, AlarmRules, alert_key
from domain.detection.arrival import Arrival
from domain.detection.device import DeviceState
from domain.detection.drift import Drift
from domain.detection.episode import Episode
from domain.detection.finding import Finding, joint_detail, series_detail
from domain.detection.joint import Joint
from domain.detection.packed import (
    LAST,
    VERSION,
    PackedDevice,
    PackedDrift,
    PackedJoint,
    SeriesName,
    floats,
    unpack_floats,
)
from domain.detection.series import SeriesDetector, Verdict
from domain.detection.state import LAST_AT, SEEN, SeriesState, SnapshotError
from domain.telemetry import Poll

FORGET_S: Final = 30 * 86_400.0
"""A series that was silent for so long is learned anew."""
SILENT_S: Final = 3_600.0
"""An alarm of a series that sends nothing more, while its device does, is over after so long."""

_WHOLE: Final[SeriesName] = (JOINT, "")
_DETECTOR: Final = SeriesDetector()


class Watched(msgspec.Struct, frozen=True):
    """What a poll led to."""

    findings: tuple[Finding, ...] = ()
    samples: int = 0
    late: bool = False
    left_out: int = 0


class DeviceWatch:
    """States by number, names apart: a series costs its state and some 150 bytes."""

    __slots__ = ("arrivals", "drift", "episodes", "id", "joint", "last", "model_drift", "names", "states")

    def __init__(self, device_id: str) -> None:
        self.id = device_id
        self.names: dict[SeriesName, int] = {}
        self.states: list[SeriesState] = []
        self.last = array("d")
        self.arrivals: dict[str, Arrival] = {}
        self.joint = Joint()
        self.drift: Drift | None = None
        """Over the errors of the series."""
        self.model_drift: Drift | None = None
        """Over how strange the metrics look together."""
        self.episodes: dict[SeriesName, Episode] = {}

    @property
    def last_at(self) -> float:
        """When the newest poll was taken."""
        return max((arrival.newest for arrival in self.arrivals.values()), default=-1e18)

    def observe(self, poll: Poll, rules: AlarmRules, room: Callable[[], bool]) -> Watched:
        """`room` says whether another series may be learned."""
        if not (isfinite(poll.at) and isfinite(poll.interval_s)):
            return Watched(late=True)
        if not self.arrivals.setdefault(poll.group, Arrival()).news(poll.at):
            return Watched(late=True)
        findings: list[Finding] = []
        samples = left_out = 0
        error, errors = 0.0, 0
        skipped = rules.settings.skipped_metrics
        for sample in poll.samples:
            if sample.value is None or sample.metric in skipped:
                continue
            number = self._number((sample.metric, sample.interface), poll.at, room)
            if number is None:
                left_out += 1
                continue
            state = self.states[number]
            if state.scalars[SEEN] and state.scalars[LAST_AT] == poll.at:
                continue  # named twice in one poll
            verdict = _DETECTOR.observe(state, poll.at, sample.value)
            samples += 1
            place = number * LAST
            self.last[place] = sample.value
            self.last[place + 1], self.last[place + 2] = verdict.score, verdict.strength
            if verdict.warm:
                error += abs(sample.value - verdict.expected) / (verdict.usual_error + _least(verdict))
                errors += 1
                self._alarm(
                    (sample.metric, sample.interface), poll.at, sample.value, verdict, rules, findings
                )
        if errors:
            self.drift = self.drift or Drift()
            if self.drift.observe(poll.at, error / errors):
                findings.append(self._drifted(poll.at, "*"))
        self._together(poll, rules, findings)
        self._end_silent(poll.at, rules, findings)
        return Watched(tuple(findings), samples, left_out=left_out)

    def replace(self, name: SeriesName, state: SeriesState) -> bool:
        """Puts a state that was learned elsewhere in the place of the present one; False where there is none."""
        number = self.names.get(name)
        if number is None:
            return False
        self.states[number] = state
        return True

    def forget(self, before: float) -> int:
        """Drops the series without a sample since; returns how many. They would be learned anew anyway."""
        kept = [name for name, number in self.names.items() if self.states[number].scalars[LAST_AT] >= before]
        dropped = len(self.names) - len(kept)
        if dropped:
            numbers = [self.names[name] for name in kept]
            self.last = array(
                "d", [self.last[number * LAST + place] for number in numbers for place in range(LAST)]
            )
            self.states = [self.states[number] for number in numbers]
            self.names = {name: number for number, name in enumerate(kept)}
        return dropped

    def pack(self) -> PackedDevice:
        joint = self.joint
        return PackedDevice(
            VERSION,
            list(self.names),
            b"".join(state.snapshot() for state in self.states),
            floats(self.last),
            self.arrivals,
            PackedJoint(
                joint.state.snapshot() if joint.state else b"",
                list(joint.latest),
                list(joint.fresh_until),
                joint.paced,
            ),
            PackedDrift(*self.drift.dump()) if self.drift else None,
            PackedDrift(*self.model_drift.dump()) if self.model_drift else None,
            list(self.episodes.items()),
        )

    @classmethod
    def unpack(cls, device_id: str, packed: PackedDevice) -> "DeviceWatch":
        """The device that was packed, bit for bit. A drift detector of another version of river begins anew."""
        watch = cls(device_id)
        watch.names = {
            (intern(metric), intern(interface)): n for n, (metric, interface) in enumerate(packed.names)
        }
        watch.states = [state for _, state in packed.series()]
        watch.last = unpack_floats(packed.last)
        watch.arrivals = packed.arrivals
        if packed.joint.state:
            watch.joint.state = DeviceState.restore(packed.joint.state)
        watch.joint.latest[:] = array("d", packed.joint.latest)
        watch.joint.fresh_until[:] = array("d", packed.joint.fresh_until)
        watch.joint.paced = packed.joint.paced
        watch.drift = _drift(packed.drift)
        watch.model_drift = _drift(packed.model_drift)
        watch.episodes = dict(packed.episodes)
        return watch

    def _number(self, name: SeriesName, at: float, room: Callable[[], bool]) -> int | None:
        number = self.names.get(name)
        if number is None:
            if not room():
                return None
            number = self.names[intern(name[0]), intern(name[1])] = len(self.states)
            self.states.append(SeriesState())
            self.last.extend((0.0,) * LAST)
        elif at - self.states[number].scalars[LAST_AT] > FORGET_S:
            self.states[number] = SeriesState()
            self.last[number * LAST : (number + 1) * LAST] = array("d", (0.0,) * LAST)
        return number

    def _alarm(
        self,
        name: SeriesName,
        at: float,
        value: float,
        verdict: Verdict,
        rules: AlarmRules,
        findings: list[Finding],
    ) -> None:
        metric, interface = name
        # Nearly every sample is ordinary, and its key need not be known.
        if name not in self.episodes and verdict.score < 0.05:
            return
        key = alert_key(self.id, metric, interface)
        bar = rules.bar(metric, key)
        needed = bar.score
        score = verdict.score if bar.matters(value, verdict.expected, verdict.usual_error) else 0.0
        if self._begins(name, at, score, verdict.strength, needed, key, rules, findings):
            seen = int(self.states[self.names[name]].scalars[SEEN])
            title, detail = series_detail(metric, interface, at, value, verdict, needed, seen)
            findings.append(self._finding("raised", name, at, title=title, detail=detail))

    def _begins(
        self,
        name: SeriesName,
        at: float,
        score: float,
        strength: float,
        needed: float,
        key: str,
        rules: AlarmRules,
        findings: list[Finding],
    ) -> bool:
        """Carries the alarm of a series on; True where a new one begins."""
        settings = rules.settings
        episode = self.episodes.get(name)
        if episode is not None:
            if episode.firing:
                calm_below = rules.calm(name[0], key)
                if episode.observe(score, strength, calm_below, settings.clear_samples) == "resolved":
                    episode.end(at, settings.refractory_s)
                    findings.append(
                        self._finding(
                            "resolved", name, at, title=f"calm for {settings.clear_samples} samples"
                        )
                    )
                return False
            if not episode.over(at):
                return False
            del self.episodes[name]
        if not settings.enabled or score < needed:
            return False
        self.episodes[name] = Episode(firing=True, since=at, peak=score)
        return True

    def _together(self, poll: Poll, rules: AlarmRules, findings: list[Finding]) -> None:
        verdict = self.joint.observe(poll)
        if verdict is None or self.joint.state is None or not verdict.views:
            return
        self.model_drift = self.model_drift or Drift()
        if self.model_drift.observe(poll.at, 10.0 * verdict.strength):
            findings.append(self._drifted(poll.at, JOINT))
        key = alert_key(self.id, JOINT, "")
        needed = rules.needed(JOINT, key)
        if self._begins(_WHOLE, poll.at, verdict.score, verdict.strength, needed, key, rules, findings):
            title, detail = joint_detail(poll.at, verdict, needed, int(self.joint.state.seen))
            findings.append(self._finding("raised", _WHOLE, poll.at, title=title, detail=detail))

    def _end_silent(self, at: float, rules: AlarmRules, findings: list[Finding]) -> None:
        """Whose interface or sensor is gone will never be calm again."""
        for name, episode in self.episodes.items():
            if not episode.firing or name == _WHOLE:
                continue
            number = self.names.get(name)
            if number is None or at - self.states[number].scalars[LAST_AT] > SILENT_S:
                episode.end(at, rules.settings.refractory_s)
                findings.append(self._finding("resolved", name, at, title="the series sends no more samples"))

    def _finding(self, kind: str, name: SeriesName, at: float, **more: object) -> Finding:
        metric, interface = name
        fields = {"kind": kind, "device_id": self.id, "metric": metric, "interface": interface, "at": at}
        key = alert_key(self.id, metric, interface)
        return msgspec.convert({**fields, "key": key, **more}, Finding)

    def _drifted(self, at: float, metric: str) -> Finding:
        return self._finding("drifted", (metric, ""), at)


def _least(verdict: Verdict) -> float:
    """Keeps the error of a constant series finite."""
    return 1e-6 * abs(verdict.expected) + 1e-9


def _drift(packed: PackedDrift | None) -> Drift | None:
    if packed is None:
        return None
    try:
        return Drift.load(packed.version, packed.learned, packed.rest)
    except SnapshotError:
        return None
