"""A device's record as its events have made it."""

from typing import Any, Literal

import msgspec

from domain.device_events import (
    DeviceAbsorbed,
    DeviceAdded,
    DeviceAddressAdded,
    DeviceAddressRemoved,
    DeviceCameUp,
    DeviceChanged,
    DeviceDiscovered,
    DeviceIdentified,
    DeviceKeptApart,
    DeviceMaintenanceBegan,
    DeviceMaintenanceEnded,
    DeviceMerged,
    DeviceRemoved,
    DeviceRestored,
    DeviceSeparated,
    DeviceSplit,
    DeviceWentDown,
)
from domain.device_facts import (
    Chassis,
    DeviceFacts,
    apply_interface_change,
    apply_neighbour_change,
    joined_identities,
)
from domain.event import Change, Event
from domain.observation import Interface, Neighbour

replace = msgspec.structs.replace


class Absorbed(msgspec.Struct, frozen=True):
    """What came in with another record, so that a split can give it back."""

    addresses: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()


class Device(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "removed", "merged"] = "absent"
    status: Literal["up", "down", "unknown"] = "unknown"
    site: str = ""
    addresses: tuple[str, ...] = ()
    """The first is where Netledger talks to it."""
    identities: tuple[str, ...] = ()
    name: str = ""
    labels: tuple[str, ...] = ()
    owner: str = ""
    notes: str = ""
    credential_ids: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    """What is on the way to it, where an engineer said so."""
    identified: bool = False
    access_id: str = ""
    facts: DeviceFacts = DeviceFacts()
    interfaces: dict[int, Interface] = {}
    neighbours: tuple[Neighbour, ...] = ()
    chassis: tuple[Chassis, ...] = ()
    merged_into: str = ""
    absorbed: dict[str, Absorbed] = {}
    maintenance: tuple[str, ...] = ()
    """The maintenance windows (silences) that hold now."""
    apart: tuple[str, ...] = ()
    """Devices that an engineer split from this one, so that discovery does not merge them again."""

    @property
    def display_name(self) -> str:
        return self.name or self.facts.sys_name or (self.addresses[0] if self.addresses else "")


def evolve(state: Device, event: Event) -> Device:
    match event:
        case DeviceDiscovered():
            return Device(state="active", status="up", site=event.site, addresses=(event.address,))
        case DeviceAdded():
            return Device(
                state="active",
                site=event.site,
                addresses=(event.address,),
                name=event.name,
                labels=event.labels,
                owner=event.owner,
                notes=event.notes,
                credential_ids=event.credential_ids,
            )
        case DeviceIdentified():
            return replace(
                state,
                identified=True,
                facts=event.facts,
                identities=joined_identities(state.identities, event.identities),
                access_id=event.access_id,
                interfaces={each.if_index: each for each in event.interfaces},
                neighbours=event.neighbours,
                chassis=event.chassis,
            )
        case DeviceChanged():
            for change in event.changes:
                state = _apply(state, change)
            return state
        case DeviceAddressAdded():
            return replace(
                state,
                addresses=_joined(state.addresses, (event.address,)),
                identities=joined_identities(state.identities, event.identities),
            )
        case DeviceAddressRemoved():
            gone = (event.address,)
            return replace(
                state,
                addresses=_without(state.addresses, gone),
                absorbed={
                    key: replace(part, addresses=_without(part.addresses, gone))
                    for key, part in state.absorbed.items()
                },
            )
        case DeviceMerged():
            return replace(
                state,
                addresses=_joined(state.addresses, event.addresses),
                identities=_joined(state.identities, event.identities),
                absorbed={**state.absorbed, event.other_id: Absorbed(event.addresses, event.identities)},
                apart=_without(state.apart, (event.other_id,)),
            )
        case DeviceAbsorbed():
            return replace(
                state,
                state="merged",
                merged_into=event.into_id,
                apart=_without(state.apart, (event.into_id,)),
            )
        case DeviceSplit():
            return replace(
                state,
                addresses=_without(state.addresses, event.addresses),
                identities=_without(state.identities, event.identities),
                absorbed={key: part for key, part in state.absorbed.items() if key != event.other_id},
                apart=_joined(state.apart, (event.other_id,)),
            )
        case DeviceSeparated():
            return replace(
                state, state="active", merged_into="", apart=_joined(state.apart, (event.from_id,))
            )
        case DeviceKeptApart():
            return replace(state, apart=_joined(state.apart, (event.other_id,)))
        case DeviceWentDown():
            return replace(state, status="down")
        case DeviceCameUp():
            return replace(state, status="up")
        case DeviceMaintenanceBegan():
            return replace(state, maintenance=_joined(state.maintenance, (event.silence_id,)))
        case DeviceMaintenanceEnded():
            return replace(state, maintenance=_without(state.maintenance, (event.silence_id,)))
        case DeviceRemoved():
            return replace(state, state="removed")
        case DeviceRestored():
            return replace(state, state="active")
        case _:
            return state


def _apply(state: Device, change: Change) -> Device:
    if change.field.startswith("interfaces/"):
        return replace(state, interfaces=apply_interface_change(state.interfaces, change))
    if change.field.startswith("neighbours/"):
        return replace(state, neighbours=apply_neighbour_change(state.neighbours, change))
    if change.field == "chassis":
        return replace(state, chassis=msgspec.convert(change.new, tuple[Chassis, ...]))
    if change.field in DeviceFacts.__struct_fields__:
        return replace(state, facts=replace(state.facts, **{change.field: change.new}))
    if change.field not in Device.__struct_fields__:
        return state  # a field that a later release dropped
    value: Any = tuple(change.new) if isinstance(change.new, list) else change.new
    return replace(state, **{change.field: value})


def _joined(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return (*old, *(each for each in new if each not in old))


def _without(old: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in old if each not in gone)
