"""Every event type survives the way into the ledger and back, whatever its fields hold."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalogue import TOPICS
from domain.codec import MAX_STATE, decode, encode
from domain.errors import Invalid
from domain.event import Event, Metadata
from tests.strategies import events, metadata, text

ANY_EVENT = sorted(TOPICS.items())


@pytest.mark.parametrize(("topic", "kind"), ANY_EVENT, ids=[topic for topic, _ in ANY_EVENT])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), meta=metadata)
def test_an_event_comes_back_as_it_was(
    topic: str, kind: type[Event], data: st.DataObject, meta: Metadata
) -> None:
    event = data.draw(events(kind))
    state = encode(event, meta)
    assert decode(topic, state) == (event, meta)
    assert encode(*decode(topic, state)) == state
    assert msgspec.json.decode(state).keys() >= {"data", "at", "actor", "correlation_id"}


def alert(title: str, detail: dict[str, Any] | None = None) -> Event:
    return TOPICS["alert.raised.v1"](key="k", severity="low", title=title, occurrence=1, detail=detail or {})


@settings(max_examples=100)
@given(before=text, after=text, meta=metadata)
def test_a_nul_character_is_refused_wherever_it_stands(before: str, after: str, meta: Metadata) -> None:
    hidden = f"{before}\0{after}"
    for event, about in (
        (alert(hidden), meta),
        (alert("t", {hidden: 1}), meta),
        (alert("t", {"deep": [{"deeper": hidden}]}), meta),
        (alert("t"), msgspec.structs.replace(meta, reason=hidden)),
    ):
        with pytest.raises(Invalid, match=r"U\+0000"):
            encode(event, about)


@given(backslashes=st.integers(1, 6), meta=metadata)
def test_text_that_only_looks_like_an_escaped_nul_is_kept(backslashes: int, meta: Metadata) -> None:
    written = "\\" * backslashes + "u0000"
    event = alert(written)
    assert decode("alert.raised.v1", encode(event, meta)) == (event, meta)


@given(meta=metadata)
def test_half_a_surrogate_pair_is_refused(meta: Metadata) -> None:
    with pytest.raises(Invalid, match="surrogate"):
        encode(alert("\ud800"), meta)


@given(meta=metadata)
@settings(max_examples=1)
def test_an_event_that_the_bus_could_not_carry_is_refused(meta: Metadata) -> None:
    with pytest.raises(Invalid, match=str(MAX_STATE)):
        encode(alert("x" * MAX_STATE), meta)
