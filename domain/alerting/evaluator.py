"""Evaluates rules over many devices: finds the rules that a value concerns, runs their state machines, says what changed."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from domain.alerting.finding import Finding, ends, matches
from domain.alerting.machine import FLAP_WINDOW_S, Series, advance, deadline, tick
from domain.alerting.rule import (
    DeviceDown,
    LogMatch,
    Rule,
    RuleVersion,
)
from domain.alerting.scope import Traits, excluded, interface_excluded
from domain.alerting.signal import Signal, ended, signal_of, timed
from domain.alerting.spec import Spec, compiled
from domain.telemetry import Poll

ON_SAMPLES = frozenset({"threshold", "absence", "interface_down"})
ON_FACTS = frozenset({"device_down", "config_drift", "log"})
"""The kinds of rules that samples concern, and those that events and findings concern; see `ruling` for the others."""
GAPS = 2.5
"""Polls that may be missed, less than that many intervals, before a duration begins anew."""
STALE_S = 3_600.0
"""A series without values for so long, of a device that has values, is gone: a removed interface, say."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """One series as it is stored."""

    rule_id: str
    subject: str
    series: Series


class Watch:
    """One rule on one device: its series by subject; None stands for one that the rule leaves out."""

    __slots__ = ("rule", "series", "spec")

    def __init__(self, rule: RuleVersion, spec: Spec) -> None:
        self.rule = rule
        self.spec = spec
        self.series: dict[str, Series | None] = {}


class DeviceWatch:
    """One device with the rules that hold for it."""

    __slots__ = ("due", "last_at", "plan", "traits")

    def __init__(self, traits: Traits) -> None:
        self.traits = traits
        self.plan: dict[str, list[Watch]] = {}
        self.last_at = 0.0
        self.due = 0.0
        """No series changes by time alone before."""


class Evaluator:
    """Deterministic: the same calls in the same order give the same signals. `dirty` names the devices whose stored
    form is out of date, `touched` those of which only the last values have moved on."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds = kinds
        self._rules: list[tuple[RuleVersion, Spec]] = []
        self._traits: Mapping[str, Traits] = {}
        self._resumed_at = 0.0
        self._devices: dict[str, DeviceWatch] = {}
        self._kept: dict[str, list[Kept]] = {}
        self.dirty: set[str] = set()
        self.touched: set[str] = set()
        self.samples = 0

    def restore(self, device_id: str, kept: Sequence[Kept], resumed_at: float) -> None:
        """What was stored of a device, before anything else is said of it. What is absent is counted from `resumed_at`
        on, since a last value that was not stored any more may be younger than the one that was."""
        self._kept[device_id] = list(kept)
        self._resumed_at = resumed_at

    def stored(self, device_id: str) -> list[Kept]:
        """What there is to store of a device."""
        device = self._devices.get(device_id)
        if device is None:
            return self._kept.get(device_id, [])
        return [
            Kept(watch.rule.id, subject, series)
            for watches in device.plan.values()
            for watch in watches
            for subject, series in watch.series.items()
            if series is not None
        ]

    def learn(
        self,
        rules: Sequence[RuleVersion],
        traits: Mapping[str, Traits],
        changed: Collection[str] | None = None,
    ) -> list[Signal]:
        """New rules, or new facts about the devices `changed` (None: any): series of rules that hold no longer end."""
        self._rules = [
            (each, compiled(each.rule.condition)) for each in rules if each.rule.kind in self._kinds
        ]
        self._traits = traits
        known = {*self._devices, *self._kept}
        return [
            signal
            for device_id in sorted(known if changed is None else known.intersection(changed))
            for signal in self._replanned(device_id)
        ]

    def poll(self, poll: Poll) -> list[Signal]:
        """The samples of one poll, in their order."""
        device = self._devices.get(poll.device_id) or self._met(poll.device_id)
        plan = device.plan
        at, gap_s = poll.at, poll.interval_s * GAPS
        if at > device.last_at or device.last_at - at > STALE_S:
            device.last_at = at
        self.samples += len(poll.samples)
        signals: list[Signal] = []
        for sample in poll.samples:
            watches = plan.get(sample.metric)
            if watches is None:
                continue
            value = sample.value
            if value is None:
                continue
            subject = sample.interface
            for watch in watches:
                before = watch.series.get(subject, _NEW)
                if before is None:
                    continue
                if before is _NEW:
                    before = None
                    if interface_excluded(watch.rule.rule.scope, subject):
                        watch.series[subject] = None
                        continue
                after, outcome = advance(before, watch.spec, at, value, gap_s)
                if after is not before and after is not None:
                    watch.series[subject] = after
                    self._noted(device, before, after, watch.spec)
                    if outcome is not None:
                        signals.append(
                            signal_of(
                                outcome, watch.rule, device.traits, subject, subject, sample.metric, after
                            )
                        )
        return signals

    def finding(self, finding: Finding) -> list[Signal]:
        """What a receiver, or a look at configurations, found."""

        def value_of(rule: Rule) -> float | None:
            condition = rule.condition
            if isinstance(condition, LogMatch):
                if ends(condition, finding):
                    return 0.0
                return 1.0 if matches(condition, finding) else None
            return 0.0 if finding.over else 1.0

        subject = finding.subject or "/".join(part for part in (finding.metric, finding.interface) if part)
        return self._fact(
            finding.kind,
            finding.device_id,
            finding.at,
            value_of,
            subject=subject,
            interface=finding.interface,
            metric=finding.metric,
            text=finding.text,
            detail=finding.detail,
        )

    def device_down(self, device_id: str, at: float, *, down: bool, cause: str = "") -> list[Signal]:
        """What the ledger says of a device's being reachable."""
        value = 1.0 if down else 0.0
        return self._fact("device_down", device_id, at, lambda rule: value, text=cause)

    def tick(self, now: float) -> list[Signal]:
        """What the time that has gone by changes."""
        signals: list[Signal] = []
        for device_id, device in list(self._devices.items()):
            if device.due > now:
                continue
            due = float("inf")
            for watch, subject, series in _all_series(device):
                after, outcome = tick(series, watch.spec, now)
                if after is not series:
                    watch.series[subject] = after
                    self.dirty.add(device_id)
                    if outcome is not None:
                        signals.append(timed(outcome, watch.rule, device.traits, subject, after))
                next_due = deadline(after, watch.spec)
                if next_due is not None and next_due < due:
                    due = next_due
            device.due = due
        return signals

    def forget_stale(self, now: float) -> list[Signal]:
        """Ends and forgets series that have no values any more although their device has, and facts long over."""
        signals: list[Signal] = []
        for device_id, device in self._devices.items():
            for watch, subject, series in list(_all_series(device)):
                if watch.spec.sticky:
                    stale = series.phase == "ok" and now - series.at > FLAP_WINDOW_S
                else:
                    stale = device.last_at - series.at > max(STALE_S, 8 * watch.spec.for_s)
                if stale:
                    del watch.series[subject]
                    self.dirty.add(device_id)
                    if series.on:
                        why = "it has no values any more"
                        signals.append(ended(watch.rule, device.traits, subject, device.last_at, why))
        return signals

    def series(self) -> int:
        """How many are being watched."""
        return sum(1 for device in self._devices.values() for _ in _all_series(device))

    def _fact(
        self,
        source: str,
        device_id: str,
        at: float,
        value_of: Callable[[Rule], float | None],
        *,
        subject: str = "",
        interface: str = "",
        metric: str = "",
        text: str = "",
        detail: dict[str, Any] | None = None,
    ) -> list[Signal]:
        device = self._devices.get(device_id) or self._met(device_id)
        signals: list[Signal] = []
        for watch in device.plan.get(source, ()):
            value = value_of(watch.rule.rule)
            before = watch.series.get(subject)
            if value is None or (before is None and interface_excluded(watch.rule.rule.scope, interface)):
                continue
            after, outcome = advance(before, watch.spec, at, value, float("inf"))
            if after is before or after is None:
                continue
            watch.series[subject] = after
            self._noted(device, before, after, watch.spec)
            if outcome is not None:
                signals.append(
                    signal_of(
                        outcome,
                        watch.rule,
                        device.traits,
                        subject,
                        interface,
                        metric,
                        after,
                        text,
                        detail or {},
                    )
                )
            elif after.phase == "ok" and not after.fired:
                del watch.series[subject]  # facts that are over need not be remembered
        return signals

    def _noted(self, device: DeviceWatch, before: Series | None, after: Series, spec: Spec) -> None:
        """Whether it must be stored now, or when it suits; and when time alone would change it."""
        device_id = device.traits.id
        if after.phase != "ok" or before is None or before.phase != "ok" or before.was_ok != after.was_ok:
            self.dirty.add(device_id)
        else:
            self.touched.add(device_id)
        if spec.sticky or spec.absent:
            due = deadline(after, spec)
            if due is not None and due < device.due:
                device.due = due

    def _met(self, device_id: str) -> DeviceWatch:
        self._replanned(device_id)
        return self._devices[device_id]

    def _replanned(self, device_id: str) -> list[Signal]:
        """Its rules anew; what it had of them stays, and what is left over ends."""
        known = self._devices.get(device_id)
        traits = self._traits.get(device_id) or Traits(id=device_id)
        if known is not None and known.traits == traits and self._same_rules(known):
            return []
        device = DeviceWatch(traits)
        watches: dict[str, Watch] = {}
        for rule, spec in self._rules:
            if not excluded(rule.rule.scope, traits):
                watch = watches[rule.id] = Watch(rule, spec)
                device.plan.setdefault(spec.source, []).append(watch)
        had = [(kept.rule_id, kept.subject, kept.series) for kept in self._kept.pop(device_id, ())]
        olds = (
            {watch.rule.id: watch.rule for watches in known.plan.values() for watch in watches}
            if known
            else {}
        )
        if known is not None:
            device.last_at = known.last_at
            had += [(watch.rule.id, subject, series) for watch, subject, series in _all_series(known)]
        signals: list[Signal] = []
        for rule_id, subject, series in had:
            device.last_at = max(device.last_at, series.at)
            new = watches.get(rule_id)
            if new is not None and (new.spec.sticky or not interface_excluded(new.rule.rule.scope, subject)):
                if known is None and new.spec.absent and series.phase == "ok":
                    series = msgspec.structs.replace(series, at=max(series.at, self._resumed_at))
                new.series[subject] = series
            elif series.on:
                gone = (
                    "the rule holds here no longer" if traits.active else "the device is not in the inventory"
                )
                rule = olds.get(rule_id) or RuleVersion(id=rule_id, version=0, rule=_UNKNOWN)
                signals.append(ended(rule, traits, subject, series.at, gone))
                self.dirty.add(device_id)
        self._devices[device_id] = device
        return signals

    def _same_rules(self, device: DeviceWatch) -> bool:
        planned = [watch.rule for watches in device.plan.values() for watch in watches]
        wanted = [rule for rule, _ in self._rules if not excluded(rule.rule.scope, device.traits)]
        return len(planned) == len(wanted) and {(r.id, r.version) for r in planned} == {
            (r.id, r.version) for r in wanted
        }


_NEW = Series(0.0, None)
"""Stands for a series that was never seen."""


_UNKNOWN = Rule(name="?", condition=DeviceDown())
"""Stands for a rule that was deleted while nobody evaluated it."""


def _all_series(device: DeviceWatch) -> Iterator[tuple[Watch, str, Series]]:
    for watches in device.plan.values():
        for watch in watches:
            for subject, series in list(watch.series.items()):
                if series is not None:
                    yield watch, subject, series
