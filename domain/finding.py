"""A finding: one rule that one device's configuration breaks, from when it was first seen until it is gone or accepted."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Aggregate
from domain.compliance import Finding
from domain.errors import NotFound, Refused
from domain.event import About, Change, Command, Event, one_line

FindingState = Literal["absent", "open", "accepted", "closed"]
Gone = Literal["fixed", "not_applicable"]
"""`not_applicable`: the policy, the rule or the device's labels changed, not its configuration."""
_FINDINGS = UUID("f19d1465-0000-5000-8000-000000000001")
replace = msgspec.structs.replace


def finding_id(device_id: str, policy_id: str, rule_id: str) -> UUID:
    """A device has one finding of a rule."""
    return uuid5(_FINDINGS, f"{device_id}/{policy_id}/{rule_id}")


class FindingRecord(msgspec.Struct, frozen=True, kw_only=True):
    state: FindingState = "absent"
    device_id: str = ""
    finding: Finding | None = None
    occurrence: int = 0


class OpenFinding(Command, frozen=True):
    """The configuration breaks the rule. Nothing happens where that is known, line numbers aside."""

    device_id: str
    finding: Finding


class CloseFinding(Command, frozen=True):
    """It does so no more."""

    why: Gone = "fixed"


class AcceptFinding(Command, frozen=True):
    """An engineer lives with it: it stays, and alerts nobody."""


class WithdrawAcceptance(Command, frozen=True):
    """It counts again."""


class FindingOpened(Event, frozen=True):
    topic: ClassVar[str] = "finding.opened.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the configuration decides it: change that, or accept the finding"
    )
    device_id: str
    finding: Finding
    occurrence: int = 1

    def summary(self) -> str:
        return one_line(f"{self.finding.severity}: {self.finding.title}: {self.finding.message}")


class FindingChanged(Event, frozen=True):
    topic: ClassVar[str] = "finding.changed.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the configuration decides it: change that, or accept the finding"
    )
    finding: Finding
    changes: list[Change]
    occurrence: int = 1

    def summary(self) -> str:
        return one_line(f"{self.finding.title}: {', '.join(change.field for change in self.changes)} changed")

    def changed(self) -> Sequence[Change]:
        return self.changes


class FindingClosed(Event, frozen=True):
    topic: ClassVar[str] = "finding.closed.v1"
    inverse: ClassVar[type[Command] | str] = "the next check opens it again where the rule is still broken"
    title: str
    previous: FindingState
    why: Gone = "fixed"
    occurrence: int = 1

    def summary(self) -> str:
        return one_line(f"{self.title}: {'fixed' if self.why == 'fixed' else 'no longer applies'}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "closed"),)


class FindingAccepted(Event, frozen=True):
    topic: ClassVar[str] = "finding.accepted.v1"
    inverse: ClassVar[type[Command] | str] = WithdrawAcceptance
    title: str

    def summary(self) -> str:
        return one_line(f"accepted: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", "open", "accepted"),)

    def undo(self) -> Command:
        return WithdrawAcceptance()


class FindingAcceptanceWithdrawn(Event, frozen=True):
    topic: ClassVar[str] = "finding.acceptance_withdrawn.v1"
    inverse: ClassVar[type[Command] | str] = AcceptFinding
    title: str

    def summary(self) -> str:
        return one_line(f"no longer accepted: {self.title}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", "accepted", "open"),)

    def undo(self) -> Command:
        return AcceptFinding()


def facts(finding: Finding) -> dict[str, Any]:
    """What makes a finding another one: all but the numbers of its lines, which move with every line added above."""
    values: dict[str, Any] = msgspec.to_builtins(finding)
    values["evidence"] = [{**msgspec.to_builtins(each), "line": 0} for each in finding.evidence]
    return values


def decide(state: FindingRecord, command: Command) -> Sequence[Event]:
    match command:
        case OpenFinding():
            return _open(state, command)
        case _ if state.finding is None:
            raise NotFound("no such finding", code="FINDING_NOT_FOUND")
        case CloseFinding():
            if state.state == "closed":
                return []
            return [
                FindingClosed(
                    title=state.finding.title,
                    previous=state.state,
                    why=command.why,
                    occurrence=state.occurrence,
                )
            ]
        case AcceptFinding():
            if state.state == "closed":
                raise Refused("the finding is closed; there is nothing to accept", code="FINDING_CLOSED")
            return [] if state.state == "accepted" else [FindingAccepted(title=state.finding.title)]
        case WithdrawAcceptance():
            if state.state != "accepted":
                return []
            return [FindingAcceptanceWithdrawn(title=state.finding.title)]
        case _:
            raise TypeError(f"a finding knows no {type(command).__name__}")


def _open(state: FindingRecord, command: OpenFinding) -> Sequence[Event]:
    if state.finding is None or state.state == "closed":
        return [
            FindingOpened(
                device_id=command.device_id, finding=command.finding, occurrence=state.occurrence + 1
            )
        ]
    before, after = facts(state.finding), facts(command.finding)
    changes = [Change(field, before[field], new) for field, new in after.items() if before[field] != new]
    if not changes:
        return []
    return [FindingChanged(finding=command.finding, changes=changes, occurrence=state.occurrence)]


def evolve(state: FindingRecord, event: Event) -> FindingRecord:
    match event:
        case FindingOpened():
            return FindingRecord(
                state="open", device_id=event.device_id, finding=event.finding, occurrence=event.occurrence
            )
        case FindingChanged():
            return replace(state, finding=event.finding)
        case FindingClosed():
            return replace(state, state="closed")
        case FindingAccepted():
            return replace(state, state="accepted")
        case FindingAcceptanceWithdrawn():
            return replace(state, state="open")
        case _:
            return state


def about(state: FindingRecord, finding: str) -> About:
    return About(device_id=state.device_id)


FINDING = Aggregate(
    name="finding",
    initial=FindingRecord(),
    decide=decide,
    evolve=evolve,
    events=(
        FindingOpened,
        FindingChanged,
        FindingClosed,
        FindingAccepted,
        FindingAcceptanceWithdrawn,
    ),
    about=about,
)
