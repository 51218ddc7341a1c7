"""Whoever can write the tables, past the append-only trigger, still cannot change a row unseen."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from psycopg import Connection, sql

from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.proof import Report, Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from adapters.vault.master_key import MasterKey
from adapters.vault.subjects import SubjectKeys
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.chain import link
from domain.event import Actor, Attribution
from tests.integration.adapters.ledger.tampered import (
    EPOCH,
    EVENTS,
    Tampered,
)


def test_an_untouched_ledger_is_intact(tampered: Tampered) -> None:
    assert tampered.report() == Report(events=EVENTS, position=EVENTS, checkpoints=3, proven=EVENTS)


def test_with_the_public_key_alone_what_lies_above_the_last_checkpoint_is_not_proven(
    tampered: Tampered, seals: LedgerSeals
) -> None:
    report = verify(tampered.url, Trust(seals.public_key))
    assert report == Report(events=EVENTS, position=EVENTS, checkpoints=3, proven=20)


def test_an_empty_ledger_is_intact(database: str, seals: LedgerSeals) -> None:
    assert verify(database, Trust(seals.public_key, seals)).intact


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger.events SET topic = 'x'", "DELETE FROM ledger.events", "TRUNCATE ledger.events"],
)
def test_the_table_refuses_whatever_is_no_append(tampered: Tampered, statement: str) -> None:
    tampered.conn.execute("ALTER TABLE ledger.events ENABLE TRIGGER append_only")
    try:
        with (
            psycopg.connect(tampered.url) as conn,
            pytest.raises(psycopg.errors.RaiseException, match="append-only"),
        ):
            conn.execute(statement.encode())
    finally:
        tampered.conn.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")


FIELDS = {
    "events": ("originator_id", "originator_version", "topic", "state", "notification_id", "hash"),
    "head": ("position", "hash", "mac"),
    "checkpoints": ("number", "position", "hash", "signed_at", "public_key", "signature"),
    "checkpoint_tail": ("number", "signature"),
}
KEYS = {"events": "notification_id", "checkpoints": "position"}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    where=st.sampled_from([(table, field) for table, fields in FIELDS.items() for field in fields]),
    row=st.integers(0, EVENTS - 1),
    bit=st.integers(0, 2**16),
)
@example(("events", "notification_id"), EVENTS - 1, 4)  # the last row moves beyond the end
@example(("events", "notification_id"), 5, 63)  # below the first
@example(("events", "hash"), EVENTS - 1, 0)
@example(("events", "state"), EVENTS - 1, 0)
@example(("head", "position"), 0, 0)
def test_any_single_bit_that_changes_is_found_where_it_is(
    tampered: Tampered, where: tuple[str, str], row: int, bit: int
) -> None:
    table, field = where
    try:
        position, changed_to = flip(tampered.conn, table, field, row, bit)
        finding = tampered.report().finding
        assert finding is not None, f"bit {bit} of {table}.{field} at {position} went unseen"
        if table == "events":
            at = changed_to if field == "notification_id" and changed_to < position else position
            assert finding.position == at, finding
            assert finding.kind in ("altered", "missing", "inserted")
        elif table == "head":
            assert finding.kind == "head", finding
        else:
            assert finding.kind == "checkpoint", finding
            if table == "checkpoints":
                assert finding.position in (position, changed_to if field == "position" else position)
    finally:
        tampered.restore()


def flip(conn: Connection[Any], table: str, field: str, row: int, bit: int) -> tuple[int, int]:
    """Flips one bit of one value and returns the row's position, and the value as a number where it is one."""
    key = KEYS.get(table)
    order = sql.SQL("ORDER BY {}").format(sql.Identifier(key)) if key else sql.SQL("")
    shown = {"state": "state::text", "signed_at": "(extract(epoch FROM signed_at) * 1000000)::bigint"}
    query = sql.SQL("SELECT ctid, {}, {} FROM ledger.{} {}").format(
        sql.SQL(shown.get(field, field)),
        sql.Identifier(key) if key else sql.SQL("0"),
        sql.Identifier(table),
        order,
    )
    rows = conn.execute(query).fetchall()
    ctid, old, position = rows[row % len(rows)]
    new = flipped(field, old, bit)
    value = EPOCH + timedelta(microseconds=new) if field == "signed_at" else new
    try:
        conn.execute(
            sql.SQL("UPDATE ledger.{} SET {} = %s WHERE ctid = %s").format(
                sql.Identifier(table), sql.Identifier(field)
            ),
            (value, ctid),
        )
    except (psycopg.DataError, psycopg.IntegrityError):  # no JSON any more, or a second row of the same key
        assume(False)
    return position, new if isinstance(new, int) else position


def flipped(field: str, old: Any, bit: int) -> Any:
    if field == "signed_at":
        return old ^ (1 << bit % 50)  # a year that Python knows
    if isinstance(old, int):
        return old ^ (1 << bit % 64) if bit % 64 != 63 else old - 2**63
    if field == "originator_id":
        old = old.bytes
    raw = bytearray(old.encode() if isinstance(old, str) else old)
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    if field == "originator_id":
        return raw.hex()
    if not isinstance(old, str):
        return bytes(raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        assume(False)
    assume("\0" not in text)
    return text


@pytest.mark.parametrize("position", [1, 2, 7, 8, 9, 16, EVENTS - 1, EVENTS])
def test_a_deleted_row_is_found_at_its_position(tampered: Tampered, position: int) -> None:
    tampered.conn.execute("DELETE FROM ledger.events WHERE notification_id = %s", (position,))
    finding = tampered.report().finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("missing", position)


@pytest.mark.parametrize("last", [0, 1, 8, 15, EVENTS - 2])
def test_a_tail_that_was_cut_off_is_found(tampered: Tampered, last: int) -> None:
    tampered.conn.execute("DELETE FROM ledger.events WHERE notification_id > %s", (last,))
    finding = tampered.report().finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("missing", last + 1)


@pytest.mark.parametrize("last", [8, 15, 22])
def test_a_tail_cut_off_with_the_head_moved_back_is_found(tampered: Tampered, last: int) -> None:
    """The hash is public, so an attacker can move the head; its mac needs the master key."""
    tampered.conn.execute("DELETE FROM ledger.events WHERE notification_id > %s", (last,))
    tampered.conn.execute("DELETE FROM ledger.checkpoints WHERE position > %s", (last,))
    tampered.conn.execute(
        "UPDATE ledger.head SET position = %s, hash = (SELECT hash FROM ledger.events WHERE notification_id = %s)",
        (last, last),
    )
    finding = tampered.report().finding
    assert finding is not None
    # Either the count of checkpoints gives it away or the head.
    assert (finding.kind, finding.position) in [("head", last), ("checkpoint", last // 8 * 8)]


@pytest.mark.parametrize("position", [-3, 0, EVENTS + 1, EVENTS + 5])
@pytest.mark.parametrize("chained", [True, False])
def test_an_inserted_row_is_found_at_its_position(tampered: Tampered, position: int, chained: bool) -> None:
    row = tampered.conn.execute(
        "SELECT originator_id, topic, state::text, (SELECT hash FROM ledger.head) FROM ledger.events LIMIT 1"
    ).fetchone()
    assert row is not None
    originator, topic, state, previous = row
    digest = link(previous, position, originator, 99, topic, state.encode()) if chained else b"\0" * 32
    tampered.conn.execute(
        "INSERT INTO ledger.events VALUES (%s, 99, %s, %s, %s, %s)",
        (originator, topic, state, position, digest),
    )
    finding = tampered.report().finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("inserted", position)


def test_a_second_row_at_a_position_is_found_where_the_index_no_longer_forbids_it(tampered: Tampered) -> None:
    tampered.conn.execute("DROP INDEX ledger.events_notification_id_idx")
    tampered.conn.execute(
        "INSERT INTO ledger.events SELECT gen_random_uuid(), 1, topic, state, notification_id, hash"
        " FROM ledger.events WHERE notification_id = 5"
    )
    finding = tampered.report().finding
    tampered.restore()
    tampered.conn.execute("CREATE UNIQUE INDEX events_notification_id_idx ON ledger.events (notification_id)")
    assert finding is not None
    assert finding.position == 5


def test_another_master_key_is_told_from_damage(tampered: Tampered) -> None:
    other = LedgerSeals(b"another master key of 32 bytes..")
    finding = verify(tampered.url, Trust(other.public_key, other)).finding
    assert finding is not None
    assert "another" in finding.what


def test_progress_is_reported(tampered: Tampered) -> None:
    seen: list[tuple[int, int]] = []
    verify(tampered.url, tampered.trust, progress=lambda position, goal: seen.append((position, goal)))
    assert seen == [(EVENTS, EVENTS)]


def test_writers_are_not_held_up_and_the_report_is_of_one_moment(
    tampered: Tampered, master_key: MasterKey, seals: LedgerSeals
) -> None:
    def write_meanwhile(position: int, goal: int) -> None:
        asyncio.run(write_one_more(tampered.url, master_key, seals))

    report = verify(tampered.url, tampered.trust, progress=write_meanwhile)
    assert report.intact
    assert report.position == EVENTS
    assert tampered.report().position == EVENTS + 1


async def write_one_more(url: str, master_key: MasterKey, seals: LedgerSeals) -> None:
    keys = SubjectKeys(url, master_key)
    ledger = Ledger(LedgerApplication(url, seals, keys), now=lambda: datetime.now(UTC))
    await ledger.start()
    by = Attribution(actor=Actor("cli", "t", "test"), correlation_id=str(uuid4()))
    command = RaiseAlert(key="more", severity="low", title="t")
    await ledger.execute(ALERT.to(alert_id("more"), command), by=by)
    await ledger.stop()
    keys.close()
