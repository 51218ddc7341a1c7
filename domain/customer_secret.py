"""What becomes of a customer's secret: changed, removed, found to differ on the router, adopted from there."""

from collections.abc import Sequence

import msgspec

from domain.customer_commands import (
    AdoptDrift,
    EndDrift,
    RecordSecret,
    RemoveCustomer,
    ReportDrift,
    SecretFacts,
)
from domain.customer_events import (
    CustomerDrifted,
    CustomerDriftEnded,
    CustomerReleased,
    CustomerSecretChanged,
    CustomerSecretDeleted,
)
from domain.customer_state import Customer, imposed
from domain.errors import Refused
from domain.event import Change, Command, Event
from domain.router_secrets import FieldDifference

replace = msgspec.structs.replace


def decide(state: Customer, command: Command) -> Sequence[Event]:
    """What follows from commands that are about the secret itself."""
    match command:
        case RecordSecret():
            return _changed(state, command.facts, command.comment, command.password_id, "engineer")
        case RemoveCustomer():
            return [CustomerSecretDeleted(username=state.username)]
        case ReportDrift():
            drifted = CustomerDrifted(
                username=state.username,
                differences=tuple(
                    unpersonal(each) for each in command.differences if each.field != "comment"
                ),
                comment_differs=command.comment_differs,
                missing=command.missing,
            )
            same = state.pending or state.drift == drifted
            return [] if same else [drifted]
        case EndDrift():
            return [CustomerDriftEnded(username=state.username)] if state.drift is not None else []
        case AdoptDrift():
            return _adopt(state, command)
        case _:
            raise TypeError(f"a customer knows no {type(command).__name__}")


def _changed(
    state: Customer, facts: SecretFacts, comment: str, password_id: str, source: str
) -> Sequence[Event]:
    changes = [
        Change(name, getattr(state.facts, name), getattr(facts, name))
        for name in SecretFacts.__struct_fields__
        if getattr(state.facts, name) != getattr(facts, name)
    ]
    password_id = "" if password_id == state.password_id else password_id
    if not changes and not password_id and comment == state.comment:
        return []
    return [
        CustomerSecretChanged(
            username=state.username,
            changes=changes,
            source=source,
            old_comment=state.comment,
            new_comment=comment,
            password_id=password_id,
        )
    ]


def _adopt(state: Customer, command: AdoptDrift) -> Sequence[Event]:
    if state.pending:
        raise Refused(f"{state.username} is being changed; wait until that is done", code="CUSTOMER_CHANGING")
    if command.facts is None:
        return [CustomerSecretDeleted(username=state.username, source="router")]
    events: list[Event] = []
    facts = command.facts
    if state.memento is not None:
        held = imposed(state.memento)
        if all(getattr(facts, name) == value for name, value in held.items()):
            facts = replace(facts, **{name: getattr(state.facts, name) for name in held})
        else:  # somebody let the customer in by hand
            events.append(
                CustomerReleased(
                    username=state.username,
                    operation_id="",
                    changed_router=False,
                    method=state.memento.plan.method,
                    plan=state.memento.plan,
                    previous=state.state,
                )
            )
    events += _changed(state, facts, command.comment, "", "router")
    return [*events, CustomerDriftEnded(username=state.username)] if state.drift is not None else events


def unpersonal(difference: FieldDifference) -> FieldDifference:
    """Without what a comment says, which is personal."""
    return replace(difference, expected="", found="") if difference.field == "comment" else difference
