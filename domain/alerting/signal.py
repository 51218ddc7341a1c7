"""What evaluation says: the condition of a rule has come to hold, or is over, for one series of one device."""

from typing import Any, Literal

import msgspec

from domain.alert_commands import Severity
from domain.alerting.machine import Outcome, Series
from domain.alerting.rule import Absence, DeviceDown, Rule, RuleVersion, Threshold
from domain.alerting.scope import Traits
from domain.detection.moment import written
from domain.device import unreachable_alert
from domain.event import one_line


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`key` is the cause: all signals of one cause speak of one alert."""

    kind: Literal["fired", "cleared"]
    key: str
    rule_id: str
    rule_version: int
    rule_kind: str
    device_id: str
    at: float
    severity: Severity = "medium"
    title: str = ""
    interface: str = ""
    metric: str = ""
    group: str = ""
    why: str = ""
    """Of an end that no value brought: the rule is gone, say."""
    detail: dict[str, Any] = {}


def alert_key(rule_id: str, device_id: str, subject: str) -> str:
    """One alert a rule, device and series; at most 300 characters, as a device chooses its names."""
    return f"rule/{rule_id}/{device_id}/{subject}"[:300]


def signal_of(
    outcome: Outcome,
    rule_version: RuleVersion,
    traits: Traits,
    subject: str,
    interface: str,
    metric: str,
    series: Series,
    text: str = "",
    detail: dict[str, Any] | None = None,
) -> Signal:
    """What is told of a series whose state has just changed; `text` is what was found, in words."""
    rule = rule_version.rule
    facts: dict[str, Any] = {"value": series.value, "since": written(series.began), **(detail or {})}
    if isinstance(rule.condition, Threshold):
        facts |= {"op": rule.condition.op, "threshold": rule.condition.value}
        if rule.condition.upper is not None:
            facts["upper"] = rule.condition.upper
    if series.flapping:
        facts["flapping"] = True
    if text:
        facts["text"] = text[:500]
    return Signal(
        kind=outcome,
        key=key_of(rule_version, traits.id, subject),
        rule_id=rule_version.id,
        rule_version=rule_version.version,
        rule_kind=rule.kind,
        device_id=traits.id,
        at=series.at if series.phase == "ok" else series.since,
        severity=rule.severity,
        title=_title(rule, traits, interface, metric, series, text),
        interface=interface[:200],
        metric=metric,
        group=group_of(rule_version, traits),
        detail=facts,
    )


def timed(
    outcome: Outcome, rule_version: RuleVersion, traits: Traits, subject: str, series: Series
) -> Signal:
    """What time alone brought about; of findings the subject says enough."""
    condition = rule_version.rule.condition
    metric = condition.metric if isinstance(condition, Absence) else ""
    return signal_of(outcome, rule_version, traits, subject, subject if metric else "", metric, series)


def ended(rule: RuleVersion, traits: Traits, subject: str, at: float, why: str) -> Signal:
    """An end that no value brought."""
    return Signal(
        kind="cleared",
        key=key_of(rule, traits.id, subject),
        rule_id=rule.id,
        rule_version=rule.version,
        rule_kind=rule.rule.kind,
        device_id=traits.id,
        at=at,
        interface=subject[:200],
        why=why,
    )


def key_of(rule: RuleVersion, device_id: str, subject: str) -> str:
    """The cause that the alert of this series is known by."""
    if isinstance(rule.rule.condition, DeviceDown):
        return unreachable_alert(device_id)
    return alert_key(rule.id, device_id, subject)


def group_of(rule: RuleVersion, traits: Traits) -> str:
    """Alerts that are told together."""
    match rule.rule.group_by:
        case "rule":
            return f"{rule.id}"
        case "site":
            return f"{rule.id}/site/{traits.site}"
        case "device":
            return f"{rule.id}/device/{traits.id}"


def _title(rule: Rule, traits: Traits, interface: str, metric: str, series: Series, text: str) -> str:
    where = " ".join(part for part in (traits.name or traits.id, interface) if part)
    condition = rule.condition
    said = text
    if isinstance(condition, Threshold) and series.value is not None:
        bound = (
            f"{condition.value:g}"
            if condition.upper is None
            else f"{condition.value:g} to {condition.upper:g}"
        )
        said = f"{metric} {series.value:.6g} is {condition.op} {bound}"
    elif isinstance(condition, Absence):
        said = f"no {metric} for {condition.for_s:g} s"
    return one_line(f"{rule.name}: {where}" + (f": {said}" if said else ""))
