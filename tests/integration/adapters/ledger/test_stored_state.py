"""What lies in the table: readable JSON, byte for byte what was hashed, and no personal data in plain text."""

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.ledger.application import LedgerApplication
from adapters.ledger.group import Append, Span
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.mapper import LedgerMapper
from adapters.ledger.proof import Trust
from adapters.ledger.recorder import LedgerRecorder
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from adapters.vault.subjects import SubjectKeys
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.catalogue import TOPICS
from domain.errors import Invalid, Unavailable
from domain.event import Attribution, Event, Recorded
from domain.ports import FORGOTTEN
from domain.user import USER, user_id
from domain.user_commands import ChangeUser, CreateUser
from tests.strategies import events, metadata, text

OpenLedger = Callable[[str], Awaitable[Ledger]]


@pytest.fixture
def recorder(database: str, seals: LedgerSeals, sealer: SubjectKeys) -> Iterator[LedgerRecorder]:
    application = LedgerApplication(database, seals, sealer)
    assert isinstance(application.recorder, LedgerRecorder)
    yield application.recorder
    application.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), meta=metadata)
def test_any_event_survives_the_table_unchanged(
    recorder: LedgerRecorder, sealer: SubjectKeys, data: st.DataObject, meta: Any
) -> None:
    """Backslashes, quotes, tabs, line ends, controls and all scripts, through the wire and back."""
    facts: list[Event] = data.draw(st.lists(events(*TOPICS.values()), min_size=1, max_size=4))
    mapper, aggregate_id = LedgerMapper(sealer), uuid4()
    recorded = [Recorded(aggregate_id, version, event, meta) for version, event in enumerate(facts, 1)]
    stored = [mapper.to_stored_event(each) for each in recorded]
    (span,) = recorder.insert_group([Append(stored)])
    assert isinstance(span, Span)
    assert [row.state for row in recorder.select_events(aggregate_id)] == [each.state for each in stored]
    assert [mapper.to_domain_event(row) for row in recorder.select_events(aggregate_id)] == recorded
    rows = recorder.select_notifications(span.first, 10)
    assert [row.id for row in rows] == list(range(span.first, span.last + 1))
    assert [row.state for row in rows] == [each.state for each in stored]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=text)
def test_text_is_what_it_was_for_postgresql_too(recorder: LedgerRecorder, value: str) -> None:
    state = msgspec.json.encode({"data": {"text": value}})
    aggregate_id = uuid4()
    recorder.insert_group([Append([StoredEvent(aggregate_id, 1, "x.y.v1", state)])])
    with recorder.datastore.get_connection() as conn:
        row = conn.execute(
            "SELECT state->'data'->>'text' AS text FROM ledger.events WHERE originator_id = %s",
            (aggregate_id,),
        ).fetchone()
    assert row == {"text": value}


async def test_state_is_readable_in_psql(database: str, ledger: Ledger, engineer: Attribution) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("needs psql: apt-get install postgresql-client")
    command = RaiseAlert(key="k", severity="high", title='link "down" on ether1', reason="rain")
    await ledger.execute(ALERT.to(alert_id("k"), command), by=engineer)
    query = (
        "SELECT notification_id, topic, state->'data'->>'title', state->>'reason', state->'actor'->>'name'"
        " FROM ledger.events"
    )
    shown = await asyncio.to_thread(
        subprocess.run, [psql, "-At", "-c", query, database], capture_output=True, text=True, check=True
    )
    assert shown.stdout == '1|alert.raised.v1|link "down" on ether1|rain|ada\n'


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
async def test_text_that_postgresql_cannot_hold_is_refused_whole(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution, bad: str
) -> None:
    """JSON could carry U+0000 into the table, but no projection could take it out again."""
    for intent in (
        ALERT.to(alert_id("k"), RaiseAlert(key="k", severity="low", title=bad)),
        USER.to(user_id("ada"), CreateUser(username="ada", role="viewer", password_id="p", email=bad)),
    ):
        with pytest.raises(Invalid):
            await ledger.execute(intent, by=engineer)
    assert await event_log.head() == 0


async def test_deeply_nested_detail_is_stored_and_read(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    detail: dict[str, Any] = {}
    for _ in range(300):
        detail = {"deeper": [detail]}
    command = RaiseAlert(key="k", severity="low", title="t", detail=detail)
    outcome = await ledger.execute(ALERT.to(alert_id("k"), command), by=engineer)
    assert await event_log.read(0) == list(outcome.events)


ADA = user_id("ada")
EMAIL = "ada.lovelace@example.org"


async def create_ada(ledger: Ledger, by: Attribution) -> None:
    create = CreateUser(username="ada", role="viewer", password_id="p", email=EMAIL)
    await ledger.execute(USER.to(ADA, create), by=by)
    await ledger.execute(USER.to(ADA, ChangeUser(email=f"new.{EMAIL}")), by=by)


def emails(recorded: list[Recorded]) -> list[tuple[str, ...]]:
    return [tuple(getattr(each.event, field) for field in sorted(each.event.personal)) for each in recorded]


async def test_personal_data_is_nowhere_in_plain_text(
    database: str, ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    await create_ada(ledger, engineer)
    with psycopg.connect(database) as conn:
        for table in ("ledger.events", "ledger.idempotency", "vault.subject_keys"):
            dump = b"".join(row for (row,) in conn.execute(f"SELECT t::text::bytea FROM {table} t"))
            assert b"lovelace" not in dump
    assert emails(await event_log.read(0)) == [(EMAIL,), (f"new.{EMAIL}", EMAIL)]
    assert (await ledger.state(USER, ADA)).email == f"new.{EMAIL}"


async def test_the_same_text_is_sealed_differently_each_time(
    database: str, ledger: Ledger, engineer: Attribution
) -> None:
    """Else equal addresses could be told from the table without any key."""
    await create_ada(ledger, engineer)
    with psycopg.connect(database) as conn:
        rows = conn.execute(
            "SELECT state->'data'->>'email' FROM ledger.events WHERE notification_id = 1"
            " UNION ALL SELECT state->'data'->>'old' FROM ledger.events WHERE notification_id = 2"
        ).fetchall()
    assert len(set(rows)) == 2


async def test_destroying_the_key_forgets_the_person_and_breaks_nothing(
    database: str,
    ledger: Ledger,
    event_log: PostgresEventLog,
    open_ledger: OpenLedger,
    sealer: SubjectKeys,
    seals: LedgerSeals,
    engineer: Attribution,
) -> None:
    await create_ada(ledger, engineer)
    await asyncio.to_thread(sealer.forget, ADA)
    assert emails(await event_log.read(0)) == [(FORGOTTEN,), (FORGOTTEN, FORGOTTEN)]
    assert (await ledger.state(USER, ADA)).username == "ada"
    assert verify(database, Trust(seals.public_key, seals)).intact
    other = await open_ledger(database)
    await other.execute(USER.to(ADA, ChangeUser(email="back@example.org")), by=engineer)
    assert emails(await event_log.read(2)) == [("back@example.org", FORGOTTEN)]


async def test_a_sealed_value_moved_to_another_person_is_not_opened(
    database: str, ledger: Ledger, sealer: SubjectKeys, engineer: Attribution
) -> None:
    await create_ada(ledger, engineer)
    sealed = sealer.seal(ADA, "email", EMAIL)
    assert sealer.unseal(ADA, "email", sealed) == EMAIL
    assert sealer.unseal(ADA, "old", sealed) == FORGOTTEN
    assert sealer.unseal(user_id("bob"), "email", sealed) == FORGOTTEN


async def test_personal_data_waits_for_its_key_store(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    """Where keys cannot be had, the command is refused; nothing is ever stored unsealed."""
    ledger = await open_ledger(database)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("ALTER TABLE vault.subject_keys RENAME TO away")
        with pytest.raises(Unavailable):
            await create_ada(ledger, engineer)
        conn.execute("ALTER TABLE vault.away RENAME TO subject_keys")
        await create_ada(ledger, engineer)
