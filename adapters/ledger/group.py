"""A group of appends on its way into one transaction: who gets which positions, and whose append does not fit."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent

from adapters.ledger.packed import BYTEA, JSON, TEXT, pack, pack_ints
from adapters.ledger.packed import UUID as UUIDS
from domain.aggregate import IdempotencyKey
from domain.chain import chained, row_content
from domain.errors import Conflict, Refused


class VersionConflict(Conflict):
    """Another writer appended to the same aggregate first; deciding again may succeed."""


class Row(msgspec.Struct, frozen=True):
    """One event as the ledger stores it: what the library calls a stored event, cheaper to make."""

    originator_id: UUID
    originator_version: int
    topic: str
    state: bytes


class Append(NamedTuple):
    """Events that belong together, of one or more aggregates, in order.

    `expects` names aggregates that were looked at and not changed, with the version that the decision rests on.
    """

    events: Sequence[Row] | Sequence[StoredEvent]
    key: IdempotencyKey | None = None
    expects: Sequence[tuple[UUID, int]] = ()


class Span(NamedTuple):
    """The positions that an append got; `first` is greater than `last` where it had no events."""

    first: int
    last: int
    repeated: bool = False


KnownKeys = dict[tuple[str, str], tuple[bytes, Span]]
"""(scope, key) -> the fingerprint of its request and what that led to."""


class Group:
    """One attempt to place appends after a head. `check` compares all versions instead of leaving it to the index."""

    def __init__(self, appends: Sequence[Append], *, check: bool = False) -> None:
        self.appends = appends
        self.keyed = [append.key for append in appends if append.key is not None]
        self.checked = {
            originator_id for append in appends if append.expects for originator_id, _ in append.expects
        }
        if check:
            self.checked.update(
                event.originator_id  # type: ignore[misc]  # our own are UUIDs, the library's may be text
                for append in appends
                for event in append.events
            )
        self.results: list[Span | Exception] = []
        self.new_keys: list[tuple[IdempotencyKey, Span]] = []
        self.position, self.digest = 0, b""
        self.first_position, self.first_digest = 0, b""
        self._versions: dict[Any, int] = {}
        self._known_keys: KnownKeys = {}
        self._looked_at: list[tuple[UUID, int]] = []
        self._ids: list[bytes] = []
        self._event_versions: list[int] = []
        self._topics: list[bytes] = []
        self._states: list[bytes] = []
        self._digests: list[bytes] = []

    @property
    def rows(self) -> int:
        return len(self._ids)

    def looked_at(self) -> tuple[bytes, ...]:
        """Ids and versions of what the placed appends rest on without changing it."""
        return (
            pack(UUIDS, [originator_id.bytes for originator_id, _ in self._looked_at]),
            pack_ints([version for _, version in self._looked_at]),
        )

    def columns(self) -> tuple[bytes, ...]:
        """originator_id, originator_version, topic, state, hash; positions follow from the first."""
        return (
            pack(UUIDS, self._ids),
            pack_ints(self._event_versions),
            pack(TEXT, self._topics),
            pack(JSON, self._states),
            pack(BYTEA, self._digests),
        )

    def key_columns(self) -> tuple[bytes, ...]:
        """scope, key, fingerprint, first and last position of the idempotency keys that are new."""
        keys = [key for key, _ in self.new_keys]
        return (
            pack(TEXT, [key.scope.encode() for key in keys]),
            pack(TEXT, [key.key.encode() for key in keys]),
            pack(BYTEA, [key.fingerprint for key in keys]),
            pack_ints([span.first for _, span in self.new_keys]),
            pack_ints([span.last for _, span in self.new_keys]),
        )

    def place(
        self, position: int, digest: bytes, versions: dict[Any, int] | None, known_keys: KnownKeys
    ) -> None:
        """Gives every append that fits its positions and hashes, and the others their errors.

        `versions` holds the present ones of `checked`, without those that have no event yet; None where they are
        left to the database to check.
        """
        self.position, self.digest = position, digest
        if versions is not None:
            self._versions = {originator_id: versions.get(originator_id, 0) for originator_id in self.checked}
        self._known_keys = known_keys
        for append in self.appends:
            key = append.key
            if key is not None and (answer := self._repeated(key)) is not None:
                self.results.append(answer)
            elif not self._fits(append):
                self.results.append(_conflict())
            else:
                self.results.append(self._placed(append))

    def _repeated(self, key: IdempotencyKey) -> Span | Exception | None:
        known = self._known_keys.get((key.scope, key.key))
        if known is None:
            return None
        try:
            return same_request(key, known)
        except Refused as error:
            return error

    def _fits(self, append: Append) -> bool:
        """Whether its versions are the next ones, as far as they are known, and what it looked at is as it was."""
        after: dict[Any, int] = {}
        for looked_at, version in append.expects:
            if self._versions.get(looked_at, version) != version:
                return False
        for event in append.events:
            originator_id = event.originator_id
            known = after.get(originator_id) or self._versions.get(originator_id)
            if known is not None and event.originator_version != known + 1:
                return False
            after[originator_id] = event.originator_version
        self._versions.update(after)
        return True

    def _placed(self, append: Append) -> Span:
        first, position, digest = self.position + 1, self.position, self.digest
        for event in append.events:
            originator: Any = event.originator_id
            position += 1
            id_, version, topic, state = (
                originator.bytes,
                event.originator_version,
                event.topic.encode(),
                event.state,
            )
            digest = chained(digest, row_content(position, id_, version, topic, state))
            self._ids.append(id_)
            self._event_versions.append(version)
            self._topics.append(topic)
            self._states.append(state)
            self._digests.append(digest)
        if not self.first_position and append.events:
            self.first_position, self.first_digest = first, self._digests[0]
        if append.expects:
            self._looked_at += append.expects
        span = Span(first, position)
        self.position, self.digest = position, digest
        if append.key is not None:
            self.new_keys.append((append.key, span))
            self._known_keys[(append.key.scope, append.key.key)] = (append.key.fingerprint, span)
        return span


def _conflict() -> VersionConflict:
    return VersionConflict("somebody else changed this at the same moment; read it again and retry")


def same_request(key: IdempotencyKey, known: tuple[bytes, Span]) -> Span:
    """What the key led to before; raises Refused where that was another request."""
    fingerprint, span = known
    if fingerprint != key.fingerprint:
        raise Refused(
            "this Idempotency-Key was used for another request; use a new key",
            code="IDEMPOTENCY_KEY_REUSED",
            field="Idempotency-Key",
        )
    return Span(span.first, span.last, repeated=True)
