"""A silence: alerts that match it are not told of for a while. As maintenance its devices are known to be worked on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.alerting.scope import Matchers
from domain.device_facts import as_json
from domain.errors import Conflict, Invalid, NotFound, Refused
from domain.event import Change, Command, Event, one_line

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "ended"] = "absent"
    matchers: Matchers = Matchers()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    why: str = ""
    maintenance: bool = False


class CreateSilence(Command, frozen=True):
    """Nobody is told of alerts that match, from `starts_at` to `ends_at`; `maintenance` marks planned work."""

    matchers: Matchers
    starts_at: Moment
    ends_at: Moment
    why: Text
    maintenance: bool = False


class ChangeSilence(Command, frozen=True):
    """What is left out stays."""

    matchers: Matchers | msgspec.UnsetType = msgspec.UNSET
    starts_at: Moment | msgspec.UnsetType = msgspec.UNSET
    ends_at: Moment | msgspec.UnsetType = msgspec.UNSET
    why: Text | msgspec.UnsetType = msgspec.UNSET
    maintenance: bool | msgspec.UnsetType = msgspec.UNSET


class EndSilence(Command, frozen=True):
    """Ends it before its time; it stays as history."""


class ResumeSilence(Command, frozen=True):
    """Takes an early end back."""


class SilenceCreated(Event, frozen=True):
    topic: ClassVar[str] = "silence.created.v1"
    inverse: ClassVar[type[Command] | str] = EndSilence
    matchers: Matchers
    starts_at: datetime
    ends_at: datetime
    why: str
    maintenance: bool = False

    def summary(self) -> str:
        what = "maintenance" if self.maintenance else "silence"
        return one_line(f"{what} until {self.ends_at.isoformat(timespec='minutes')}: {self.why}")

    def undo(self) -> Command:
        return EndSilence()


class SilenceChanged(Event, frozen=True):
    topic: ClassVar[str] = "silence.changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeSilence
    changes: list[Change]

    def summary(self) -> str:
        return "silence changed: " + ", ".join(change.field for change in self.changes)

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        return msgspec.convert({change.field: change.old for change in self.changes}, ChangeSilence)


class SilenceEnded(Event, frozen=True):
    topic: ClassVar[str] = "silence.ended.v1"
    inverse: ClassVar[type[Command] | str] = ResumeSilence
    why: str = ""

    def summary(self) -> str:
        return one_line(f"silence ended: {self.why}")

    def undo(self) -> Command:
        return ResumeSilence()


class SilenceResumed(Event, frozen=True):
    topic: ClassVar[str] = "silence.resumed.v1"
    inverse: ClassVar[type[Command] | str] = EndSilence
    why: str = ""

    def summary(self) -> str:
        return one_line(f"silence resumed: {self.why}")

    def undo(self) -> Command:
        return EndSilence()


def decide(state: Silence, command: Command) -> Sequence[Event]:
    match command:
        case CreateSilence():
            if state.state != "absent":
                raise Conflict("this silence exists already", code="SILENCE_EXISTS")
            _check(command.starts_at, command.ends_at)
            return [
                SilenceCreated(
                    matchers=command.matchers,
                    starts_at=command.starts_at,
                    ends_at=command.ends_at,
                    why=command.why,
                    maintenance=command.maintenance,
                )
            ]
        case _ if state.state == "absent":
            raise NotFound("no such silence", code="SILENCE_NOT_FOUND")
        case EndSilence():
            return [] if state.state == "ended" else [SilenceEnded(why=state.why)]
        case ResumeSilence():
            return [SilenceResumed(why=state.why)] if state.state == "ended" else []
        case _ if state.state == "ended":
            raise Refused("this silence was ended; make a new one", code="SILENCE_ENDED")
        case ChangeSilence():
            return _changed(state, command)
        case _:
            raise TypeError(f"a silence knows no {type(command).__name__}")


def _changed(state: Silence, command: ChangeSilence) -> Sequence[Event]:
    fields = ("matchers", "starts_at", "ends_at", "why", "maintenance")
    given = {name: value for name in fields if (value := getattr(command, name)) is not msgspec.UNSET}
    wanted = msgspec.structs.replace(state, **given)
    assert wanted.starts_at is not None and wanted.ends_at is not None  # set by its creation
    _check(wanted.starts_at, wanted.ends_at)
    changes = [
        Change(name, as_json(getattr(state, name)), as_json(value))
        for name, value in given.items()
        if value != getattr(state, name)
    ]
    return [SilenceChanged(changes=changes)] if changes else []


def _check(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid("a silence ends after it starts", field="ends_at")


def evolve(state: Silence, event: Event) -> Silence:
    match event:
        case SilenceCreated():
            return Silence(
                state="active",
                matchers=event.matchers,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                why=event.why,
                maintenance=event.maintenance,
            )
        case SilenceChanged():
            given = {change.field: change.new for change in event.changes}
            fields = msgspec.structs.asdict(msgspec.convert(given, ChangeSilence))
            known = {
                name: value
                for name, value in fields.items()
                if value is not msgspec.UNSET and name != "reason"
            }
            return msgspec.structs.replace(state, **known)
        case SilenceEnded():
            return msgspec.structs.replace(state, state="ended")
        case SilenceResumed():
            return msgspec.structs.replace(state, state="active")
        case _:
            return state


SILENCE = Aggregate(
    name="silence",
    initial=Silence(),
    decide=decide,
    evolve=evolve,
    events=(SilenceCreated, SilenceChanged, SilenceEnded, SilenceResumed),
)
