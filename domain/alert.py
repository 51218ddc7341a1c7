"""An alert: one cause that someone should know about, raised once a key, acknowledged, resolved, reopened."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Aggregate
from domain.errors import NotFound, Refused
from domain.event import About, Change, Command, Event, one_line

Severity = Literal["critical", "high", "medium", "low", "info"]
AlertState = Literal["absent", "firing", "silenced", "acknowledged", "resolved"]

_KEYS = UUID("3b0d8f0e-6c58-5f0e-9a43-5d5a2c8f7a11")


def alert_id(key: str) -> UUID:
    """One cause has one alert: the id follows from the key, so that raising twice cannot make two."""
    return uuid5(_KEYS, key)


class SilencedBy(msgspec.Struct, frozen=True, kw_only=True):
    """Why nobody is told: a silence, the device's own outage, that of a device on the way to it, or that no rule tells of
    what was found."""

    kind: Literal["silence", "device", "parent", "rule"]
    id: str
    """Of the silence or the device; of rules their kind."""
    why: str = ""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    state: AlertState = "absent"
    key: str = ""
    severity: Severity = "info"
    title: str = ""
    device_id: str = ""
    occurrence: int = 0
    rule_id: str = ""
    group: str = ""
    signal: int = 0
    """The last signal of rule evaluation that was applied; one that comes again does nothing."""
    silenced_by: SilencedBy | None = None
    useful: bool | None = None

    @property
    def open_state(self) -> Literal["firing", "silenced"]:
        """What it is while nobody has acknowledged it."""
        return "silenced" if self.silenced_by else "firing"


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


def decide(state: Alert, command: Command) -> Sequence[Event]:
    match command:
        case RaiseAlert():
            if state.state in ("firing", "silenced", "acknowledged") or _applied(state, command.signal):
                return []
            return [_raised(state, command)]
        case _ if state.state == "absent":
            raise NotFound("no such alert", code="ALERT_NOT_FOUND")
        case AcknowledgeAlert():
            if state.state == "resolved":
                raise Refused(
                    "a resolved alert cannot be acknowledged; reopen it first", code="ALERT_RESOLVED"
                )
            if state.state == "acknowledged":
                return []
            return [AlertAcknowledged(title=state.title, previous=state.open_state)]
        case UnacknowledgeAlert():
            if state.state != "acknowledged":
                return []
            return [AlertUnacknowledged(title=state.title, state=state.open_state)]
        case ResolveAlert():
            if state.state == "resolved" or _applied(state, command.signal):
                return []
            return [AlertResolved(previous=state.state, title=state.title, signal=command.signal)]
        case ReopenAlert():
            if state.state != "resolved":
                return []
            return [
                AlertReopened(
                    title=state.title,
                    state="acknowledged" if command.state == "acknowledged" else state.open_state,
                )
            ]
        case SilenceAlert():
            if state.state == "resolved" or state.silenced_by is not None:
                return []
            return [AlertSilenced(by=command.by, title=state.title)]
        case UnsilenceAlert():
            return (
                []
                if state.silenced_by is None
                else [AlertUnsilenced(by=state.silenced_by, title=state.title)]
            )
        case RuleAlert():
            known = state.rule_id, state.severity, state.group
            if state.state == "resolved" or known == (command.rule_id, command.severity, command.group):
                return []
            return [
                AlertRuled(
                    rule_id=command.rule_id,
                    rule_version=command.rule_version,
                    severity=command.severity,
                    previous=state.severity,
                    group=command.group,
                    title=state.title,
                )
            ]
        case JudgeAlert():
            if state.useful == command.useful:
                return []
            return [
                AlertJudged(
                    useful=command.useful, previous=state.useful, title=state.title, rule_id=state.rule_id
                )
            ]
        case _:
            raise TypeError(f"an alert knows no {type(command).__name__}")


def _applied(state: Alert, signal: int) -> bool:
    """Whether this signal of rule evaluation was applied before: after a crash they come again."""
    return 0 < signal <= state.signal


def _raised(state: Alert, command: RaiseAlert) -> AlertRaised:
    fields = {name: getattr(command, name) for name in RaiseAlert.__struct_fields__ if name != "reason"}
    return AlertRaised(occurrence=state.occurrence + 1, **fields)


def evolve(state: Alert, event: Event) -> Alert:
    match event:
        case AlertRaised():
            return Alert(
                state="firing",
                key=event.key,
                severity=event.severity,
                title=event.title,
                device_id=event.device_id,
                occurrence=event.occurrence,
                rule_id=event.rule_id,
                group=event.group,
                signal=max(event.signal, state.signal),
            )
        case AlertAcknowledged():
            return msgspec.structs.replace(state, state="acknowledged")
        case AlertUnacknowledged() | AlertReopened():
            return msgspec.structs.replace(state, state=event.state)
        case AlertResolved():
            return msgspec.structs.replace(state, state="resolved", signal=max(event.signal, state.signal))
        case AlertSilenced():
            return msgspec.structs.replace(
                state, silenced_by=event.by, state="silenced" if state.state == "firing" else state.state
            )
        case AlertUnsilenced():
            return msgspec.structs.replace(
                state, silenced_by=None, state="firing" if state.state == "silenced" else state.state
            )
        case AlertRuled():
            return msgspec.structs.replace(
                state, rule_id=event.rule_id, severity=event.severity, group=event.group
            )
        case AlertJudged():
            return msgspec.structs.replace(state, useful=event.useful)
        case _:
            return state


def about(state: Alert, alert_id: str) -> About:
    return About(device_id=state.device_id)


ALERT = Aggregate(
    name="alert",
    initial=Alert(),
    decide=decide,
    evolve=evolve,
    events=(
        AlertRaised,
        AlertAcknowledged,
        AlertUnacknowledged,
        AlertResolved,
        AlertReopened,
        AlertSilenced,
        AlertUnsilenced,
        AlertRuled,
        AlertJudged,
    ),
    about=about,
)
