"""How an event becomes JSON and back: its facts and metadata in one readable object, old versions brought up to date."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.catalogue import TOPICS
from domain.event import About, Actor, Event, Metadata, Recorded


class UnknownTopic(LookupError):
    """The ledger holds an event that this release does not know: it is older than the data."""


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: Mapping[str, tuple[str, Upcaster]] = {}
"""An event version no longer written -> the topic that follows it, and how its facts become that one's."""


class _Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    data: msgspec.Raw
    at: datetime
    actor: Actor
    correlation_id: str
    causation_id: str = ""
    reason: str = ""
    about: About = About()


_encoder = msgspec.json.Encoder()
_envelopes = msgspec.json.Decoder(_Envelope)
_events = {topic: msgspec.json.Decoder(event) for topic, event in TOPICS.items()}


def encode(event: Event, meta: Metadata) -> bytes:
    """The state that the ledger stores: one JSON object, the facts under `data`."""
    return _encoder.encode(
        _Envelope(
            data=msgspec.Raw(_encoder.encode(event)),
            at=meta.occurred_at,
            actor=meta.actor,
            correlation_id=meta.correlation_id,
            causation_id=meta.causation_id,
            reason=meta.reason,
            about=meta.about,
        )
    )


def decode(topic: str, state: bytes) -> tuple[Event, Metadata]:
    """The event in its newest version. Raises UnknownTopic, or msgspec's errors where the state is damaged."""
    envelope = _envelopes.decode(state)
    meta = Metadata(
        occurred_at=envelope.at,
        actor=envelope.actor,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        reason=envelope.reason,
        about=envelope.about,
    )
    decoder = _events.get(topic)
    if decoder is not None:
        return decoder.decode(envelope.data), meta
    return _upcast(topic, msgspec.json.decode(envelope.data)), meta


def _upcast(topic: str, data: dict[str, Any]) -> Event:
    while topic in UPCASTERS:
        topic, upcast = UPCASTERS[topic]
        data = upcast(data)
    if topic not in TOPICS:
        raise UnknownTopic(f"no event type {topic}: this release is older than the ledger's data")
    return msgspec.convert(data, TOPICS[topic])


def message(recorded: Recorded) -> dict[str, Any]:
    """An event as subscribers see it, on NATS and on the WebSocket alike."""
    meta = recorded.meta
    return {
        "position": recorded.position,
        "type": recorded.topic,
        "aggregate": recorded.aggregate,
        "aggregate_id": recorded.originator_id,
        "version": recorded.originator_version,
        "occurred_at": meta.occurred_at,
        "actor": meta.actor,
        "correlation_id": meta.correlation_id,
        "causation_id": meta.causation_id,
        "reason": meta.reason,
        "about": meta.about,
        "summary": recorded.event.summary(),
        "data": recorded.event,
    }
