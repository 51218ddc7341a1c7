"""The library's PostgreSQL recorder with group commit: many appends share one locked transaction, a conflict fails alone."""

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg import Connection
from psycopg.pq import Format
from psycopg.pq.abc import PGconn
from psycopg.rows import TupleRow, tuple_row

from adapters.ledger.datastore import APPEND, LedgerDatastore
from adapters.ledger.flight import Answer, value
from adapters.ledger.group import Append, Group, KnownKeys, Span, same_request
from adapters.ledger.packed import pack_int
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
_DONE = b"\x01"
"""The boolean that ledger.append gives in binary form; false where nothing was done."""


class Attempt(NamedTuple):
    """A group placed behind the end of the ledger as we left it, with the connection on which to send it."""

    appends: Sequence[Append]
    group: Group
    conn: PGconn
    parameters: Sequence[bytes]


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
            return self._under_lock(appends)

    def attempt(self, appends: Sequence[Append]) -> Attempt | None:
        """One statement may do where nobody else has written since and nothing conflicts: whoever sends it must come
        back with the answer. None where `insert_group` has to look first."""
        if not self._one_at_a_time.acquire(blocking=False):
            return None
        conn = self._ledger.quiet_writer() if self._alone else None
        if conn is None or self._left is None:
            self._one_at_a_time.release()
            return None
        self._alone = False  # until it is known again
        group = Group(appends)
        try:
            group.place(*self._left, None, {})
            return Attempt(appends, group, conn.pgconn, self._parameters(group, *self._left))
        except BaseException:
            self._one_at_a_time.release()
            raise

    def arrived(self, attempt: Attempt, answer: Answer) -> list[Span | Exception] | None:
        """The answers where it was committed; None where `look_closer` has to find out, which may take its time."""
        try:
            if value(answer) != _DONE:
                return None
        except psycopg.Error:
            return None
        results = self._ended(attempt.group, alone=True)
        self._one_at_a_time.release()
        return results

    def look_closer(self, attempt: Attempt, answer: Answer) -> list[Span | Exception]:
        """After an attempt that was refused, or whose connection broke."""
        try:
            value(answer)
        except psycopg.Error as error:
            if not _is_answer(error):
                self._ledger.drop_writer()
                recorded = self._recorded(attempt.group)
                if recorded is not False:
                    return self._told(attempt.group, recorded, error)
            return self._under_lock(attempt.appends)
        else:
            return self._under_lock(attempt.appends)
        finally:
            self._one_at_a_time.release()

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

    def histories(self, originator_ids: Sequence[UUID]) -> list[Notification]:
        """All events of these aggregates, each aggregate's by version."""
        with self.datastore.get_connection() as conn, conn.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(
                "SELECT originator_id, originator_version, topic, state, notification_id FROM ledger.events"
                " WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version",
                (list(originator_ids),),
            )
            return [Notification(*row) for row in cursor.fetchall()]

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
                parameters = self._parameters(group, position, digest)
                binary = [Format.BINARY] * len(parameters)
                answer = conn.pgconn.exec_prepared(APPEND, parameters, binary, Format.BINARY)
                assert value(answer) == _DONE  # the head was read under the same lock
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

    def _parameters(self, group: Group, position: int, digest: bytes) -> Sequence[bytes]:
        """The arguments of ledger.append."""
        mac = self._seals.head_mac(group.position, group.digest)
        end = (pack_int(group.position), group.digest, mac)
        return (
            pack_int(position),
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
