"""An alert: one cause that someone should know about, raised once a key, acknowledged, resolved, reopened."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Aggregate
from domain.alert_commands import (
    AcknowledgeAlert,
    JudgeAlert,
    RaiseAlert,
    ReopenAlert,
    ResolveAlert,
    RuleAlert,
    Severity,
    SilenceAlert,
    SilencedBy,
    UnacknowledgeAlert,
    UnsilenceAlert,
)
from domain.alert_events import (
    AlertAcknowledged,
    AlertJudged,
    AlertRaised,
    AlertReopened,
    AlertResolved,
    AlertRuled,
    AlertSilenced,
    AlertState,
    AlertUnacknowledged,
    AlertUnsilenced,
)
from domain.errors import NotFound, Refused
from domain.event import About, Command, Event

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
