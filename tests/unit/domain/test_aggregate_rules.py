"""The rules of alerts, operations, users, credentials and settings, by example."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from domain.aggregate import Aggregate
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert, ReopenAlert, ResolveAlert
from domain.api_key import CreateApiKey
from domain.catalogue import AGGREGATES, AGGREGATES_BY_NAME, TOPICS
from domain.credential import CREDENTIAL, CreateCredential, DeleteCredential, ReplaceSecret
from domain.errors import DomainError, Invalid
from domain.event import Change, Command, Event, one_line
from domain.operation import (
    OPERATION,
    CancelOperation,
    FailOperation,
    LoseOutcome,
    RequestOperation,
    StartOperation,
    StopOperation,
    SucceedOperation,
)
from domain.role import covers
from domain.settings import SETTINGS, ChangeSettings, Settings, SettingsChanged
from domain.user import USER, user_id
from domain.user_commands import ChangeUser, CreateUser, DeleteUser, DisableTotp, EnableTotp, LogIn


def _state(aggregate: Aggregate[Any], *commands: Command) -> Any:
    state = aggregate.initial
    for command in commands:
        state = aggregate.fold(aggregate.decide(state, command), state)
    return state


def _events(aggregate: Aggregate[Any], commands: Sequence[Command], last: Command) -> list[Event]:
    return list(aggregate.decide(_state(aggregate, *commands), last))


def _refusal(aggregate: Aggregate[Any], commands: Sequence[Command], last: Command) -> str:
    with pytest.raises(DomainError) as refusal:
        _events(aggregate, commands, last)
    return refusal.value.code


RAISE = RaiseAlert(key="down:1", severity="high", title="core-1 is down")


def test_an_alert_is_raised_once_until_it_is_resolved() -> None:
    assert _events(ALERT, [RAISE, AcknowledgeAlert()], RAISE) == []
    assert _state(ALERT, RAISE, ResolveAlert(), RAISE).occurrence == 2
    assert alert_id("a") == alert_id("a") != alert_id("b")


def test_taking_a_resolution_back_restores_the_acknowledgement() -> None:
    (resolved,) = _events(ALERT, [RAISE, AcknowledgeAlert()], ResolveAlert())
    assert resolved.undo() == ReopenAlert(state="acknowledged")
    (resolved,) = _events(ALERT, [RAISE], ResolveAlert())
    assert resolved.undo() == ReopenAlert()
    assert _refusal(ALERT, [RAISE, ResolveAlert()], AcknowledgeAlert()) == "ALERT_RESOLVED"
    assert _refusal(ALERT, [], ResolveAlert()) == "ALERT_NOT_FOUND"


REQUEST, START = RequestOperation(kind="discovery"), StartOperation(attempt=1, worker="w1")


def test_of_two_workers_one_gets_the_operation() -> None:
    assert _refusal(OPERATION, [REQUEST, START], StartOperation(attempt=1, worker="w2")) == "OPERATION_FENCED"
    taken_over = [REQUEST, START, StartOperation(attempt=2, worker="w2")]
    assert _refusal(OPERATION, taken_over, SucceedOperation(attempt=1)) == "OPERATION_FENCED"
    assert _refusal(OPERATION, [REQUEST], SucceedOperation(attempt=1)) == "OPERATION_FENCED"


@pytest.mark.parametrize(
    "outcome",
    [
        SucceedOperation(attempt=1),
        FailOperation(attempt=1, code="TIMEOUT", message="no answer"),
        StopOperation(attempt=1),
        LoseOutcome(attempt=1, message="no answer"),
    ],
)
def test_a_worker_may_repeat_its_outcome_but_not_change_it(outcome: Command) -> None:
    assert _events(OPERATION, [REQUEST, START, outcome], outcome) == []
    other = (
        SucceedOperation(attempt=1) if not isinstance(outcome, SucceedOperation) else StopOperation(attempt=1)
    )
    assert _refusal(OPERATION, [REQUEST, START, outcome], other) == "OPERATION_FENCED"


def test_cancelling() -> None:
    assert [each.topic for each in _events(OPERATION, [REQUEST], CancelOperation())] == [
        "operation.cancelled.v1"
    ]
    asked = _events(OPERATION, [REQUEST, START], CancelOperation())
    assert [each.topic for each in asked] == ["operation.cancel_requested.v1"]
    assert _events(OPERATION, [REQUEST, START, CancelOperation()], CancelOperation()) == []
    assert _events(OPERATION, [REQUEST, CancelOperation()], CancelOperation()) == []
    assert (
        _refusal(OPERATION, [REQUEST, START, SucceedOperation(attempt=1)], CancelOperation())
        == "OPERATION_ENDED"
    )
    assert _refusal(OPERATION, [REQUEST, CancelOperation()], START) == "OPERATION_ENDED"


CREATE = CreateUser(username="Ada", role="engineer", password_id="p1", email="ada@example.net")


def test_a_user_name_belongs_to_one_account_whatever_the_case() -> None:
    assert user_id("Ada") == user_id("aDA")
    assert _refusal(USER, [CREATE], CREATE) == "USER_EXISTS"
    assert _state(USER, CREATE, DeleteUser(), CREATE).state == "active"
    assert covers("admin", "viewer") and not covers("viewer", "engineer")


def test_a_deleted_user_leaves_nothing_personal() -> None:
    state = _state(USER, CREATE, ChangeUser(notifications={"mail": "ada@example.net"}), DeleteUser())
    assert b"example" not in msgspec.json.encode(state)
    assert _events(USER, [CREATE, DeleteUser()], DeleteUser()) == []
    assert _refusal(USER, [CREATE, DeleteUser()], LogIn()) == "USER_NOT_FOUND"


def test_one_time_passwords_are_replaced_by_disabling_them_first() -> None:
    enabled = [CREATE, EnableTotp(totp_id="t1")]
    assert _events(USER, enabled, EnableTotp(totp_id="t1")) == []
    assert _refusal(USER, enabled, EnableTotp(totp_id="t2")) == "TOTP_ENABLED"
    assert _state(USER, *enabled, DisableTotp(), EnableTotp(totp_id="t2")).totp_id == "t2"
    assert _refusal(USER, [CREATE, ChangeUser(disabled=True)], LogIn()) == "USER_DISABLED"


def test_a_deleted_credential_stays_deleted() -> None:
    create = CreateCredential(name="ro", kind="snmp_v2c", secret_id="s1")
    assert _events(CREDENTIAL, [create], ReplaceSecret(secret_id="s1")) == []
    assert _events(CREDENTIAL, [create, DeleteCredential()], DeleteCredential()) == []
    assert _refusal(CREDENTIAL, [create, DeleteCredential()], create) == "CREDENTIAL_EXISTS"
    assert _state(CREDENTIAL, create, DeleteCredential()).secret_id == ""


def test_settings_are_refused_with_the_field_and_kept_whole() -> None:
    with pytest.raises(Invalid) as refusal:
        SETTINGS.decide(Settings(), ChangeSettings(changes={"discovery/rate_per_s": 0, "auth/lock_s": 60}))
    assert refusal.value.details["field"] == "discovery/rate_per_s"
    with pytest.raises(Invalid, match="no setting discovery/rate_s; discovery/rate_per_s"):
        SETTINGS.decide(Settings(), ChangeSettings(changes={"discovery/rate_s": 1}))
    with pytest.raises(Invalid, match="no setting nothing/like/it, see"):
        SETTINGS.decide(Settings(), ChangeSettings(changes={"nothing/like/it": 1}))


def test_a_value_that_a_later_release_no_longer_allows_is_passed_over() -> None:
    changes = [
        Change("discovery/rate_per_s", 1, 10**9),
        Change("no/more", 1, 2),
        Change("auth/lock_s", 300, 60),
    ]
    state = SETTINGS.evolve(Settings(), SettingsChanged(changes=changes))
    assert state.discovery.rate_per_s == Settings().discovery.rate_per_s
    assert state.auth.lock_s == 60


def test_an_expiry_without_a_time_zone_is_refused() -> None:
    raw = b'{"name": "ci", "role": "viewer", "digest": "d", "expires_at": "2027-01-01T00:00:00"}'
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.json.decode(raw, type=CreateApiKey)


def test_foreign_text_in_a_summary_is_one_bounded_line() -> None:
    assert one_line("a\r\n b\tc\x1b[31m\u2028d") == "a b c [31m d"
    assert one_line("x" * 400) == "x" * 299 + "…"


def test_topics_are_unique_and_versioned() -> None:
    assert len(TOPICS) == sum(len(aggregate.events) for aggregate in AGGREGATES)
    assert all(topic.rpartition(".v")[2].isdigit() and topic.count(".") == 2 for topic in TOPICS)
    assert set(AGGREGATES_BY_NAME) == {aggregate.name for aggregate in AGGREGATES}


def test_a_foreign_command_is_a_mistake_of_ours() -> None:
    for aggregate, created in ((ALERT, RAISE), (OPERATION, REQUEST), (USER, CREATE)):
        with pytest.raises(TypeError):
            aggregate.decide(_state(aggregate, created), ChangeSettings(changes={}))
