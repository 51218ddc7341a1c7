"""Between domain events and the library's stored events; personal fields are sealed on the way in."""

from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from adapters.ledger.group import Row
from domain.codec import decode, encode, refuse_unstorable
from domain.event import Event, Recorded
from domain.ports import PersonalSealer


class LedgerMapper(Mapper[UUID]):
    """The topic is the event's stable name; the state is readable JSON with facts and metadata."""

    def __init__(self, sealer: PersonalSealer) -> None:
        super().__init__(JSONTranscoder())
        self._sealer = sealer

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        assert isinstance(domain_event, Recorded)
        row = self.row(domain_event)
        return StoredEvent(row.originator_id, row.originator_version, row.topic, row.state)

    def row(self, recorded: Recorded) -> Row:
        """What the ledger stores; blocks where personal data has to be sealed. Raises Invalid."""
        event = recorded.event
        if event.personal:
            event = self._sealed(recorded.originator_id, event)
        return Row(
            recorded.originator_id, recorded.originator_version, event.topic, encode(event, recorded.meta)
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        assert isinstance(stored_event.originator_id, UUID)
        return self.recorded(
            stored_event.originator_id,
            stored_event.originator_version,
            stored_event.topic,
            stored_event.state,
            0,
        )

    def recorded(
        self, originator_id: UUID, version: int, topic: str, state: bytes, position: int
    ) -> Recorded:
        """A row of the ledger as the domain sees it."""
        event, meta = decode(topic, state)
        if event.personal:
            event = self._unsealed(originator_id, event)
        return Recorded(originator_id, version, event, meta, position)

    def _sealed(self, subject: UUID, event: Event) -> Event:
        texts = {field: getattr(event, field) for field in event.personal}
        refuse_unstorable("".join(texts.values()))  # sealed, it would pass the check of the whole event
        values = {field: self._sealer.seal(subject, field, text) for field, text in texts.items()}
        return msgspec.structs.replace(event, **values)

    def _unsealed(self, subject: UUID, event: Event) -> Event:
        values = {
            field: self._sealer.unseal(subject, field, getattr(event, field)) for field in event.personal
        }
        return msgspec.structs.replace(event, **values)


class KeepSealed:
    """A PersonalSealer for readers that pass events on: what is sealed stays sealed."""

    def seal(self, subject: UUID, field: str, text: str) -> str:
        raise TypeError("a reader seals nothing")

    def unseal(self, subject: UUID, field: str, sealed: str) -> str:
        return sealed
