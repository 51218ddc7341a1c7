"""Idempotency keys: a retry returns the first result, whoever retries, whenever, and nothing happens twice."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import psycopg
import pytest

from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from domain.aggregate import IdempotencyKey, Outcome
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert, ResolveAlert
from domain.credential import CREDENTIAL, CreateCredential, DeleteCredential
from domain.errors import Refused
from domain.event import Attribution

OpenLedger = Callable[[str], Awaitable[Ledger]]


def key(name: str = "k", fingerprint: bytes = b"request") -> IdempotencyKey:
    return IdempotencyKey("user ada", name, fingerprint)


def raise_alert(name: str) -> RaiseAlert:
    return RaiseAlert(key=name, severity="low", title=f"about {name}")


def same(one: Outcome, other: Outcome) -> bool:
    return (one.position, one.events, one.states) == (other.position, other.events, other.states)


async def test_a_retry_returns_the_first_result(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    first = await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer, key=key())
    await ledger.execute(ALERT.to(alert_id("a"), ResolveAlert()), by=engineer)
    again = await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer, key=key())
    assert same(first, again)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.states[alert_id("a")].state == "firing"
    assert await event_log.head() == 2


async def test_a_creation_retried_under_another_new_id_returns_the_first(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    create = CreateCredential(name="c", kind="snmp_v2c", secret_id="0")
    first = await ledger.execute(CREDENTIAL.to(uuid4(), create, new=True), by=engineer, key=key())
    again = await ledger.execute(CREDENTIAL.to(uuid4(), create, new=True), by=engineer, key=key())
    assert same(first, again)
    assert await event_log.head() == 1


async def test_a_retry_that_the_present_state_would_refuse_still_returns_the_first_result(
    ledger: Ledger, engineer: Attribution
) -> None:
    credential = uuid4()
    create = CreateCredential(name="c", kind="snmp_v2c", secret_id="0")
    await ledger.execute(CREDENTIAL.to(credential, create), by=engineer)
    first = await ledger.execute(CREDENTIAL.to(credential, DeleteCredential()), by=engineer, key=key())
    again = await ledger.execute(CREDENTIAL.to(credential, DeleteCredential()), by=engineer, key=key())
    assert same(first, again)


async def test_the_retry_of_a_command_that_changed_nothing_changes_nothing_either(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    first = await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer, key=key())
    assert (first.events, first.position) == ((), 1)
    await ledger.execute(ALERT.to(alert_id("a"), ResolveAlert()), by=engineer)
    again = await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer, key=key())
    assert same(first, again)
    assert again.states[alert_id("a")].state == "firing"
    assert await event_log.head() == 2


async def test_a_refused_command_may_be_tried_again_with_its_key(
    ledger: Ledger, engineer: Attribution
) -> None:
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    await ledger.execute(ALERT.to(alert_id("a"), ResolveAlert()), by=engineer)
    with pytest.raises(Refused):
        await ledger.execute(ALERT.to(alert_id("a"), AcknowledgeAlert()), by=engineer, key=key())
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    outcome = await ledger.execute(ALERT.to(alert_id("a"), AcknowledgeAlert()), by=engineer, key=key())
    assert len(outcome.events) == 1


async def test_a_key_used_for_another_request_is_refused(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer, key=key())
    for wanted in ("a", "b"):  # whether or not the second would change anything
        with pytest.raises(Refused) as refusal:
            await ledger.execute(
                ALERT.to(alert_id(wanted), raise_alert(wanted)), by=engineer, key=key(fingerprint=b"other")
            )
        assert refusal.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert await event_log.head() == 1


async def test_the_same_key_of_another_user_is_another_key(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer, key=key())
    bob = IdempotencyKey("user bob", "k", b"request")
    await ledger.execute(ALERT.to(alert_id("b"), raise_alert("b")), by=engineer, key=bob)
    assert await event_log.head() == 2


async def test_the_same_key_at_the_same_moment_from_several_processes_acts_once(
    database: str, open_ledger: OpenLedger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    ledgers = [await open_ledger(database) for _ in range(3)]
    create = CreateCredential(name="c", kind="snmp_v2c", secret_id="0")
    for number in range(10):
        outcomes = await asyncio.gather(
            *(
                ledger.execute(CREDENTIAL.to(uuid4(), create, new=True), by=engineer, key=key(f"k{number}"))
                for ledger in ledgers
                for _ in range(3)
            )
        )
        assert len({outcome.position for outcome in outcomes}) == 1
        assert all(outcome.events == outcomes[0].events for outcome in outcomes)
        assert sum(not outcome.repeated for outcome in outcomes) == 1
    assert await event_log.head() == 10


async def test_key_and_events_are_one_transaction(
    database: str, open_ledger: OpenLedger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    """Were the key written apart from the events, a crash in between would lose the command or do it twice."""
    ledger = await open_ledger(database)
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer, key=key())
    with psycopg.connect(database) as conn:
        same_transaction = conn.execute(
            "SELECT e.xmin = i.xmin AND e.xmin = h.xmin FROM ledger.events e, ledger.idempotency i, ledger.head h"
        ).fetchone()
    assert same_transaction == (True,)
