"""The library's PostgreSQL recorder with group commit: many appends share one locked transaction, a conflict fails alone."""

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg import Connection
from psycopg.rows import TupleRow, tuple_row

from adapters.ledger.datastore import LedgerDatastore
from adapters.ledger.group import Append, Group, KnownKeys, Span, same_request
from adapters.ledger.seals import LedgerSeals
from domain.aggregate import IdempotencyKey
from domain.chain import GENESIS
from domain.errors import Unavailable

SETTLE_S = 5.0
"""How long a commit that was cut off is asked after, before the answer is that nobody knows."""

_BEGIN = """
BEGIN ISOLATION LEVEL READ COMMITTED;
LOCK TABLE ledger.events IN EXCLUSIVE MODE;
SELECT position, hash, mac FROM ledger.head
"""

_WRITE = """
WITH appended AS (
    INSERT INTO ledger.events (originator_id, originator_version, topic, state, hash, notification_id)
    SELECT id, version, topic, state, hash, %b + number
    FROM unnest(%b, %b, %b, %b, %b) WITH ORDINALITY AS row (id, version, topic, state, hash, number)
), moved AS (
    INSERT INTO ledger.head (position, hash, mac) VALUES (%b, %b, %b)
    ON CONFLICT (one) DO UPDATE SET position = excluded.position, hash = excluded.hash, mac = excluded.mac
)
SELECT pg_notify('ledger', %b)
"""


class LedgerRecorder(PostgresApplicationRecorder):
    """Positions are counted from 1 without gaps, under the same table lock as the library's own insert,
    so that a reader that has seen position N never later finds an unseen one below it."""

    def __init__(self, datastore: LedgerDatastore, seals: LedgerSeals) -> None:
        super().__init__(datastore, events_table_name="events")
        self._ledger = datastore
        self._seals = seals
        self._one_at_a_time = threading.Lock()

    def create_table(self) -> None:
        """The tables are made by `adapters.schema`, all in one place."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's own entrance: one append by itself."""
        (result,) = self.insert_group([Append(stored_events)])
        if isinstance(result, Exception):
            raise result
        return range(result.first, result.last + 1)

    def insert_group(self, appends: Sequence[Append]) -> list[Span | Exception]:
        """Commits what can be committed in one transaction; the answer to each append is its span or its own error."""
        with self._one_at_a_time:
            return self._insert_group(appends)

    def find_key(self, key: IdempotencyKey) -> Span | None:
        """What an idempotency key led to before; raises Refused where it was used for another request."""
        with self.datastore.get_connection() as conn:
            known = _known_keys(conn, [key]).get((key.scope, key.key))
        return None if known is None else same_request(key, known)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """One aggregate's events by version. Unlike the library's it does not wait for a database that is away."""
        with self.datastore.get_connection() as conn, conn.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(
                "SELECT originator_id, originator_version, topic, state FROM ledger.events"
                " WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s"
                f" ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT %s",
                (originator_id, gt or 0, lte if lte is not None else 2**62, limit),
            )
            return [StoredEvent(*row) for row in cursor.fetchall()]

    def history(self, originator_id: UUID, upto: int) -> list[Notification]:
        """One aggregate's events up to a position."""
        with self.datastore.get_connection() as conn, conn.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(
                "SELECT originator_id, originator_version, topic, state, notification_id FROM ledger.events"
                " WHERE originator_id = %s AND notification_id <= %s ORDER BY originator_version",
                (originator_id, upto),
            )
            return [Notification(*row) for row in cursor.fetchall()]

    def _insert_group(self, appends: Sequence[Append]) -> list[Span | Exception]:
        try:
            return self._attempt(Group(appends))
        except psycopg.errors.UniqueViolation:
            pass  # somebody was faster on one of the aggregates: look which, and let the others through
        except psycopg.Error as error:
            if len(appends) == 1:
                return [error]
            # PostgreSQL refused something in it, whatever it is: only its own command may fail.
            return [result for append in appends for result in self._insert_group([append])]
        try:
            return self._attempt(Group(appends, check=True))
        except psycopg.errors.UniqueViolation:
            damaged = _damaged("its end is not where ledger.head says")
            return [damaged for _ in appends]

    def _attempt(self, group: Group) -> list[Span | Exception]:
        """One transaction. Raises what PostgreSQL has against the content, after a rollback."""
        try:
            conn, head = self._begin()
        except psycopg.Error as error:
            self._ledger.drop_writer()
            return [_not_recorded(error) for _ in group.appends]
        try:
            position, digest, mac = head or (0, GENESIS, b"")
            if head and not self._seals.head_holds(position, digest, mac):
                conn.execute("ROLLBACK")
                damaged = _damaged("ledger.head was not written with this master key")
                return [damaged for _ in group.appends]
            known_keys = _known_keys(conn, group.keyed) if group.keyed else {}
            versions = _versions(conn, group.checked) if group.checked else {}
            group.place(position, digest, versions, known_keys)
            self._write(conn, group, position)
            conn.execute("COMMIT" if group.rows or group.new_keys else "ROLLBACK")
        except psycopg.Error as error:
            if conn.closed or isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
                self._ledger.drop_writer()
                return self._settle(group, error)
            conn.execute("ROLLBACK")
            raise
        return group.results

    def _begin(self) -> tuple[Connection[TupleRow], TupleRow | None]:
        """Opens the transaction, takes the lock and reads the head; once more where an idle connection had died."""
        conn, fresh = self._ledger.writer()
        try:
            cursor = conn.execute(_BEGIN)
        except psycopg.OperationalError:
            if fresh or not conn.closed:
                raise
            self._ledger.drop_writer()
            conn, _ = self._ledger.writer()
            cursor = conn.execute(_BEGIN)
        while cursor.nextset():
            pass
        return conn, cursor.fetchone()

    def _write(self, conn: Connection[TupleRow], group: Group, position: int) -> None:
        for key, span in group.new_keys:
            conn.execute(
                "INSERT INTO ledger.idempotency (scope, key, fingerprint, first_position, last_position)"
                " VALUES (%s, %s, %s, %s, %s)",
                (key.scope, key.key, key.fingerprint, span.first, span.last),
            )
        if group.rows:
            mac = self._seals.head_mac(group.position, group.digest)
            head = (group.position, group.digest, mac)
            conn.execute(_WRITE, (position, *group.columns(), *head, str(group.position)), prepare=True)

    def _settle(self, group: Group, error: Exception) -> list[Span | Exception]:
        """After a broken connection: committed if and only if our first row, with our hash, is in the table.

        The lock waits until a commit that is still under way on the server has ended.
        """
        if not group.first_position:
            return [_not_recorded(error) for _ in group.appends]
        end = time.monotonic() + SETTLE_S
        while True:
            try:
                conn, _ = self._begin()
                row = conn.execute(
                    "SELECT hash FROM ledger.events WHERE notification_id = %s", (group.first_position,)
                ).fetchone()
                conn.execute("ROLLBACK")
            except psycopg.Error:
                self._ledger.drop_writer()
                if time.monotonic() > end:
                    return [_unknown() for _ in group.appends]
                time.sleep(0.1)
            else:
                if row is not None and bytes(row[0]) == group.first_digest:
                    return group.results
                return [_not_recorded(error) for _ in group.appends]


def _known_keys(conn: Connection[Any], keyed: Sequence[IdempotencyKey]) -> KnownKeys:
    cursor = conn.cursor(row_factory=tuple_row).execute(
        "SELECT scope, key, fingerprint, first_position, last_position FROM ledger.idempotency"
        " JOIN unnest(%s::text[], %s::text[]) AS asked (scope, key) USING (scope, key)",
        ([key.scope for key in keyed], [key.key for key in keyed]),
    )
    return {
        (scope, key): (bytes(fingerprint), Span(first, last, repeated=True))
        for scope, key, fingerprint, first, last in cursor
    }


def _versions(conn: Connection[Any], originators: Iterable[UUID]) -> dict[Any, int]:
    cursor = conn.cursor(row_factory=tuple_row).execute(
        "SELECT originator_id, max(originator_version) FROM ledger.events"
        " WHERE originator_id = ANY(%s) GROUP BY 1",
        (list(originators),),
    )
    return dict(cursor.fetchall())


def _not_recorded(error: Exception) -> Unavailable:
    return Unavailable("the database is not reachable; nothing was recorded", cause=type(error).__name__)


def _unknown() -> Unavailable:
    return Unavailable(
        "the database went away while committing; whether the command was recorded is not known, "
        "so retry it with the same Idempotency-Key"
    )


def _damaged(what: str) -> Unavailable:
    return Unavailable(
        f"the ledger cannot be continued, nothing was recorded: {what}; run `netledger verify`",
        code="LEDGER_DAMAGED",
        retry_after_s=60,
    )
