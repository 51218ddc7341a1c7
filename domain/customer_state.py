"""What is known of a customer, and how its events change that."""

from typing import Literal

import msgspec

from domain.customer_commands import SecretFacts
from domain.customer_events import (
    CustomerAdded,
    CustomerChangeAbandoned,
    CustomerDrifted,
    CustomerDriftEnded,
    CustomerIsolated,
    CustomerIsolationNotEffective,
    CustomerIsolationRequested,
    CustomerIsolationStarted,
    CustomerOutcomeUnknown,
    CustomerReleased,
    CustomerReleaseRequested,
    CustomerSecretChanged,
    CustomerSecretCreated,
    CustomerSecretDeleted,
)
from domain.event import Event
from domain.router_isolation import IsolationMemento, IsolationMethod

replace = msgspec.structs.replace
State = Literal[
    "absent",
    "active",
    "isolation_requested",
    "isolated",
    "not_effective",
    "release_requested",
    "unknown",
    "deleted",
]
PENDING = frozenset({"isolation_requested", "release_requested", "unknown"})


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    state: State = "absent"
    router_id: str = ""
    username: str = ""
    facts: SecretFacts = SecretFacts()
    """As they are without isolation."""
    comment: str = ""
    password_id: str = ""
    wanted: Literal["", "isolated", "released"] = ""
    """By the last request."""
    settled: State = "active"
    """The state before what is under way."""
    operation_id: str = ""
    """Of the last request; an earlier operation that is still at work finds that it was overtaken."""
    method: IsolationMethod | None = None
    memento: IsolationMemento | None = None
    drift: CustomerDrifted | None = None
    touched_by: str = ""

    @property
    def pending(self) -> bool:
        return self.state in PENDING

    def on_router(self) -> SecretFacts:
        """What the router's secret is expected to say, isolation included."""
        if self.memento is None or self.state not in ("isolated", "not_effective"):
            return self.facts
        return replace(self.facts, **imposed(self.memento))


def imposed(memento: IsolationMemento) -> dict[str, object]:
    match memento.plan.method:
        case "disable":
            return {"disabled": True}
        case "profile":
            return {"profile": memento.plan.profile}
        case _:
            return {}


def evolve(state: Customer, event: Event) -> Customer:
    state = replace(state, touched_by=getattr(event, "operation_id", ""))
    match event:
        case CustomerAdded() | CustomerSecretCreated():
            return Customer(
                state="active",
                router_id=event.router_id,
                username=event.username,
                facts=event.facts,
                comment=event.comment,
                password_id=event.password_id,
            )
        case CustomerIsolationRequested():
            return replace(
                _requested(state, event.operation_id),
                state="isolation_requested",
                wanted="isolated",
                method=event.method,
            )
        case CustomerReleaseRequested():
            return replace(
                _requested(state, event.operation_id), state="release_requested", wanted="released"
            )
        case CustomerIsolationStarted():
            before = replace(event.memento.before, comment=event.comment)
            return replace(state, memento=replace(event.memento, before=before))
        case CustomerIsolated():
            return replace(state, state="isolated", method=event.method)
        case CustomerIsolationNotEffective():
            return replace(state, state="not_effective", method=event.method)
        case CustomerReleased():
            return replace(state, state="active", wanted="", memento=None, method=None)
        case CustomerChangeAbandoned():
            return _abandoned(state, event)
        case CustomerOutcomeUnknown():
            return replace(state, state="unknown")
        case CustomerSecretChanged():
            known = {
                each.field: each.new for each in event.changes if each.field in SecretFacts.__struct_fields__
            }
            return replace(
                state,
                facts=replace(state.facts, **known),
                comment=event.new_comment,
                password_id=event.password_id or state.password_id,
            )
        case CustomerSecretDeleted():
            return Customer(state="deleted", router_id=state.router_id, username=state.username)
        case CustomerDrifted():
            return replace(state, drift=event)
        case CustomerDriftEnded():
            return replace(state, drift=None)
        case _:
            return state


def _requested(state: Customer, operation_id: str) -> Customer:
    settled = state.settled if state.pending else state.state
    return replace(state, operation_id=operation_id, settled=settled)


def _abandoned(state: Customer, event: CustomerChangeAbandoned) -> Customer:
    if event.state == "active":
        return replace(state, state="active", wanted="", memento=None, method=None)
    kept: State = "isolated" if event.state == "isolated" else "not_effective"
    return replace(state, state=kept, wanted="isolated")
