"""What happened to an alert: raised, acknowledged, resolved, silenced, judged, each with the way back."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import msgspec

from domain.alert_commands import (
    AcknowledgeAlert,
    JudgeAlert,
    ReopenAlert,
    ResolveAlert,
    Severity,
    SilenceAlert,
    SilencedBy,
    UnacknowledgeAlert,
    UnsilenceAlert,
)
from domain.event import Change, Command, Event, one_line

AlertState = Literal["absent", "firing", "silenced", "acknowledged", "resolved"]


class AlertRaised(Event, frozen=True):
    topic: ClassVar[str] = "alert.raised.v1"
    inverse: ClassVar[type[Command] | str] = ResolveAlert
    key: str
    severity: Severity
    title: str
    occurrence: int
    device_id: str = ""
    source: str = ""
    detail: dict[str, Any] = {}
    rule_id: str = ""
    rule_version: int = 0
    interface: str = ""
    metric: str = ""
    group: str = ""
    signal: int = 0

    def summary(self) -> str:
        return one_line(f"{self.severity} alert: {self.title}")

    def undo(self) -> Command:
        return ResolveAlert()


class AlertAcknowledged(Event, frozen=True):
    topic: ClassVar[str] = "alert.acknowledged.v1"
    inverse: ClassVar[type[Command] | str] = UnacknowledgeAlert
    title: str = ""
    previous: Literal["firing", "silenced"] = "firing"

    def summary(self) -> str:
        return one_line(f"acknowledged: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "acknowledged"),)

    def undo(self) -> Command:
        return UnacknowledgeAlert()


class AlertUnacknowledged(Event, frozen=True):
    topic: ClassVar[str] = "alert.unacknowledged.v1"
    inverse: ClassVar[type[Command] | str] = AcknowledgeAlert
    title: str = ""
    state: Literal["firing", "silenced"] = "firing"

    def summary(self) -> str:
        return one_line(f"acknowledgement taken back: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", "acknowledged", self.state),)

    def undo(self) -> Command:
        return AcknowledgeAlert()


class AlertResolved(Event, frozen=True):
    topic: ClassVar[str] = "alert.resolved.v1"
    inverse: ClassVar[type[Command] | str] = ReopenAlert
    previous: AlertState
    title: str = ""
    signal: int = 0

    def summary(self) -> str:
        return one_line(f"resolved: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "resolved"),)

    def undo(self) -> Command:
        return ReopenAlert(state="acknowledged" if self.previous == "acknowledged" else "firing")


class AlertReopened(Event, frozen=True):
    topic: ClassVar[str] = "alert.reopened.v1"
    inverse: ClassVar[type[Command] | str] = ResolveAlert
    title: str = ""
    state: Literal["firing", "acknowledged", "silenced"] = "firing"

    def summary(self) -> str:
        return one_line(f"reopened: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", "resolved", self.state),)

    def undo(self) -> Command:
        return ResolveAlert()


class AlertSilenced(Event, frozen=True):
    topic: ClassVar[str] = "alert.silenced.v1"
    inverse: ClassVar[type[Command] | str] = UnsilenceAlert
    by: SilencedBy
    title: str = ""

    def summary(self) -> str:
        return one_line(f"silenced: {self.title} ({self.by.why or self.by.kind})")

    def changed(self) -> Sequence[Change]:
        return (Change("silenced_by", None, msgspec.to_builtins(self.by)),)

    def undo(self) -> Command:
        return UnsilenceAlert()


class AlertUnsilenced(Event, frozen=True):
    topic: ClassVar[str] = "alert.unsilenced.v1"
    inverse: ClassVar[type[Command] | str] = SilenceAlert
    by: SilencedBy
    title: str = ""

    def summary(self) -> str:
        return one_line(f"no longer silenced: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("silenced_by", msgspec.to_builtins(self.by), None),)

    def undo(self) -> Command:
        return SilenceAlert(by=self.by)


class AlertRuled(Event, frozen=True):
    topic: ClassVar[str] = "alert.ruled.v1"
    inverse: ClassVar[type[Command] | str] = "change or disable the alert rule that tells of it"
    rule_id: str
    rule_version: int
    severity: Severity
    previous: Severity
    group: str = ""
    title: str = ""

    def summary(self) -> str:
        return one_line(f"{self.severity} by an alert rule: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("severity", self.previous, self.severity),) if self.severity != self.previous else ()


class AlertJudged(Event, frozen=True):
    topic: ClassVar[str] = "alert.judged.v1"
    inverse: ClassVar[type[Command] | str] = JudgeAlert
    useful: bool | None
    previous: bool | None = None
    title: str = ""
    rule_id: str = ""

    def summary(self) -> str:
        judgement = {True: "useful", False: "not useful", None: "not judged any more"}[self.useful]
        return one_line(f"{judgement}: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("useful", self.previous, self.useful),)

    def undo(self) -> Command:
        return JudgeAlert(useful=self.previous)
