"""The library's PostgreSQL recorder with group commit: many appends share one locked transaction, a conflict fails alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from eventsourcing.persistence import OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg import Connection
from psycopg.rows import DictRow

from adapters.ledger.datastore import LedgerDatastore
from adapters.ledger.seals import LedgerSeals
from domain.aggregate import IdempotencyKey
from domain.chain import GENESIS, link
from domain.errors import Conflict, Refused, Unavailable


class VersionConflict(Conflict):
    """Another writer appended to the same aggregate first; deciding again may succeed."""


@dataclass(frozen=True)
class Append:
    """Events that belong together, of one or more aggregates, in order."""

    events: Sequence[StoredEvent]
    key: IdempotencyKey | None = None


@dataclass(frozen=True)
class Span:
    """The positions that an append got; `first` is greater than `last` where it had no events."""

    first: int
    last: int
    repeated: bool = False


_COPY = (
    "COPY ledger.events (originator_id, originator_version, topic, state, notification_id, hash) FROM STDIN"
)


class LedgerRecorder(PostgresApplicationRecorder):
    """Positions are counted from 1 without gaps, under the same table lock as the library's own insert,
    so that a reader that has seen position N never later finds an unseen one below it."""

    def __init__(self, datastore: LedgerDatastore, seals: LedgerSeals) -> None:
        super().__init__(datastore, events_table_name="events")
        self._seals = seals

    def create_table(self) -> None:
        """The tables are made by `adapters.schema`, all in one place."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's own entrance: one append by itself."""
        (result,) = self.insert_group([Append(stored_events)])
        if isinstance(result, Exception):
            raise result
        return range(result.first, result.last + 1)

    def insert_group(self, appends: Sequence[Append]) -> list[Span | Exception]:
        """Commits what can be committed in one transaction; the answer to each append is its span or its own error.

        When the connection breaks at the commit, the ledger itself is asked whether the group is in it.
        """
        attempt = _Group(appends)
        try:
            with self.datastore.get_connection() as conn:
                try:
                    return self._commit(conn, attempt)
                except psycopg.errors.UniqueViolation:
                    # Somebody was faster on one of the aggregates: look which, and let the others through.
                    attempt = _Group(appends, check=True)
                    return self._commit(conn, attempt)
        except (OperationalError, psycopg.OperationalError, psycopg.InterfaceError) as error:
            return self._settle(attempt, error)

    def find_key(self, key: IdempotencyKey) -> Span | None:
        """What an idempotency key led to before; raises Refused where it was used for another request."""
        with self.datastore.get_connection() as conn:
            known = self._known_keys(conn, [key]).get((key.scope, key.key))
        return None if known is None else _same_request(key, known)

    def _commit(self, conn: Connection[DictRow], group: "_Group") -> list[Span | Exception]:
        with conn.transaction():
            with conn.pipeline(), conn.cursor() as curs:
                self._lock_table(curs)
                curs.execute("SELECT position, hash FROM ledger.head", prepare=True)
                head = curs.fetchone()
            position, digest = (head["position"], head["hash"]) if head else (0, GENESIS)
            if group.keyed:
                group.known_keys = self._known_keys(conn, group.keyed)
            if group.check:
                group.versions = self._versions(conn, group.originators)
            group.place(position, digest)
            if group.lines:
                with conn.cursor().copy(_COPY) as copy:
                    copy.write(b"".join(group.lines))
            if group.lines or group.new_keys:
                self._finish(conn, group, first=head is None)
        return group.results

    def _finish(self, conn: Connection[DictRow], group: "_Group", *, first: bool) -> None:
        mac = self._seals.head_mac(group.position, group.digest)
        with conn.pipeline(), conn.cursor() as curs:
            for append, span in group.new_keys:
                assert append.key is not None  # only keyed appends are in the list
                curs.execute(
                    "INSERT INTO ledger.idempotency (scope, key, fingerprint, first_position, last_position)"
                    " VALUES (%s, %s, %s, %s, %s)",
                    (append.key.scope, append.key.key, append.key.fingerprint, span.first, span.last),
                )
            if not group.lines:
                return
            statement = (
                "INSERT INTO ledger.head (position, hash, mac) VALUES (%s, %s, %s)"
                if first
                else "UPDATE ledger.head SET position = %s, hash = %s, mac = %s"
            )
            curs.execute(statement, (group.position, group.digest, mac), prepare=True)
            curs.execute("SELECT pg_notify('ledger', %s)", (str(group.position),), prepare=True)

    def _known_keys(
        self, conn: Connection[DictRow], keyed: Sequence[IdempotencyKey]
    ) -> dict[tuple[str, str], tuple[bytes, Span]]:
        rows = conn.execute(
            "SELECT i.* FROM ledger.idempotency i JOIN unnest(%s::text[], %s::text[]) AS k (scope, key)"
            " ON i.scope = k.scope AND i.key = k.key",
            ([key.scope for key in keyed], [key.key for key in keyed]),
        )
        return {
            (row["scope"], row["key"]): (
                bytes(row["fingerprint"]),
                Span(row["first_position"], row["last_position"], repeated=True),
            )
            for row in rows
        }

    def _versions(self, conn: Connection[DictRow], originators: Iterable[Any]) -> dict[Any, int]:
        rows = conn.execute(
            "SELECT originator_id, max(originator_version) AS version FROM ledger.events"
            " WHERE originator_id = ANY(%s) GROUP BY 1",
            (list(originators),),
        )
        return {row["originator_id"]: row["version"] for row in rows}

    def _settle(self, group: "_Group", error: Exception) -> list[Span | Exception]:
        """After a broken connection: committed if and only if our first row, with our hash, is in the table."""
        if group.first_hash:
            try:
                with self.datastore.get_connection() as conn:
                    row = conn.execute(
                        "SELECT hash FROM ledger.events WHERE notification_id = %s", (group.first_position,)
                    ).fetchone()
                if row is not None and bytes(row["hash"]) == group.first_hash:
                    return group.results
            except (OperationalError, psycopg.Error):
                away = Unavailable(
                    "the database went away while committing; whether the command was recorded is not known, "
                    "so retry it with the same Idempotency-Key"
                )
                return [away for _ in group.appends]
        gone = Unavailable("the database is not reachable; nothing was recorded", cause=type(error).__name__)
        return [gone for _ in group.appends]


class _Group:
    """One attempt to place a group of appends after a head."""

    def __init__(self, appends: Sequence[Append], *, check: bool = False) -> None:
        self.appends = appends
        self.check = check
        self.keyed = [append.key for append in appends if append.key is not None]
        self.originators = {event.originator_id for append in appends for event in append.events}
        self.known_keys: dict[tuple[str, str], tuple[bytes, Span]] = {}
        self.versions: dict[Any, int] = {}
        self.results: list[Span | Exception] = []
        self.lines: list[bytes] = []
        self.new_keys: list[tuple[Append, Span]] = []
        self.position, self.digest = 0, b""
        self.first_position, self.first_hash = 0, b""

    def place(self, position: int, digest: bytes) -> None:
        """Gives every append that fits its positions and hashes, and the others their errors."""
        self.position, self.digest = position, digest
        for append in self.appends:
            self.results.append(self._repeated(append) or self._conflict(append) or self._placed(append))

    def _repeated(self, append: Append) -> Span | Exception | None:
        if append.key is None:
            return None
        known = self.known_keys.get((append.key.scope, append.key.key))
        if known is None:
            return None
        try:
            return _same_request(append.key, known)
        except Refused as error:
            return error

    def _conflict(self, append: Append) -> Exception | None:
        next_versions: dict[Any, int] = {}
        for event in append.events:
            known = next_versions.get(event.originator_id, self.versions.get(event.originator_id))
            if known is None and self.check:
                known = 0
            if known is not None and event.originator_version != known + 1:
                return VersionConflict(
                    "somebody else changed this at the same moment; read it again and retry"
                )
            next_versions[event.originator_id] = event.originator_version
        self.versions.update(next_versions)
        return None

    def _placed(self, append: Append) -> Span:
        first = self.position + 1
        for event in append.events:
            originator: Any = event.originator_id
            self.position += 1
            self.digest = link(
                self.digest, self.position, originator, event.originator_version, event.topic, event.state
            )
            self.lines.append(
                b"%b\t%d\t%b\t%b\t%d\t\\\\x%b\n"
                % (
                    originator.hex.encode(),
                    event.originator_version,
                    event.topic.encode(),
                    # JSON never holds a raw tab or newline; COPY's text format wants its backslashes doubled.
                    event.state.replace(b"\\", b"\\\\"),
                    self.position,
                    self.digest.hex().encode(),
                )
            )
            if not self.first_hash:
                self.first_position, self.first_hash = self.position, self.digest
        span = Span(first, self.position)
        if append.key is not None:
            self.new_keys.append((append, span))
            self.known_keys[(append.key.scope, append.key.key)] = (append.key.fingerprint, span)
        return span


def _same_request(key: IdempotencyKey, known: tuple[bytes, Span]) -> Span:
    fingerprint, span = known
    if fingerprint != key.fingerprint:
        raise Refused(
            "this Idempotency-Key was used for another request; use a new key",
            code="IDEMPOTENCY_KEY_REUSED",
            field="Idempotency-Key",
        )
    return Span(span.first, span.last, repeated=True)
