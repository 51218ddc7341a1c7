"""The rules of customers, by example: what was so, what is asked, what follows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import (
    AbandonChange,
    AddCustomer,
    AdoptDrift,
    ConcludeIsolation,
    ConcludeRelease,
    LoseCustomer,
    RecordSecret,
    ReportDrift,
    RequestIsolation,
    RequestRelease,
    SecretFacts,
    StartIsolation,
    StartRelease,
)
from domain.customer_drift import differences
from domain.customer_orders import IsolationOrder, isolation, plan_of
from domain.customer_state import Customer
from domain.errors import DomainError, NotRevertible
from domain.event import About, Actor, Command, Event, Metadata, Recorded
from domain.revert import inverse
from domain.router_isolation import IsolationMemento, IsolationPlan, SessionObservation
from domain.router_secrets import FieldDifference, PppSecret
from domain.settings import IsolationSettings

ROUTER = str(uuid4())
SECRET = PppSecret(secret_id="*1", name="ada", profile="home", comment="Ada Lovelace, first floor")
ADD = AddCustomer(router_id=ROUTER, username="ada", facts=SecretFacts(profile="home"), comment=SECRET.comment)
MEMENTO = IsolationMemento(plan=IsolationPlan(method="profile", profile="isolated"), before=SECRET)
ASK = RequestIsolation(operation_id="op-1", method="profile")
START = StartIsolation(operation_id="op-1", memento=MEMENTO)
GONE = SessionObservation(state="gone")
DONE = ConcludeIsolation(operation_id="op-1", effective=True, changed=True, session=GONE)
ISOLATED = [ADD, ASK, START, DONE]


def _state(*commands: Command) -> Customer:
    state = CUSTOMER.initial
    for command in commands:
        state = CUSTOMER.fold(CUSTOMER.decide(state, command), state)
    return state


def _events(given: Sequence[Command], when: Command) -> list[Event]:
    return list(CUSTOMER.decide(_state(*given), when))


def _refusal(given: Sequence[Command], when: Command) -> str:
    with pytest.raises(DomainError) as refusal:
        _events(given, when)
    return refusal.value.code


def test_what_was_there_is_kept_apart_from_what_is_personal() -> None:
    (event,) = _events([ADD, ASK], START)
    assert event.personal == {"comment"}
    assert "Lovelace" not in str(event.memento)  # type: ignore[attr-defined]  # of IsolationStarted
    assert _state(ADD, ASK, START).memento == MEMENTO


def test_the_first_memento_stays() -> None:
    later = StartIsolation(
        operation_id="op-1",
        memento=IsolationMemento(
            plan=MEMENTO.plan, before=PppSecret(secret_id="*1", name="ada", profile="isolated")
        ),
    )
    assert _events([ADD, ASK, START], later) == []


def test_asking_for_what_is_so_changes_nothing() -> None:
    again = RequestIsolation(operation_id="op-9", method="profile")
    assert _events(ISOLATED, again) == []
    assert _events([ADD, ASK], again) == []
    assert _events([ADD], RequestRelease(operation_id="op-9")) == []
    other = RequestIsolation(operation_id="op-9", method="disable")
    assert _refusal(ISOLATED, other) == "CUSTOMER_ISOLATED_OTHERWISE"


def test_the_last_request_wins_and_the_overtaken_operation_writes_nothing() -> None:
    overtaken = [ADD, ASK, RequestRelease(operation_id="op-2")]
    assert _refusal(overtaken, START) == "OPERATION_OVERTAKEN"
    assert _events(overtaken, DONE) == []
    released = _state(*overtaken, ConcludeRelease(operation_id="op-2", changed=False))
    assert released.state == "active"
    assert _refusal([*ISOLATED, RequestRelease(operation_id="op-2")], StartRelease(operation_id="op-1")) == (
        "OPERATION_OVERTAKEN"
    )


def test_an_operation_of_its_own_is_refused_where_there_is_nothing_to_do() -> None:
    isolate = RequestIsolation(operation_id="op-9", method="profile", sole=True)
    assert _refusal(ISOLATED, isolate) == "CUSTOMER_UNCHANGED"
    assert _refusal([ADD, ASK], isolate) == "CUSTOMER_UNCHANGED"
    assert _state(ADD, isolate).operation_id == "op-9"
    assert _refusal([ADD], RequestRelease(operation_id="op-9", sole=True)) == "CUSTOMER_UNCHANGED"


def test_isolating_anew_does_not_overtake_a_release() -> None:
    anew = RequestIsolation(operation_id="op-9", method="profile", again=True)
    assert _state(*ISOLATED, anew).operation_id == "op-9"
    release = RequestRelease(operation_id="op-2")
    assert _refusal([*ISOLATED, release], anew) == "CUSTOMER_CHANGING"
    released = ConcludeRelease(operation_id="op-2", changed=True)
    assert _refusal([*ISOLATED, release, released], anew) == "CUSTOMER_CHANGING"


def test_a_request_whose_operation_ended_may_be_made_anew() -> None:
    again = RequestIsolation(operation_id="op-2", method="disable", ended="op-1")
    assert _state(ADD, ASK, again).operation_id == "op-2"


def test_an_isolation_without_effect_is_not_called_isolated() -> None:
    state = _state(
        ADD,
        ASK,
        START,
        ConcludeIsolation(
            operation_id="op-1",
            effective=False,
            changed=True,
            session=SessionObservation(state="returned_unrestricted", address="203.0.113.7"),
        ),
    )
    assert state.state == "not_effective"


def test_what_is_unknown_is_found_out_by_the_same_operation() -> None:
    lost = [ADD, ASK, START, LoseCustomer(operation_id="op-1", message="silence")]
    assert _state(*lost).state == "unknown"
    assert _state(*lost, DONE).state == "isolated"


@pytest.mark.parametrize(
    ("given", "restored", "state"),
    [
        ([ADD, ASK], False, "active"),
        ([ADD, ASK, START], True, "active"),
        ([ADD, ASK, START], False, "not_effective"),
    ],
)
def test_what_was_not_carried_out(given: list[Command], restored: bool, state: str) -> None:
    abandon = AbandonChange(operation_id="op-1", code="ROUTER_TRAP", message="refused", restored=restored)
    assert _state(*given, abandon).state == state


def test_a_release_not_carried_out_leaves_the_customer_isolated() -> None:
    abandon = AbandonChange(operation_id="op-2", code="CANCELLED", message="cancelled")
    state = _state(*ISOLATED, RequestRelease(operation_id="op-2"), abandon)
    assert state.state == "isolated" and state.memento == MEMENTO


def test_isolation_is_no_drift_but_a_stranger_is() -> None:
    isolated = _state(*ISOLATED)
    imposed = PppSecret(secret_id="*1", name="ada", profile="isolated", comment=SECRET.comment)
    assert differences(isolated, imposed) == ((), False)
    changed, comment = differences(isolated, SECRET)
    assert [each.field for each in changed] == ["profile"] and not comment


def test_a_comment_never_shows_in_drift_or_differences() -> None:
    told = FieldDifference(field="comment", expected="Ada", found="Grace")
    (drifted,) = _events([ADD], ReportDrift(differences=(told,), comment_differs=True))
    assert "Grace" not in str(drifted)
    release = ConcludeRelease(operation_id="op-2", changed=True, differences=(told,))
    (released,) = _events([*ISOLATED, RequestRelease(operation_id="op-2")], release)
    assert "Grace" not in str(released)


def test_adopting_a_release_by_hand_releases() -> None:
    drifted = [
        *ISOLATED,
        ReportDrift(differences=(FieldDifference(field="profile", expected="isolated", found="home"),)),
    ]
    adopt = AdoptDrift(facts=SecretFacts(profile="home"), comment=SECRET.comment)
    topics = [event.topic for event in _events(drifted, adopt)]
    assert topics == ["customer.released.v1", "customer.drift_ended.v1"]
    assert _state(*drifted, adopt).state == "active"
    gone = _state(*drifted, AdoptDrift(facts=None))
    assert gone.state == "deleted" and gone.comment == ""


def test_a_changed_secret_tells_fields_and_hides_values_that_are_personal() -> None:
    record = RecordSecret(facts=SecretFacts(profile="family"), comment="Grace Hopper", password_id="p2")
    (changed,) = _events([ADD], record)
    assert changed.summary() == "PPPoE secret ada changed: profile, comment, password"
    assert [each.field for each in changed.changed()] == ["profile"]


def _recorded(event: Event) -> Recorded:
    meta = Metadata(
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor=Actor("user", "1", "ada"),
        correlation_id="c",
        about=About(device_id=ROUTER),
    )
    return Recorded(customer_id(ROUTER, "ada"), 4, event, meta, 17)


def test_reverting_asks_the_router() -> None:
    (isolated,) = _events([ADD, ASK, START], DONE)
    operation, customer = inverse(_recorded(isolated), reason="a mistake")
    assert operation.command.params["isolated"] is False  # type: ignore[attr-defined]  # of RequestOperation
    assert isinstance(customer.command, RequestRelease)
    assert customer.command.operation_id == str(operation.aggregate_id)
    assert inverse(_recorded(isolated), reason="")[0].aggregate_id == operation.aggregate_id

    released = ConcludeRelease(operation_id="op-2", changed=True)
    (event,) = _events([*ISOLATED, RequestRelease(operation_id="op-2")], released)
    back, request = inverse(_recorded(event), reason="")
    assert back.command.params["plan"]["profile"] == "isolated"  # type: ignore[attr-defined]  # of RequestOperation
    assert isinstance(request.command, RequestIsolation)

    (nothing,) = _events(
        [ADD, ASK, RequestRelease(operation_id="op-2")], ConcludeRelease(operation_id="op-2", changed=False)
    )
    with pytest.raises(NotRevertible):
        inverse(_recorded(nothing), reason="")


def test_an_order_is_empty_where_nothing_is_to_be_done() -> None:
    plan = plan_of(IsolationSettings(), "profile")
    order = IsolationOrder(router_id=ROUTER, username="ada", isolated=True, plan=plan)
    assert len(isolation(_state(ADD), uuid4(), order)) == 2
    assert isolation(_state(*ISOLATED), uuid4(), order) == []
    assert plan_of(IsolationSettings(method="address-list"), None).address_list == "isolated"
