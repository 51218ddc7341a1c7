"""The facts of a customer's life on a router; comments are personal and sealed, passwords lie in the vault."""

from collections.abc import Sequence
from typing import ClassVar

from domain.customer_commands import RequestIsolation, RequestRelease, SecretFacts
from domain.errors import NotRevertible
from domain.event import Change, Command, Event, one_line
from domain.router_isolation import (
    Evidence,
    IsolationMemento,
    IsolationMethod,
    IsolationPlan,
    SessionObservation,
)
from domain.router_secrets import FieldDifference

_BY_OPERATION = "undone by an operation on the router, not by the ledger alone"


class CustomerEvent(Event, frozen=True):
    """What all events of a customer say: who, so that a subscriber needs no look-up."""

    username: str


class CustomerAdded(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.added.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the secret is on the router; delete it there through DELETE /secret/{id}"
    )
    personal: ClassVar[frozenset[str]] = frozenset({"comment"})
    router_id: str
    facts: SecretFacts
    source: str
    comment: str = ""
    password_id: str = ""

    def summary(self) -> str:
        return one_line(f"customer {self.username} added ({self.source}), profile {self.facts.profile}")


class CustomerSecretCreated(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.secret_created.v1"
    inverse: ClassVar[type[Command] | str] = "delete the secret on the router through DELETE /secret/{id}"
    personal: ClassVar[frozenset[str]] = frozenset({"comment"})
    router_id: str
    facts: SecretFacts
    comment: str = ""
    password_id: str = ""

    def summary(self) -> str:
        return one_line(f"PPPoE secret {self.username} created, profile {self.facts.profile}")


class CustomerSecretChanged(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.secret_changed.v1"
    inverse: ClassVar[type[Command] | str] = "change the secret on the router through PATCH /secret/{id}"
    personal: ClassVar[frozenset[str]] = frozenset({"old_comment", "new_comment"})
    changes: list[Change]
    source: str = "engineer"
    old_comment: str = ""
    new_comment: str = ""
    password_id: str = ""

    def summary(self) -> str:
        fields = [change.field for change in self.changes]
        fields += ["comment"] if self.old_comment != self.new_comment else []
        fields += ["password"] if self.password_id else []
        return one_line(f"PPPoE secret {self.username} changed: {', '.join(fields)}")

    def changed(self) -> Sequence[Change]:
        return self.changes


class CustomerSecretDeleted(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.secret_deleted.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the password may be gone; create the secret again through POST /secret"
    )
    source: str = "engineer"

    def summary(self) -> str:
        return one_line(f"PPPoE secret {self.username} deleted")


class CustomerIsolationRequested(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.isolation_requested.v1"
    inverse: ClassVar[type[Command] | str] = (
        "cancel the operation while it waits; afterwards revert the isolation itself"
    )
    operation_id: str
    method: IsolationMethod
    previous: str

    def summary(self) -> str:
        return one_line(f"isolation of {self.username} requested, by {self.method}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "isolation_requested"),)


class CustomerIsolationStarted(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.isolation_started.v1"
    inverse: ClassVar[type[Command] | str] = _BY_OPERATION
    personal: ClassVar[frozenset[str]] = frozenset({"comment"})
    operation_id: str
    memento: IsolationMemento
    """Without its comment, which is beside it."""
    comment: str = ""

    def summary(self) -> str:
        return one_line(f"isolation of {self.username} begins; what was there before is kept")


class CustomerIsolated(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.isolated.v1"
    inverse: ClassVar[type[Command] | str] = RequestRelease
    operation_id: str
    method: IsolationMethod
    changed_router: bool
    session: SessionObservation
    notes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    previous: str = "isolation_requested"

    def summary(self) -> str:
        return one_line(f"{self.username} isolated by {self.method}; session {self.session.state}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "isolated"),)

    def undo(self) -> Command:
        return RequestRelease(operation_id="")


class CustomerIsolationNotEffective(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.isolation_not_effective.v1"
    inverse: ClassVar[type[Command] | str] = RequestRelease
    operation_id: str
    method: IsolationMethod
    session: SessionObservation
    notes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    previous: str = "isolation_requested"

    def summary(self) -> str:
        why = self.notes[0] if self.notes else f"session {self.session.state} {self.session.address}"
        return one_line(f"isolation of {self.username} has no effect: {why}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "not_effective"),)

    def undo(self) -> Command:
        return RequestRelease(operation_id="")


class CustomerReleaseRequested(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.release_requested.v1"
    inverse: ClassVar[type[Command] | str] = (
        "cancel the operation while it waits; afterwards revert the release itself"
    )
    operation_id: str
    previous: str

    def summary(self) -> str:
        return one_line(f"release of {self.username} requested")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "release_requested"),)


class CustomerReleased(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.released.v1"
    inverse: ClassVar[type[Command] | str] = RequestIsolation
    operation_id: str
    changed_router: bool
    method: IsolationMethod | None = None
    plan: IsolationPlan | None = None
    """By what the customer had been isolated; None where nothing had been written."""
    effective: bool = True
    session: SessionObservation | None = None
    differences: tuple[FieldDifference, ...] = ()
    """What somebody else had changed in between; of a comment only that it was."""
    evidence: tuple[Evidence, ...] = ()
    previous: str = "release_requested"

    def summary(self) -> str:
        fields = ", ".join(each.field for each in self.differences)
        return one_line(
            f"{self.username} released" + (f"; changed by others meanwhile: {fields}" if fields else "")
        )

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "active"),)

    def undo(self) -> Command:
        if self.method is None:
            raise NotRevertible(
                "the customer was not isolated before, so that there is nothing to go back to"
            )
        return RequestIsolation(operation_id="", method=self.method)


class CustomerChangeAbandoned(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.change_abandoned.v1"
    inverse: ClassVar[type[Command] | str] = "nothing was carried out; ask for it again"
    operation_id: str
    code: str
    message: str
    state: str
    """What the customer is now."""
    previous: str
    evidence: tuple[Evidence, ...] = ()

    def summary(self) -> str:
        return one_line(f"change of {self.username} not carried out: {self.message}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, self.state),) if self.previous != self.state else ()


class CustomerOutcomeUnknown(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.outcome_unknown.v1"
    inverse: ClassVar[type[Command] | str] = "the outcome is found out when the router is back"
    operation_id: str
    message: str
    previous: str

    def summary(self) -> str:
        return one_line(f"nobody knows whether {self.username} was changed: {self.message}")

    def changed(self) -> Sequence[Change]:
        return (Change("state", self.previous, "unknown"),)


class CustomerDrifted(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.drifted.v1"
    inverse: ClassVar[type[Command] | str] = "somebody changed the router; adopt that or enforce the ledger"
    differences: tuple[FieldDifference, ...]
    comment_differs: bool = False
    missing: bool = False

    def summary(self) -> str:
        if self.missing:
            return one_line(f"the secret of {self.username} is gone from the router")
        fields = [each.field for each in self.differences] + (["comment"] if self.comment_differs else [])
        return one_line(f"{self.username} was changed by hand: {', '.join(fields)}")


class CustomerDriftEnded(CustomerEvent, frozen=True):
    topic: ClassVar[str] = "customer.drift_ended.v1"
    inverse: ClassVar[type[Command] | str] = "router and ledger agree, which needs no undoing"

    def summary(self) -> str:
        return one_line(f"router and ledger agree about {self.username} again")
