"""What holds for every aggregate, whatever commands it gets in whatever order."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.catalogue import AGGREGATES
from domain.codec import decode, encode
from domain.credential import ReadSecret
from domain.errors import DomainError, NotRevertible
from domain.event import Actor, Command, Event, Metadata
from domain.operation import RequestOperation, StartOperation
from domain.terminal import NoteReplay
from domain.user_commands import LockLogin, LogIn, RevokeSessions
from tests.property.domain.commands import COMMANDS, sequences

each_aggregate = pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.name)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
META = Metadata(
    occurred_at=datetime(2026, 1, 1, tzinfo=UTC), actor=Actor("cli", "", "test"), correlation_id="c"
)

ACTS = (LogIn, LockLogin, RevokeSessions, ReadSecret, NoteReplay)
"""Each of these happens anew every time, and is recorded every time."""
FENCED = (StartOperation, RequestOperation)
"""A second one is refused on purpose: of two workers, or two requests with one id, only one may win."""
ENDS = frozenset({"absent", "removed", "resolved", "cancelled", "deleted", "revoked", "ended"})
"""What stands for "is not there" after a creation was undone: history stays, so nothing returns to absent."""


def _run(
    aggregate: Aggregate[Any], commands: list[Command]
) -> Iterator[tuple[Any, Command, list[Event], Any]]:
    """(state before, command, events, state after) of each command that was not refused."""
    state = aggregate.initial
    for command in commands:
        before = state
        try:
            events = list(aggregate.decide(before, command))
        except DomainError as refusal:
            assert refusal.message and refusal.code
            assert state is before
            continue
        state = aggregate.fold(events, before)
        yield before, command, events, state


@each_aggregate
@few
@given(data=st.data())
def test_what_is_stored_leads_to_the_same_state(aggregate: Aggregate[Any], data: st.DataObject) -> None:
    state = aggregate.initial
    for _, _, events, after in _run(aggregate, data.draw(sequences(aggregate.name))):
        for event in events:
            assert type(event) in aggregate.events
            restored, meta = decode(event.topic, encode(event, META))
            assert restored == event
            assert meta == META
            state = aggregate.evolve(state, restored)
        assert state == after


@each_aggregate
@few
@given(data=st.data())
def test_asking_for_what_already_is_yields_no_event(aggregate: Aggregate[Any], data: st.DataObject) -> None:
    for _, command, events, after in _run(aggregate, data.draw(sequences(aggregate.name))):
        if isinstance(command, ACTS) or not events:
            continue
        try:
            again = list(aggregate.decide(after, command))
        except DomainError as refusal:
            creation = aggregate.fold(events) == after or isinstance(command, FENCED)
            assert creation, f"{command} was refused the second time: {refusal}"
        else:
            assert again == []


@each_aggregate
@few
@given(data=st.data())
def test_undoing_brings_back_what_was_there_before(aggregate: Aggregate[Any], data: st.DataObject) -> None:
    for before, _, events, after in _run(aggregate, data.draw(sequences(aggregate.name))):
        state = after
        for event in reversed(events):
            try:
                inverse = event.undo()
            except NotRevertible as refusal:
                assert str(refusal).strip()
                break
            assert not isinstance(event.inverse, str) and isinstance(inverse, event.inverse)
            state = aggregate.fold(aggregate.decide(state, inverse), state)
        else:
            if events:
                _assert_undone(aggregate, before, state)


def _assert_undone(aggregate: Aggregate[Any], before: Any, state: Any) -> None:
    if aggregate.name == "application":
        assert state.state == "revert_requested"  # the device must act first
    elif getattr(before, "state", "") in ENDS:
        assert state.state in ENDS
    elif aggregate.name == "device":
        # The second address on and the identities are sets, and that two records were split by an engineer is remembered.
        assert set(state.addresses) == set(before.addresses)
        assert set(state.identities) == set(before.identities)
        varying = {"addresses": (), "identities": (), "apart": ()}
        assert msgspec.structs.replace(state, **varying) == msgspec.structs.replace(before, **varying)
    elif aggregate.name == "config":  # the device must act first; which operations there were is remembered
        assert msgspec.structs.replace(
            state, requested=before.requested, concluded=before.concluded
        ) == msgspec.structs.replace(before)
    elif aggregate.name == "customer":
        assert state.state in ("release_requested", "isolation_requested")  # the router must act first
    elif aggregate.name == "alert_rule":
        # A text that is brought back is a new version.
        assert (state.state, state.rule) == (before.state, before.rule)
    elif aggregate.name == "alert":
        # Which signal was applied last is remembered whatever is taken back.
        assert msgspec.structs.replace(state, signal=0) == msgspec.structs.replace(before, signal=0)
    else:
        assert state == before


@each_aggregate
@few
@given(data=st.data())
def test_events_tell_their_story(aggregate: Aggregate[Any], data: st.DataObject) -> None:
    for _, _, events, after in _run(aggregate, data.draw(sequences(aggregate.name))):
        for event in events:
            line = event.summary()
            assert line.strip()
            assert len(line) <= 300
            assert len(line.splitlines()) == 1
            assert all(c.isprintable() for c in line)
            for change in event.changed():
                assert change.old != change.new
        assert aggregate.about(after, "6b1f7a52-9f53-4a3e-8a3d-111111111111") is not None


@each_aggregate
@few
@given(data=st.data())
def test_commands_survive_json(aggregate: Aggregate[Any], data: st.DataObject) -> None:
    command = data.draw(COMMANDS[aggregate.name])
    raw = msgspec.json.encode(command)
    assert msgspec.json.encode(msgspec.json.decode(raw, type=type(command))) == raw


@each_aggregate
def test_every_event_names_its_inverse_or_says_why_it_has_none(aggregate: Aggregate[Any]) -> None:
    for event in aggregate.events:
        assert event.topic.partition(".")[0] == (aggregate.family or aggregate.name)
        if isinstance(event.inverse, str):
            assert len(event.inverse) > 10
            assert event.undo is Event.undo
        else:
            commands = event.inverse if isinstance(event.inverse, tuple) else (event.inverse,)
            assert commands and all(issubclass(command, Command) for command in commands)
            assert event.undo is not Event.undo
