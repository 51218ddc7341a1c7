"""Which rule tells of an alert that another part of Netledger raised: detectors, compliance checks, discovery, customers."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.alert_commands import Severity, SilencedBy
from domain.alerting.rule import Anomaly, Compliance, RuleVersion
from domain.alerting.scope import Traits, excluded, interface_excluded
from domain.alerting.spec import RANKS

KINDS_BY_SOURCE = {
    "detector": "anomaly",
    "discovery": "device_down",
    "sync": "customer_drift",
    "compliance": "compliance",
}
"""Which kind of rule decides on an alert, by who raised it."""
FOUND = frozenset(KINDS_BY_SOURCE.values())
_MOST_REASONS = 3


class Found(NamedTuple):
    """What such an alert says of itself, as far as rules go by it."""

    kind: str
    interface: str
    metric: str
    score: float
    severity: Severity
    """Its own, or a rule's that decided on it before."""


def ruling(found: Found, rules: Iterable[RuleVersion], traits: Traits) -> RuleVersion | SilencedBy:
    """The gravest rule that tells of it; where none does, why nobody is told."""
    reasons: list[str] = []
    telling: list[RuleVersion] = []
    for each in rules:
        if each.rule.kind != found.kind:
            continue
        reason = _excluded(found, each, traits)
        if reason:
            reasons.append(f"{each.rule.name}: {reason}")
        else:
            telling.append(each)
    if telling:
        return min(telling, key=lambda each: (RANKS[each.rule.severity], each.id))
    why = f"no alert rule of the kind {found.kind} tells of it"
    if reasons:
        why += f" ({'; '.join(reasons[:_MOST_REASONS])})"
    return SilencedBy(kind="rule", id=found.kind, why=why[:300])


def graver(one: Severity, other: Severity) -> Severity:
    return min(one, other, key=RANKS.__getitem__)


def _excluded(found: Found, rule: RuleVersion, traits: Traits) -> str:
    """Why this rule does not tell of it; empty where it does."""
    scope, condition = rule.rule.scope, rule.rule.condition
    reason = excluded(scope, traits) or interface_excluded(scope, found.interface)
    if reason:
        return reason
    if isinstance(condition, Anomaly):
        if condition.metric not in ("", found.metric):
            return f"it is about {condition.metric}"
        if found.score < condition.score:
            return f"the score {found.score:g} is under {condition.score:g}"
    if isinstance(condition, Compliance) and RANKS[found.severity] > RANKS[condition.min_severity]:
        return f"{found.severity} is less than {condition.min_severity}"
    return ""
