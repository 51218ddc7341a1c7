"""A device's record by example: given events, when a command, then events."""

from collections.abc import Sequence

import msgspec
import pytest

from domain.device import DEVICE
from domain.device_commands import (
    AddDevice,
    ChangeDevice,
    JoinDevice,
    LoseAddress,
    MarkDown,
    MergeDevice,
    ObserveDevice,
    RemoveDevice,
    SeparateDevice,
    SplitDevice,
)
from domain.device_events import (
    DeviceAbsorbed,
    DeviceAdded,
    DeviceAddressAdded,
    DeviceAddressRemoved,
    DeviceCameUp,
    DeviceChanged,
    DeviceDiscovered,
    DeviceIdentified,
    DeviceMerged,
    DeviceRemoved,
    DeviceRestored,
    DeviceSeparated,
    DeviceSplit,
    DeviceWentDown,
)
from domain.device_facts import DeviceFacts, joined_identities, neighbour_key, tidy_interfaces
from domain.device_state import Device
from domain.errors import NotFound, NotRevertible, Refused
from domain.event import Change, Command, Event
from domain.observation import Interface, Neighbour

FOUND = DeviceDiscovered(address="192.0.2.1", sources=("snmp",))
IDENTIFIED = DeviceIdentified(
    facts=DeviceFacts(vendor="MikroTik", os_version="7.14"),
    identities=("serial:mikrotik:a1",),
    interfaces=(Interface(if_index=1, name="ether1", oper_status="up"),),
)


def _when(given: Sequence[Event], command: Command) -> list[Event]:
    return list(DEVICE.decide(_given(*given), command))


def _given(*events: Event) -> Device:
    return DEVICE.fold(events)


def test_a_rediscovery_records_what_changed_with_its_old_value() -> None:
    seen = ObserveDevice(
        address="192.0.2.1",
        facts=DeviceFacts(vendor="MikroTik", os_version="7.15"),
        interfaces=(Interface(if_index=1, name="ether1", oper_status="down"), Interface(if_index=2, name="ether2")),
    )  # fmt: skip
    (event,) = _when([FOUND, IDENTIFIED], seen)
    assert isinstance(event, DeviceChanged)
    assert event.changes == [
        Change("os_version", "7.14", "7.15"),
        Change("interfaces/1/oper_status", "up", "down"),
        Change(
            "interfaces/2",
            None,
            msgspec.json.decode(msgspec.json.encode(Interface(if_index=2, name="ether2"))),
        ),
    ]
    with pytest.raises(NotRevertible, match="change it there"):
        event.undo()


def test_a_device_that_answers_again_comes_up() -> None:
    assert _when([FOUND, DeviceWentDown(cause="silence")], ObserveDevice(address="192.0.2.1")) == [
        DeviceCameUp(previous="down")
    ]
    assert _when([DeviceAdded(address="192.0.2.1")], ObserveDevice(address="192.0.2.1")) == [
        DeviceCameUp(previous="unknown")
    ]


def test_a_removed_device_that_answers_is_back_with_its_history() -> None:
    given = [FOUND, DeviceWentDown(cause="silence"), DeviceRemoved()]
    assert _when(given, ObserveDevice(address="192.0.2.1")) == [
        DeviceRestored(cause="answers again at 192.0.2.1"),
        DeviceCameUp(previous="down"),
    ]


def test_the_last_address_lost_is_a_device_gone() -> None:
    lost = LoseAddress(address="192.0.2.1")
    assert _when([FOUND, DeviceAddressAdded(address="192.0.2.2")], lost) == [
        DeviceAddressRemoved(address="192.0.2.1")
    ]
    assert [event.topic for event in _when([FOUND], lost)] == [
        "device.address_removed.v1",
        "device.went_down.v1",
    ]
    assert _when([FOUND, DeviceRemoved()], lost) == [DeviceAddressRemoved(address="192.0.2.1")]


def test_a_split_gives_back_exactly_what_the_merge_brought() -> None:
    merge = MergeDevice(
        other_id="b", addresses=("192.0.2.1", "192.0.2.2"), identities=("serial:mikrotik:a1", "engine:80")
    )
    (merged,) = _when([FOUND, IDENTIFIED], merge)
    assert isinstance(merged, DeviceMerged)
    assert (merged.addresses, merged.identities) == (("192.0.2.2",), ("engine:80",))
    (split,) = _when([FOUND, IDENTIFIED, merged], SplitDevice(other_id="b"))
    after = _given(FOUND, IDENTIFIED, merged, split)
    assert after.addresses == ("192.0.2.1",)
    assert after.identities == ("serial:mikrotik:a1",)
    assert after.apart == ("b",)
    assert split.undo() == MergeDevice(other_id="b", addresses=("192.0.2.2",), identities=("engine:80",))
    assert _given(FOUND, IDENTIFIED, merged, split, merged).apart == ()


def test_the_other_side_of_a_merge_keeps_its_own_history() -> None:
    merged = [FOUND, IDENTIFIED, DeviceAbsorbed(into_id="a")]
    with pytest.raises(Refused) as refusal:
        _when(merged, ChangeDevice(name="x"))
    assert refusal.value.code == "DEVICE_MERGED"
    assert _when(merged, JoinDevice(into_id="a")) == []
    assert _when(merged, SeparateDevice(from_id="a")) == [DeviceSeparated(from_id="a")]
    back = _given(*merged, DeviceSeparated(from_id="a"))
    assert (back.state, back.identities, back.apart) == ("active", ("serial:mikrotik:a1",), ("a",))


def test_splitting_what_was_never_merged_is_refused_and_twice_is_nothing() -> None:
    with pytest.raises(Refused):
        _when([FOUND], SplitDevice(other_id="b"))
    given = [FOUND, DeviceMerged(other_id="b"), DeviceSplit(other_id="b")]
    assert _when(given, SplitDevice(other_id="b")) == []


def test_removing_twice_is_nothing_and_of_nobody_is_not_found() -> None:
    assert _when([FOUND, DeviceRemoved()], RemoveDevice()) == []
    with pytest.raises(NotFound):
        _when([], RemoveDevice())
    with pytest.raises(NotFound):
        _when([FOUND, DeviceRemoved()], MarkDown(cause="silence"))
    with pytest.raises(Refused):
        _when([FOUND], AddDevice(address="192.0.2.1"))


def test_a_hostile_agent_cannot_flood_or_break_the_record() -> None:
    rows = [
        Interface(if_index=1, name="first"),
        Interface(if_index=1, name="last", type=2**64, mtu=-1),
        Interface(if_index=-3),
    ]
    assert tidy_interfaces(rows) == (Interface(if_index=1, name="last"),)
    assert len(neighbour_key(Neighbour(protocol="lldp", chassis_id="x" * 5000))) < 300
    seen = ObserveDevice(
        address="192.0.2.1", facts=DeviceFacts(sys_name="n" * 10_000, sys_descr="d" * 10_000)
    )
    state = _given(*_when([], seen))
    assert (len(state.facts.sys_name), len(state.facts.sys_descr)) == (255, 1024)
    assert DEVICE.decide(state, seen) == []


def test_forgotten_identities_are_the_oldest_macs() -> None:
    identities: tuple[str, ...] = ("serial:acme:a1",)
    for visit in range(100):
        identities = joined_identities(identities, [f"mac:{visit}-{port}" for port in range(16)])
    assert len(identities) == 64
    assert identities[0] == "serial:acme:a1"
    assert identities[-1] == "mac:99-15"


def test_a_field_of_a_later_release_is_passed_over() -> None:
    changed = DeviceChanged(
        source="engineer", changes=[Change("colour", "red", "blue"), Change("name", "", "x")]
    )
    assert _given(FOUND, changed).name == "x"


def test_a_split_leaves_alone_what_the_merge_brought_and_was_lost_since() -> None:
    merged = DeviceMerged(other_id="b", addresses=("192.0.2.2",))
    (split,) = _when([FOUND, merged, DeviceAddressRemoved(address="192.0.2.2")], SplitDevice(other_id="b"))
    assert split == DeviceSplit(other_id="b")
