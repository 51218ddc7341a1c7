"""A terminal session: who was on which device's command line, why, for how long, and that it was recorded."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.errors import Conflict, NotFound
from domain.event import About, Command, Event, one_line

EndCause = Literal[
    "closed", "device_closed", "idle", "login_ended", "connection_lost", "stopped", "server_lost"
]
"""`closed` by the user or their browser; `stopped` with the server, `server_lost` where it could not say so itself."""
_WORDS: dict[EndCause, str] = {
    "closed": "closed",
    "device_closed": "ended by the device",
    "idle": "ended as nobody typed",
    "login_ended": "ended with the login or the role",
    "connection_lost": "connection to the device lost",
    "stopped": "ended as the server stopped",
    "server_lost": "ended as the server was lost",
}
_DONE = "what was typed into a device stays typed; the recording tells what it was"


class TerminalSession(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "open", "ended"] = "absent"
    device_id: str = ""
    user_id: str = ""


class StartTerminal(Command, frozen=True):
    """Somebody was let in. The session's id names its recording too."""

    device_id: str
    user_id: str
    address: str
    host_key: str
    credential_id: str


class EndTerminal(Command, frozen=True):
    """`recording_id` names what was shown: the id of the session."""

    recording_id: str
    cause: EndCause
    duration_s: Annotated[float, msgspec.Meta(ge=0)]
    bytes_typed: Annotated[int, msgspec.Meta(ge=0)]
    bytes_shown: Annotated[int, msgspec.Meta(ge=0)]
    recorded_whole: bool = True


class NoteReplay(Command, frozen=True):
    """Somebody reads the recording."""

    recording_id: str


class TerminalStarted(Event, frozen=True):
    topic: ClassVar[str] = "terminal.started.v1"
    inverse: ClassVar[type[Command] | str] = _DONE
    device_id: str
    user_id: str
    address: str
    host_key: str
    credential_id: str

    def summary(self) -> str:
        return one_line(f"terminal opened on {self.address}")


class TerminalEnded(Event, frozen=True):
    """`bytes_typed` by the user and `bytes_shown` by the device; `recording_id` names what was shown."""

    topic: ClassVar[str] = "terminal.ended.v1"
    inverse: ClassVar[type[Command] | str] = _DONE
    device_id: str
    recording_id: str
    cause: EndCause
    duration_s: float
    bytes_typed: int
    bytes_shown: int
    recorded_whole: bool = True

    def summary(self) -> str:
        return one_line(
            f"terminal {_WORDS[self.cause]} after {self.duration_s:.0f} s,"
            f" {self.bytes_typed} bytes typed, {self.bytes_shown} shown"
        )


class TerminalReplayed(Event, frozen=True):
    topic: ClassVar[str] = "terminal.replayed.v1"
    inverse: ClassVar[type[Command] | str] = "what was read cannot be unread"
    recording_id: str

    def summary(self) -> str:
        return "recording of a terminal read"


def decide(state: TerminalSession, command: Command) -> Sequence[Event]:
    match command:
        case StartTerminal():
            if state.state != "absent":
                raise Conflict("this terminal session was opened already", code="TERMINAL_EXISTS")
            return [
                TerminalStarted(
                    device_id=command.device_id,
                    user_id=command.user_id,
                    address=command.address,
                    host_key=command.host_key,
                    credential_id=command.credential_id,
                )
            ]
        case _ if state.state == "absent":
            raise NotFound("no such terminal session", code="TERMINAL_NOT_FOUND")
        case EndTerminal():
            if state.state == "ended":
                return []
            return [
                TerminalEnded(
                    device_id=state.device_id,
                    recording_id=command.recording_id,
                    cause=command.cause,
                    duration_s=command.duration_s,
                    bytes_typed=command.bytes_typed,
                    bytes_shown=command.bytes_shown,
                    recorded_whole=command.recorded_whole,
                )
            ]
        case NoteReplay():
            return [TerminalReplayed(recording_id=command.recording_id)]
        case _:
            raise TypeError(f"a terminal session knows no {type(command).__name__}")


def evolve(state: TerminalSession, event: Event) -> TerminalSession:
    match event:
        case TerminalStarted():
            return TerminalSession(state="open", device_id=event.device_id, user_id=event.user_id)
        case TerminalEnded():
            return msgspec.structs.replace(state, state="ended")
        case _:
            return state


def about(state: TerminalSession, session: str) -> About:
    return About(device_id=state.device_id)


TERMINAL = Aggregate(
    name="terminal",
    initial=TerminalSession(),
    decide=decide,
    evolve=evolve,
    events=(TerminalStarted, TerminalEnded, TerminalReplayed),
    about=about,
)
