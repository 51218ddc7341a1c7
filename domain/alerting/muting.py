"""What explains an alert, so that nobody is told of it: an outage on the way to its device, or a silence."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

import msgspec

from domain.alert_commands import (
    Severity,
    SilencedBy,
)
from domain.alerting.rule import RuleVersion
from domain.alerting.scope import Matchers, Traits, excluded, interface_excluded

_OF_CONFIGURATIONS = ("compliance", "config_drift")


class SilenceInForce(msgspec.Struct, frozen=True, kw_only=True):
    """A silence that is not over: it holds from `starts_at` until `ends_at`."""

    id: str
    matchers: Matchers
    starts_at: datetime
    ends_at: datetime
    why: str = ""
    maintenance: bool = False


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts are judged by at one moment. `behind`: device -> the down device that hides it; `rules`: those in force."""

    traits: Mapping[str, Traits] = {}
    down: Set[str] = frozenset()
    behind: Mapping[str, str] = {}
    silences: Sequence[SilenceInForce] = ()
    rules: Sequence[RuleVersion] = ()

    def name(self, device_id: str) -> str:
        traits = self.traits.get(device_id)
        return (traits.name if traits else "") or device_id


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is about, as far as silences and inhibition go by it."""

    device_id: str
    severity: Severity
    rule_id: str = ""
    rule_kind: str = ""
    interface: str = ""
    found: bool = False
    """Raised by another part of Netledger, so that rules have yet to decide whether it is told."""
    metric: str = ""
    score: float = 1.0
    """Of an anomaly that was found."""


def inhibited_by(subject: Subject, world: World) -> SilencedBy | None:
    """The outage that explains it: that of a device on the way, or the device's own. What engineers raised is never
    explained away, nor what a configuration says."""
    device = subject.device_id
    if not subject.rule_kind or subject.rule_kind in _OF_CONFIGURATIONS or not device:
        return None
    parent = world.behind.get(device)
    if parent is not None:
        return SilencedBy(kind="parent", id=parent, why=f"{world.name(parent)} is down")
    if subject.rule_kind != "device_down" and device in world.down:
        return SilencedBy(kind="device", id=device, why=f"{world.name(device)} is down")
    return None


def silence_of(subject: Subject, world: World) -> SilencedBy | None:
    """The first silence that matches."""
    for silence in world.silences:
        if matches(silence.matchers, subject, world):
            kind = "maintenance" if silence.maintenance else "silence"
            return SilencedBy(kind="silence", id=silence.id, why=f"{kind}: {silence.why}"[:300])
    return None


def matches(matchers: Matchers, subject: Subject, world: World) -> bool:
    """Whether a silence means this alert."""
    if matchers.rule_ids and subject.rule_id not in matchers.rule_ids:
        return False
    if matchers.severities and subject.severity not in matchers.severities:
        return False
    scope = matchers.scope
    traits = world.traits.get(subject.device_id) or Traits(id=subject.device_id)
    if excluded(scope, msgspec.structs.replace(traits, active=True)):
        return False
    return not interface_excluded(scope, subject.interface)


def maintained(world: World) -> dict[str, dict[str, str]]:
    """Device -> the maintenance windows that mean the whole of it now, with their reasons. One that means only some rules,
    severities or interfaces is a silence, but not the device's maintenance."""
    found: dict[str, dict[str, str]] = {}
    for silence in world.silences:
        matchers = silence.matchers
        partial = matchers.rule_ids or matchers.severities or matchers.scope.interfaces
        if not silence.maintenance or partial:
            continue
        for device_id, traits in world.traits.items():
            if traits.active and not excluded(matchers.scope, traits):
                found.setdefault(device_id, {})[silence.id] = silence.why
    return found
