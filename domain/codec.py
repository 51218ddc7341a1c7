"""How an event becomes JSON and back: its facts and metadata in one readable object, old versions brought up to date."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.catalogue import TOPICS
from domain.errors import Invalid
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


class _Open(msgspec.Struct, frozen=True, omit_defaults=True):
    """The envelope on its way in, with the event itself, so that one pass writes both."""

    data: Event
    at: datetime
    actor: Actor
    correlation_id: str
    causation_id: str = ""
    reason: str = ""
    about: About = About()


MAX_STATE = 6 * 2**20
"""Bytes of one event, at most: the bus carries 8 MB a message."""

_encoder = msgspec.json.Encoder()
_envelopes = msgspec.json.Decoder(_Envelope)
_events = {topic: msgspec.json.Decoder(event) for topic, event in TOPICS.items()}
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NUL_REFUSED = "text holds the character U+0000, which cannot be stored"
_SURROGATE = "text holds half of a surrogate pair, which is no character"


def encode(event: Event, meta: Metadata) -> bytes:
    """The state that the ledger stores: one JSON object, the facts under `data`.

    Raises Invalid for text that PostgreSQL could not hold (U+0000, lone surrogates), so that no projection meets
    it later, and for events that are too large to be carried.
    """
    try:
        state = _encoder.encode(
            _Open(
                event,
                meta.occurred_at,
                meta.actor,
                meta.correlation_id,
                meta.causation_id,
                meta.reason,
                meta.about,
            )
        )
    except UnicodeEncodeError:
        raise Invalid(_SURROGATE) from None
    if b"\\u0000" in state and _NUL.search(state):
        raise Invalid(_NUL_REFUSED)
    if len(state) > MAX_STATE:
        raise Invalid(f"{event.topic} would take {len(state)} bytes; an event may take {MAX_STATE} at most")
    return state


def refuse_unstorable(text: str) -> None:
    """Raises Invalid for text that PostgreSQL could not hold; `encode` does so for whole events."""
    if "\0" in text:
        raise Invalid(_NUL_REFUSED)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(_SURROGATE) from None


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
