"""Rediscovery of a device: only what changed is recorded, and what was not read is not forgotten."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.device import DEVICE
from domain.device_commands import ObserveDevice
from domain.device_events import DeviceChanged, DeviceDiscovered
from domain.device_facts import DeviceFacts, neighbour_key, tidy_interfaces, tidy_neighbours
from domain.device_state import Device
from domain.event import Change
from tests.property.domain.commands import sequences
from tests.property.domain.device_commands import OBSERVE

few = settings(max_examples=100, deadline=None)


def _observed(state: Device, seen: ObserveDevice) -> Device:
    return DEVICE.fold(DEVICE.decide(state, seen), state)


def _after(commands: list[ObserveDevice]) -> Device:
    state = DEVICE.initial
    for command in commands:
        state = _observed(state, command)
    return state


@few
@given(history=st.lists(OBSERVE, max_size=5), seen=OBSERVE)
def test_the_same_observation_again_records_nothing(
    history: list[ObserveDevice], seen: ObserveDevice
) -> None:
    state = _observed(_after(history), seen)
    assert DEVICE.decide(state, seen) == []


@few
@given(history=st.lists(OBSERVE, max_size=4), seen=OBSERVE)
def test_the_record_says_what_the_last_full_reading_said(
    history: list[ObserveDevice], seen: ObserveDevice
) -> None:
    state = _observed(_after(history), seen)
    assert state.status == "up"
    assert seen.address in state.addresses
    if seen.facts is None:
        return
    for field in DeviceFacts.__struct_fields__:
        if said := getattr(seen.facts, field):
            assert said.startswith(getattr(state.facts, field))
            assert getattr(state.facts, field)
    if seen.interfaces is not None:
        assert state.interfaces == {each.if_index: each for each in tidy_interfaces(seen.interfaces)}
    if seen.neighbours is not None:
        assert sorted(map(neighbour_key, state.neighbours)) == sorted(
            map(neighbour_key, tidy_neighbours(seen.neighbours))
        )
    assert set(seen.identities) <= set(state.identities)


@few
@given(
    history=st.lists(OBSERVE, max_size=4),
    seen=OBSERVE,
    left_out=st.sets(st.sampled_from(DeviceFacts.__struct_fields__)),
)
def test_a_partial_reading_erases_nothing(
    history: list[ObserveDevice], seen: ObserveDevice, left_out: set[str]
) -> None:
    state = _observed(_after(history), seen)
    facts = seen.facts and msgspec.structs.replace(seen.facts, **dict.fromkeys(left_out, ""))
    partial = ObserveDevice(address=seen.address, site=seen.site, facts=facts, identities=seen.identities[:1])
    assert DEVICE.decide(state, partial) == []


@few
@given(history=st.lists(OBSERVE, min_size=1, max_size=6))
def test_changes_carry_old_and_new_value(history: list[ObserveDevice]) -> None:
    state = DEVICE.initial
    for seen in history:
        for event in DEVICE.decide(state, seen):
            if isinstance(event, DeviceChanged):
                back = DeviceChanged(source="discovery", changes=[_inverted(each) for each in event.changes])
                there = DEVICE.evolve(state, event)
                # What a change came from and led to is enough to walk history backwards.
                assert _settled(DEVICE.evolve(there, back)) == _settled(state)
            state = DEVICE.evolve(state, event)


def _inverted(change: Change) -> Change:
    return Change(change.field, change.new, change.old)


def _settled(state: Device) -> Device:
    return msgspec.structs.replace(state, interfaces=dict(sorted(state.interfaces.items())))


@few
@given(commands=sequences("device"))
def test_every_device_begins_with_where_it_was_found(commands: list[ObserveDevice]) -> None:
    for command in commands:
        if isinstance(command, ObserveDevice):
            first, *_ = DEVICE.decide(DEVICE.initial, command)
            assert isinstance(first, DeviceDiscovered)
            assert first.address == command.address
