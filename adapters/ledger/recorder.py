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
from psycopg.types.numeric import Int8

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
_APPEND = "SELECT ledger.append(%b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b)"


class LedgerRecorder(PostgresApplicationRecorder):
    """Positions are counted from 1 without gaps, under the same table lock as the library's own insert,
    so that a reader that has seen position N never later finds an unseen one below it."""

    def __init__(self, datastore: LedgerDatastore, seals: LedgerSeals) -> None:
        super().__init__(datastore, events_table_name="events")
        self._ledger = datastore
        self._seals = seals
        self._one_at_a_time = threading.Lock()
        self._left: tuple[int, bytes] | None = None
        """Position and hash of the ledger's end as we left it."""
        self._alone = False
        """Whether nobody else had written when we last came back, so that it is worth a guess that this holds."""

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
        if self._alone and self._left is not None:
            self._alone = False  # until it is known again
            results = self._at_known_end(Group(appends), *self._left)
            if results is not None:
                return results
        return self._under_lock(appends)

    def _at_known_end(self, group: Group, position: int, digest: bytes) -> list[Span | Exception] | None:
        """One round trip where nobody else has written since and nothing conflicts; None where it needs a closer look."""
        conn = self._ledger.quiet_writer()
        if conn is None:
            return None
        group.place(position, digest, None, {})
        try:
            row = conn.execute(_APPEND, self._parameters(group, position, digest), prepare=True).fetchone()
        except psycopg.Error as error:
            if _is_answer(error):
                return None
            self._ledger.drop_writer()
            recorded = self._recorded(group)
            return self._told(group, recorded, error) if recorded is not False else None
        return self._ended(group, alone=True) if row == (True,) else None

    def _under_lock(self, appends: Sequence[Append]) -> list[Span | Exception]:
        """Reads the head and what may conflict with the table locked, and then decides what fits."""
        try:
            return self._attempt(Group(appends))
        except psycopg.errors.UniqueViolation:
            pass  # somebody was faster on one of the aggregates: look which, and let the others through
        except psycopg.Error as error:
            if len(appends) == 1:
                return [error]
            # PostgreSQL refused something in it, whatever it is: only its own command may fail.
            return [result for append in appends for result in self._under_lock([append])]
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
            if not head:
                conn.execute(
                    "INSERT INTO ledger.head (position, hash, mac) VALUES (0, %s, %s)",
                    (GENESIS, self._seals.head_mac(0, GENESIS)),
                )
            if group.rows or group.new_keys:
                row = conn.execute(
                    _APPEND, self._parameters(group, position, digest), prepare=True
                ).fetchone()
                assert row == (True,)  # the head was read under the same lock
            conn.execute("COMMIT")
        except psycopg.Error as error:
            if conn.closed or not _is_answer(error):
                self._ledger.drop_writer()
                return self._told(group, self._recorded(group), error)
            conn.execute("ROLLBACK")
            if isinstance(error, psycopg.OperationalError):  # the disk is full, or it took too long
                return [_not_recorded(error) for _ in group.appends]
            raise
        return self._ended(group, alone=self._left is None or self._left == (position, digest))

    def _begin(self) -> tuple[Connection[TupleRow], TupleRow | None]:
        """Opens the transaction, takes the lock and reads the head; once more where an idle connection had died."""
        conn, fresh = self._ledger.writer()
        try:
            cursor = conn.execute(_BEGIN)
        except psycopg.OperationalError as error:
            if fresh or _is_answer(error):
                raise
            self._ledger.drop_writer()
            conn, _ = self._ledger.writer()
            cursor = conn.execute(_BEGIN)
        while cursor.nextset():
            pass
        return conn, cursor.fetchone()

    def _parameters(self, group: Group, position: int, digest: bytes) -> Sequence[Any]:
        """The arguments of ledger.append."""
        mac = self._seals.head_mac(group.position, group.digest)
        end = (Int8(group.position), group.digest, mac)
        return (
            Int8(position),
            digest,
            *group.looked_at(),
            *group.columns(),
            *group.key_columns(),
            *end,
        )

    def _ended(self, group: Group, *, alone: bool) -> list[Span | Exception]:
        self._left, self._alone = (group.position, group.digest), alone
        return group.results

    def _told(self, group: Group, recorded: bool | None, error: Exception) -> list[Span | Exception]:
        """What to answer after a broken connection."""
        if recorded is None:
            return [_unknown() for _ in group.appends]
        return group.results if recorded else [_not_recorded(error) for _ in group.appends]

    def _recorded(self, group: Group) -> bool | None:
        """After a broken connection: committed if and only if our first row, with our hash, is in the table.

        What we sent may still be on its way, or be at work: the server's side is ended first, and the lock waits for
        the end of whatever it had begun. None where nobody can be asked.
        """
        if not group.first_position:
            return False
        lost = self._ledger.backend
        end = time.monotonic() + SETTLE_S
        while True:
            try:
                conn, _ = self._ledger.writer()
                if lost is not None:
                    conn.execute(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                        " WHERE pid = %s AND backend_start = %s",
                        lost,
                    )
                self._begin()
                row = conn.execute(
                    "SELECT hash FROM ledger.events WHERE notification_id = %s", (group.first_position,)
                ).fetchone()
                conn.execute("ROLLBACK")
            except psycopg.Error:
                self._ledger.drop_writer()
                if time.monotonic() > end:
                    return None
                time.sleep(0.1)
            else:
                return row is not None and bytes(row[0]) == group.first_digest


def _is_answer(error: psycopg.Error) -> bool:
    """Whether PostgreSQL itself said this and so has rolled back; else the connection broke, and who knows."""
    return error.sqlstate is not None and not error.sqlstate.startswith(("57P", "08"))


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
