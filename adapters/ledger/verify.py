"""Verifies the ledger in a database: every row, the head and all checkpoints, in one consistent snapshot."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
from psycopg import Connection

from adapters.ledger.proof import Evidence, Progress, Report, Row, Trust, prove
from adapters.ledger.seals import Checkpoint, CheckpointTail, Head

_BATCH = 64

_CONTENT: LiteralString = (
    "int8send(notification_id) || uuid_send(originator_id) || int8send(originator_version)"
    " || convert_to(octet_length(topic) || ':' || topic || state::text, 'UTF8')"
)
"""`domain.chain.row_content`, put together by PostgreSQL, which has the bytes at hand."""


def verify(
    conninfo: str,
    trust: Trust,
    *,
    progress: Progress | None = None,
    witnesses: Sequence[Checkpoint] = (),
) -> Report:
    """Recomputes the chain from the beginning while others go on writing. Blocking; raises psycopg.Error."""
    with snapshot(conninfo) as conn, closing(read_rows(conn)) as rows:
        return prove(rows, read_evidence(conn, witnesses), trust, progress)


@contextmanager
def snapshot(conninfo: str) -> Iterator[Connection[Any]]:
    """A read-only connection that sees one moment of the ledger."""
    with psycopg.connect(conninfo, autocommit=True, application_name="netledger verify") as conn:
        conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # The index has the order; sorting millions of rows would fill the disk with temporary files.
        conn.execute("SET LOCAL enable_sort = off")
        conn.execute("SET LOCAL enable_seqscan = off")
        conn.execute("SET LOCAL statement_timeout = 0")
        yield conn


def read_rows(conn: Connection[Any], after: int | None = None, upto: int | None = None) -> Generator[Row]:
    """Rows in order of position, a few at a time; also those that no writer of ours could have made."""
    bounds = [("notification_id > %s", after), ("notification_id <= %s", upto)]
    given = [(condition, value) for condition, value in bounds if value is not None]
    where = " WHERE " + " AND ".join(condition for condition, _ in given) if given else ""
    yield from stream(
        conn,
        f"SELECT notification_id, {_CONTENT}, hash FROM ledger.events{where} ORDER BY notification_id",
        [value for _, value in given],
    )


def stream(conn: Connection[Any], query: str, parameters: Sequence[Any] = ()) -> Generator[Any]:
    """Rows as tuples, in the binary format, while PostgreSQL prepares the next ones."""
    yield from conn.cursor(binary=True).stream(query.encode(), parameters, size=_BATCH)


def read_evidence(conn: Connection[Any], witnesses: Sequence[Checkpoint] = ()) -> Evidence:
    """Head, checkpoints and their count. What they hold need not make sense: that is for the proof to say."""
    head = conn.execute("SELECT position, hash, mac FROM ledger.head").fetchone()
    tail = conn.execute("SELECT number, signature FROM ledger.checkpoint_tail").fetchone()
    rows = conn.execute(
        "SELECT number, position, hash, extract(epoch FROM signed_at), public_key, signature"
        " FROM ledger.checkpoints"
    ).fetchall()
    return Evidence(
        head=Head(*head) if head is not None else None,
        checkpoints=[
            Checkpoint(row[0], row[1], row[2], _microseconds(row[3]), row[4], row[5]) for row in rows
        ],
        tail=CheckpointTail(*tail) if tail is not None else None,
        witnesses=witnesses,
    )


def _microseconds(seconds: Decimal) -> int:
    return int(seconds * 1_000_000) if seconds.is_finite() else -1
