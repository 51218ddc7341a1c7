"""An alert: one cause that someone should know about, raised once a key, acknowledged, resolved, reopened."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Aggregate
from domain.errors import NotFound, Refused
from domain.event import About, Change, Command, Event, one_line

Severity = Literal["critical", "high", "medium", "low", "info"]
AlertState = Literal["absent", "firing", "acknowledged", "resolved"]

_KEYS = UUID("3b0d8f0e-6c58-5f0e-9a43-5d5a2c8f7a11")


def alert_id(key: str) -> UUID:
    """One cause has one alert: the id follows from the key, so that raising twice cannot make two."""
    return uuid5(_KEYS, key)


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    state: AlertState = "absent"
    key: str = ""
    severity: Severity = "info"
    title: str = ""
    device_id: str = ""
    occurrence: int = 0


class RaiseAlert(Command, frozen=True):
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    severity: Severity
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    device_id: str = ""
    source: str = "engineer"
    detail: dict[str, Any] = {}


class AcknowledgeAlert(Command, frozen=True):
    """Somebody knows of it."""


class UnacknowledgeAlert(Command, frozen=True):
    """Takes an acknowledgement back."""


class ResolveAlert(Command, frozen=True):
    """Its cause is gone."""


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

    def summary(self) -> str:
        return one_line(f"{self.severity} alert: {self.title}")

    def undo(self) -> Command:
        return ResolveAlert()


class AlertAcknowledged(Event, frozen=True):
    topic: ClassVar[str] = "alert.acknowledged.v1"
    inverse: ClassVar[type[Command] | str] = UnacknowledgeAlert
    title: str = ""

    def summary(self) -> str:
        return one_line(f"acknowledged: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", "firing", "acknowledged"),)

    def undo(self) -> Command:
        return UnacknowledgeAlert()


class AlertUnacknowledged(Event, frozen=True):
    topic: ClassVar[str] = "alert.unacknowledged.v1"
    inverse: ClassVar[type[Command] | str] = AcknowledgeAlert
    title: str = ""

    def summary(self) -> str:
        return one_line(f"acknowledgement taken back: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", "acknowledged", "firing"),)

    def undo(self) -> Command:
        return AcknowledgeAlert()


class AlertResolved(Event, frozen=True):
    topic: ClassVar[str] = "alert.resolved.v1"
    inverse: ClassVar[type[Command] | str] = ReopenAlert
    previous: AlertState
    title: str = ""

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
    state: Literal["firing", "acknowledged"] = "firing"

    def summary(self) -> str:
        return one_line(f"reopened: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", "resolved", self.state),)

    def undo(self) -> Command:
        return ResolveAlert()


def decide(state: Alert, command: Command) -> Sequence[Event]:
    match command:
        case RaiseAlert():
            if state.state in ("firing", "acknowledged"):
                return []
            return [
                AlertRaised(
                    key=command.key,
                    severity=command.severity,
                    title=command.title,
                    occurrence=state.occurrence + 1,
                    device_id=command.device_id,
                    source=command.source,
                    detail=command.detail,
                )
            ]
        case _ if state.state == "absent":
            raise NotFound("no such alert", code="ALERT_NOT_FOUND")
        case AcknowledgeAlert():
            if state.state == "resolved":
                raise Refused(
                    "a resolved alert cannot be acknowledged; reopen it first", code="ALERT_RESOLVED"
                )
            return [] if state.state == "acknowledged" else [AlertAcknowledged(title=state.title)]
        case UnacknowledgeAlert():
            return [AlertUnacknowledged(title=state.title)] if state.state == "acknowledged" else []
        case ResolveAlert():
            return (
                [] if state.state == "resolved" else [AlertResolved(previous=state.state, title=state.title)]
            )
        case ReopenAlert():
            return (
                [AlertReopened(title=state.title, state=command.state)] if state.state == "resolved" else []
            )
        case _:
            raise TypeError(f"an alert knows no {type(command).__name__}")


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
            )
        case AlertAcknowledged():
            return msgspec.structs.replace(state, state="acknowledged")
        case AlertUnacknowledged():
            return msgspec.structs.replace(state, state="firing")
        case AlertReopened():
            return msgspec.structs.replace(state, state=event.state)
        case AlertResolved():
            return msgspec.structs.replace(state, state="resolved")
        case _:
            return state


def about(state: Alert, alert_id: str) -> About:
    return About(device_id=state.device_id)


ALERT = Aggregate(
    name="alert",
    initial=Alert(),
    decide=decide,
    evolve=evolve,
    events=(AlertRaised, AlertAcknowledged, AlertUnacknowledged, AlertResolved, AlertReopened),
    about=about,
)
