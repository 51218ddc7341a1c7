"""What may be asked of an alert: the bodies of requests, and what rules, detectors and silences ask."""

from typing import Annotated, Any, Literal

import msgspec

from domain.event import Command

Severity = Literal["critical", "high", "medium", "low", "info"]


class SilencedBy(msgspec.Struct, frozen=True, kw_only=True):
    """Why nobody is told: a silence, the device's own outage, that of a device on the way to it, or that no rule tells of
    what was found."""

    kind: Literal["silence", "device", "parent", "rule"]
    id: str
    """Of the silence or the device; of rules their kind."""
    why: str = ""


class RaiseAlert(Command, frozen=True):
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    severity: Severity
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    device_id: str = ""
    source: str = "engineer"
    detail: dict[str, Any] = {}
    rule_id: str = ""
    rule_version: int = 0
    interface: str = ""
    metric: str = ""
    group: str = ""
    """Alerts of one group are told in one message."""
    signal: int = 0


class SilenceAlert(Command, frozen=True):
    """Nobody is to be told. What silences it already, stays."""

    by: SilencedBy


class UnsilenceAlert(Command, frozen=True):
    """What silenced it is over."""


class RuleAlert(Command, frozen=True):
    """A rule tells of what another part of Netledger found; `severity` is the graver of both."""

    rule_id: str
    rule_version: int
    severity: Severity
    group: str = ""


class JudgeAlert(Command, frozen=True):
    """Whether it was worth telling; null takes a judgement back."""

    useful: bool | None


class AcknowledgeAlert(Command, frozen=True):
    """Somebody knows of it."""


class UnacknowledgeAlert(Command, frozen=True):
    """Takes an acknowledgement back."""


class ResolveAlert(Command, frozen=True):
    """Its cause is gone."""

    signal: int = 0


class ReopenAlert(Command, frozen=True):
    """Takes a resolution back; `state` is what the alert returns to."""

    state: Literal["firing", "acknowledged"] = "firing"
