"""Whoever rewrites history consistently, or the proofs with it, is found by what needs a key."""

from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg import Connection, sql

from adapters.ledger.seals import Checkpoint, LedgerSeals
from adapters.ledger.verify import verify
from domain.chain import link
from tests.integration.adapters.ledger.tampered import EVENTS, Tampered


def rewrite(conn: Connection[Any], position: int) -> None:
    """Changes who did something, and makes all that follows consistent again, as far as that needs no key."""
    conn.execute(
        """UPDATE ledger.events SET state = replace(state::text, '"name":"test"', '"name":"eve"')::json"""
        " WHERE notification_id = %s",
        (position,),
    )
    rows = conn.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state::text, hash FROM ledger.events"
        " WHERE notification_id >= %s ORDER BY 1",
        (position - 1,),
    ).fetchall()
    digest = rows[0][5]
    for place, originator, version, topic, state, _ in rows[1:]:
        digest = link(digest, place, originator, version, topic, state.encode())
        conn.execute("UPDATE ledger.events SET hash = %s WHERE notification_id = %s", (digest, place))


@pytest.mark.parametrize(("position", "found"), [(5, 1), (9, 9), (16, 9), (17, 17), (22, 21)])
def test_a_history_rewritten_consistently_is_found_in_its_stretch(
    tampered: Tampered, position: int, found: int
) -> None:
    """Nothing tells where between two proofs it begins: the next proof says that something before it changed."""
    rewrite(tampered.conn, position)
    finding = tampered.report().finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("altered", found)


def test_a_history_rewritten_together_with_the_head_is_found_by_its_mac(tampered: Tampered) -> None:
    rewrite(tampered.conn, 22)
    tampered.conn.execute(
        "UPDATE ledger.head SET hash = (SELECT hash FROM ledger.events WHERE notification_id = %s)", (EVENTS,)
    )
    finding = tampered.report().finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("head", EVENTS)


def test_a_ledger_rolled_back_whole_is_found_by_a_checkpoint_kept_elsewhere(
    tampered: Tampered, seals: LedgerSeals
) -> None:
    """An old copy of everything proves itself: only what was kept outside can say that there was more."""
    kept = seals.checkpoint(4, 30, b"\1" * 32, datetime.now(UTC))
    assert tampered.report().intact
    finding = verify(tampered.url, tampered.trust, witnesses=[kept]).finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("missing", EVENTS + 1)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_deleted_checkpoint_is_found(tampered: Tampered, number: int) -> None:
    tampered.conn.execute("DELETE FROM ledger.checkpoints WHERE number = %s", (number,))
    finding = tampered.report().finding
    assert finding is not None
    assert finding.kind == "checkpoint"


@pytest.mark.parametrize("table", ["head", "checkpoint_tail"])
def test_a_missing_end_is_found(tampered: Tampered, table: str) -> None:
    tampered.conn.execute(sql.SQL("DELETE FROM ledger.{}").format(sql.Identifier(table)))
    finding = tampered.report().finding
    assert finding is not None
    assert finding.kind == {"head": "head", "checkpoint_tail": "checkpoint"}[table]


def test_a_checkpoint_signed_by_somebody_else_is_found(tampered: Tampered) -> None:
    forged = LedgerSeals(b"somebody else's thirty-two bytes").checkpoint(4, 22, b"\0" * 32, datetime.now(UTC))
    insert(tampered.conn, forged)
    finding = tampered.report().finding
    assert finding is not None
    assert (finding.kind, finding.position) == ("checkpoint", 22)


def insert(conn: Connection[Any], checkpoint: Checkpoint) -> None:
    conn.execute(
        "INSERT INTO ledger.checkpoints (number, position, hash, signed_at, public_key, signature)"
        " VALUES (%s, %s, %s, now(), %s, %s)",
        (
            checkpoint.number,
            checkpoint.position,
            checkpoint.hash,
            checkpoint.public_key,
            checkpoint.signature,
        ),
    )
