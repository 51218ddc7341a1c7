"""A customer of the ISP: a PPPoE user on one router, who may be isolated and released, and whose secret is kept in step."""

from collections.abc import Sequence
from uuid import UUID, uuid5

import msgspec

from domain import customer_secret
from domain.aggregate import Aggregate
from domain.customer_commands import (
    AbandonChange,
    AddCustomer,
    AdoptDrift,
    ConcludeIsolation,
    ConcludeRelease,
    EndDrift,
    LoseCustomer,
    RemoveCustomer,
    ReportEscape,
    RequestIsolation,
    RequestRelease,
    StartIsolation,
    StartRelease,
)
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
from domain.customer_secret import unpersonal
from domain.customer_state import Customer, State, evolve
from domain.errors import Conflict, NotFound, Refused
from domain.event import About, Command, Event

replace = msgspec.structs.replace
_IDS = UUID("c6a3f0d2-4b1e-5c57-8d7a-2f60b8e91c44")


def customer_id(router_id: UUID | str, username: str) -> UUID:
    """A user name belongs to one customer of a router; RouterOS tells upper from lower case."""
    return uuid5(_IDS, f"{router_id} {username}")


def decide(state: Customer, command: Command) -> Sequence[Event]:
    match command:
        case AddCustomer():
            return _add(state, command)
        case RemoveCustomer() | AdoptDrift(facts=None) if state.state == "deleted":
            return []
        case ConcludeIsolation() | ConcludeRelease() | AbandonChange() | LoseCustomer() | EndDrift() if (
            state.state == "deleted"
        ):
            return []  # the secret went while the change was under way
        case _ if state.state in ("absent", "deleted"):
            raise NotFound("no such customer", code="CUSTOMER_NOT_FOUND")
        case RequestIsolation() | RequestRelease():
            if not (events := _request(state, command)) and command.sole:
                raise Refused(f"{state.username} is so already, or about to be", code="CUSTOMER_UNCHANGED")
            return events
        case StartIsolation() | StartRelease() | ConcludeIsolation() | ConcludeRelease():
            return _carry_out(state, command)
        case AbandonChange() | LoseCustomer():
            return _give_up(state, command)
        case ReportEscape():
            return _escaped(state, command)
        case _:
            return customer_secret.decide(state, command)


def _add(state: Customer, command: AddCustomer) -> Sequence[Event]:
    if state.state not in ("absent", "deleted"):
        if command.source == "import":
            return []
        raise Conflict("this router has a customer of that name already", code="CUSTOMER_EXISTS")
    kind = CustomerAdded if command.source == "import" else CustomerSecretCreated
    fields = {"source": "import"} if command.source == "import" else {}
    return [
        kind(
            username=command.username,
            router_id=command.router_id,
            facts=command.facts,
            comment=command.comment,
            password_id=command.password_id,
            **fields,
        )
    ]


def _request(state: Customer, command: RequestIsolation | RequestRelease) -> Sequence[Event]:
    ended = command.ended not in ("", command.operation_id) and command.ended == state.operation_id
    under_way = state.pending and not ended
    if isinstance(command, RequestRelease):
        if state.state == "active" or (under_way and state.wanted == "released"):
            return []
        return [
            CustomerReleaseRequested(
                username=state.username, operation_id=command.operation_id, previous=state.state
            )
        ]
    if command.again and state.state not in ("isolated", "not_effective"):
        raise Refused(
            f"{state.username} is {state.state} by now, which isolating anew does not undo",
            code="CUSTOMER_CHANGING",
        )
    fixed = state.memento.plan.method if state.memento else state.method if under_way else None
    if state.wanted == "isolated" and fixed not in (None, command.method):
        raise Refused(
            f"{state.username} is isolated by {fixed}, or about to be; release the customer first",
            code="CUSTOMER_ISOLATED_OTHERWISE",
            method=fixed,
        )
    if state.memento is not None and fixed != command.method:
        raise Refused(
            f"{state.username} is being released from isolation by {fixed}; wait until that is done",
            code="CUSTOMER_CHANGING",
        )
    if (state.state == "isolated" and not command.again) or (under_way and state.wanted == "isolated"):
        return []
    return [
        CustomerIsolationRequested(
            username=state.username,
            operation_id=command.operation_id,
            method=command.method,
            previous=state.state,
        )
    ]


def _carry_out(
    state: Customer, command: StartIsolation | StartRelease | ConcludeIsolation | ConcludeRelease
) -> Sequence[Event]:
    direction = "isolated" if isinstance(command, StartIsolation | ConcludeIsolation) else "released"
    current = state.operation_id == command.operation_id and state.wanted == direction
    if isinstance(command, StartIsolation | StartRelease):
        if not current or not state.pending:
            raise Refused(
                f"somebody asked for something else of {state.username} meanwhile",
                code="OPERATION_OVERTAKEN",
            )
        if isinstance(command, StartRelease) or state.memento is not None:
            return []
        before = command.memento.before
        return [
            CustomerIsolationStarted(
                username=state.username,
                operation_id=command.operation_id,
                memento=replace(command.memento, before=replace(before, comment="")),
                comment=before.comment,
            )
        ]
    if not current or not state.pending:
        return []
    return _isolated(state, command) if isinstance(command, ConcludeIsolation) else _released(state, command)


def _isolated(state: Customer, command: ConcludeIsolation) -> Sequence[Event]:
    method = state.memento.plan.method if state.memento else state.method or "disable"
    if command.effective:
        return [
            CustomerIsolated(
                username=state.username,
                operation_id=command.operation_id,
                method=method,
                changed_router=command.changed,
                session=command.session,
                notes=command.notes,
                evidence=command.evidence,
                previous=state.state,
            )
        ]
    return [
        CustomerIsolationNotEffective(
            username=state.username,
            operation_id=command.operation_id,
            method=method,
            session=command.session,
            notes=command.notes,
            evidence=command.evidence,
            previous=state.state,
        )
    ]


def _escaped(state: Customer, command: ReportEscape) -> Sequence[Event]:
    if state.state != "isolated" or state.memento is None:
        return []
    return [
        CustomerIsolationNotEffective(
            username=state.username,
            operation_id=state.operation_id,
            method=state.memento.plan.method,
            session=command.session,
            notes=(command.session.detail,) if command.session.detail else (),
            previous=state.state,
        )
    ]


def _released(state: Customer, command: ConcludeRelease) -> Sequence[Event]:
    return [
        CustomerReleased(
            username=state.username,
            operation_id=command.operation_id,
            changed_router=command.changed,
            method=state.memento.plan.method if state.memento else None,
            plan=state.memento.plan if state.memento else None,
            effective=command.effective,
            session=command.session,
            differences=tuple(unpersonal(each) for each in command.differences),
            evidence=command.evidence,
            previous=state.state,
        )
    ]


def _give_up(state: Customer, command: AbandonChange | LoseCustomer) -> Sequence[Event]:
    if state.operation_id != command.operation_id or not state.pending:
        return []
    if isinstance(command, LoseCustomer):
        if state.state == "unknown":
            return []
        return [
            CustomerOutcomeUnknown(
                username=state.username,
                operation_id=command.operation_id,
                message=command.message,
                previous=state.state,
            )
        ]
    return [
        CustomerChangeAbandoned(
            username=state.username,
            operation_id=command.operation_id,
            code=command.code,
            message=command.message,
            state=_fallen_back(state, restored=command.restored),
            previous=state.state,
            evidence=command.evidence,
        )
    ]


def _fallen_back(state: Customer, *, restored: bool) -> State:
    """What is true of a customer whose change was not carried out. Half an isolation that could not be put back
    counts as one without effect, from which only a release leads away."""
    if state.memento is None or restored:
        return "active"
    return state.settled if state.settled in ("isolated", "not_effective") else "not_effective"


def about(state: Customer, aggregate_id: str) -> About:
    return About(device_id=state.router_id, customer_id=aggregate_id, operation_id=state.touched_by)


CUSTOMER = Aggregate(
    name="customer",
    initial=Customer(),
    decide=decide,
    evolve=evolve,
    events=(
        CustomerAdded,
        CustomerIsolationRequested,
        CustomerIsolationStarted,
        CustomerIsolated,
        CustomerIsolationNotEffective,
        CustomerReleaseRequested,
        CustomerReleased,
        CustomerChangeAbandoned,
        CustomerOutcomeUnknown,
        CustomerSecretCreated,
        CustomerSecretChanged,
        CustomerSecretDeleted,
        CustomerDrifted,
        CustomerDriftEnded,
    ),
    about=about,
)
