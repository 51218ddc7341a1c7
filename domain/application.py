"""What became of a template on one device: applied, with the configurations before and after; or not, and why."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Aggregate
from domain.config_ports import RejectedLine
from domain.errors import NotFound, NotRevertible
from domain.event import About, Change, Command, Event, one_line

_APPLICATIONS = UUID("a9911ca7-0000-5000-8000-000000000001")
NotApplied = Literal["unchanged", "rolled_back", "differs", "unknown"]
"""What the device runs: what it ran before, untouched or brought back; neither that nor what was wanted; nobody knows."""


def application_id(operation_id: UUID) -> UUID:
    """An operation applies a template to one device once."""
    return uuid5(_APPLICATIONS, str(operation_id))


class Application(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "applied", "failed", "revert_requested"] = "absent"
    device_id: str = ""
    operation_id: str = ""


class Applied(Command, frozen=True):
    """Which template, in which version, by which operation, on which device."""

    template_id: str
    template: str
    version: int
    device_id: str
    operation_id: str


class RecordApplication(Applied, frozen=True):
    """The device runs it. `before_id` and `after_id` are the backups of what it ran before and runs now."""

    before_id: str
    after_id: str
    lines: int = 0
    confirmed_by: str = ""
    missing: tuple[str, ...] = ()
    observed: bool = True


class RecordFailedApplication(Applied, frozen=True):
    """The device does not run it."""

    state: NotApplied
    code: str
    message: str
    before_id: str = ""
    rejected: RejectedLine | None = None


class RevertApplication(Command, frozen=True):
    """The configuration before it is to be restored, by this operation."""

    operation_id: str = ""


class TemplateApplied(Event, frozen=True):
    topic: ClassVar[str] = "template.applied.v1"
    inverse: ClassVar[type[Command] | str] = RevertApplication
    template_id: str
    template: str
    version: int
    device_id: str
    operation_id: str
    before_id: str
    after_id: str
    lines: int = 0
    """Sent; 0 where the device ran it already."""
    confirmed_by: str = ""
    """How the device would have come back by itself."""
    missing: tuple[str, ...] = ()
    """Lines that the device wrote differently or dropped, secrets masked."""
    observed: bool = True
    """Whether the device was reached and read once more after the change."""

    def summary(self) -> str:
        how = f"{self.lines} lines sent" if self.lines else "nothing had to be sent"
        return one_line(f"template {self.template}, version {self.version}, applied: {how}")

    def changed(self) -> Sequence[Change]:
        if self.before_id == self.after_id:
            return ()
        return (Change("backup", self.before_id, self.after_id),)

    def undo(self) -> Command:
        if self.before_id == self.after_id:
            raise NotRevertible("the device ran this configuration already; nothing was changed")
        return RevertApplication()


class TemplateNotApplied(Event, frozen=True):
    topic: ClassVar[str] = "template.application_failed.v1"
    inverse: ClassVar[type[Command] | str] = "nothing was applied; see what the device answered and try again"
    template_id: str
    template: str
    version: int
    device_id: str
    operation_id: str
    state: NotApplied
    code: str
    message: str
    before_id: str = ""
    rejected: RejectedLine | None = None
    """The line that the device refused and its answer."""

    def summary(self) -> str:
        what = {
            "unchanged": "nothing was changed",
            "rolled_back": "rolled back",
            "differs": "the device could not be brought back",
            "unknown": "nobody knows what the device runs",
        }[self.state]
        return one_line(f"template {self.template} not applied, {what}: {self.message}")


class TemplateRevertRequested(Event, frozen=True):
    topic: ClassVar[str] = "template.revert_requested.v1"
    inverse: ClassVar[type[Command] | str] = "cancel the operation, or revert what it restores"
    operation_id: str

    def summary(self) -> str:
        return "restore of the configuration before the template requested"


def decide(state: Application, command: Command) -> Sequence[Event]:
    match command:
        case RecordApplication() if state.state == "absent":
            return [TemplateApplied(**_facts(command))]
        case RecordFailedApplication() if state.state == "absent":
            return [TemplateNotApplied(**_facts(command))]
        case RecordApplication() | RecordFailedApplication():
            return []  # an attempt that was told of already
        case RevertApplication():
            if state.state == "revert_requested":
                return []
            if state.state != "applied":
                raise NotFound("nothing was applied", code="APPLICATION_NOT_FOUND")
            return [TemplateRevertRequested(operation_id=command.operation_id)]
        case _:
            raise TypeError(f"an application knows no {type(command).__name__}")


def _facts(command: Applied) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(command).items() if name != "reason"}


def evolve(state: Application, event: Event) -> Application:
    match event:
        case TemplateApplied():
            return Application(state="applied", device_id=event.device_id, operation_id=event.operation_id)
        case TemplateNotApplied():
            return Application(state="failed", device_id=event.device_id, operation_id=event.operation_id)
        case TemplateRevertRequested():
            return msgspec.structs.replace(state, state="revert_requested", operation_id=event.operation_id)
        case _:
            return state


def about(state: Application, application: str) -> About:
    return About(device_id=state.device_id, operation_id=state.operation_id)


APPLICATION = Aggregate(
    name="application",
    family="template",
    initial=Application(),
    decide=decide,
    evolve=evolve,
    events=(TemplateApplied, TemplateNotApplied, TemplateRevertRequested),
    about=about,
)
