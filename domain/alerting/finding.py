"""What receivers and looks at configurations find out: the way into alert rules for what is no sample."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from domain.alerting.rule import LogMatch, RuleVersion

FindingKind = Literal["config_drift", "log"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing found on a device. Reporting it twice with the same id is reporting it once."""

    id: str
    kind: FindingKind
    device_id: str
    at: float
    """Seconds since the epoch."""
    over: bool = False
    """What was found before is so no longer."""
    metric: str = ""
    interface: str = ""
    subject: str = ""
    """What tells findings of one kind on one device apart: a neighbour, say. Each subject has its own alert."""
    text: str = ""
    """One line for people, or the log message itself."""
    source: Literal["", "trap", "syslog"] = ""
    trap_oid: str = ""
    level: int = 7
    """Of a syslog message: RFC 5424 severity, 0 is the gravest."""
    detail: dict[str, Any] = {}


class FindingSink(Protocol):
    async def add(self, findings: Sequence[Finding]) -> None:
        """Hands findings over to the alert rules; returns once they are safe."""
        ...


def matches(condition: LogMatch, finding: Finding) -> bool:
    """Whether a trap or syslog message is what the rule looks for."""
    if condition.source not in ("any", finding.source) or finding.level > condition.max_level:
        return False
    oid = condition.trap_oid
    if oid and finding.trap_oid != oid and not finding.trap_oid.startswith(f"{oid}."):
        return False
    return _has_all(finding.text, condition.contains)


def ends(condition: LogMatch, finding: Finding) -> bool:
    """Whether it is the message that ends the alert."""
    if not condition.clear_contains or condition.source not in ("any", finding.source):
        return False
    return _has_all(finding.text, condition.clear_contains)


def _has_all(text: str, words: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(word.casefold() in folded for word in words)


class LogFilter:
    """Which messages are worth handing over: those that some rule looks for. For receivers, who see them all."""

    def __init__(self, rules: Sequence[RuleVersion]) -> None:
        conditions = (each.rule.condition for each in rules)
        self._wanted = [condition for condition in conditions if isinstance(condition, LogMatch)]

    def wants(self, finding: Finding) -> bool:
        return any(matches(each, finding) or ends(each, finding) for each in self._wanted)
