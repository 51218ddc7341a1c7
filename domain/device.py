"""A device's record: where it answers, what it is, what engineers say of it, and whether it can be reached."""

from collections.abc import Sequence

import msgspec

from domain.aggregate import Aggregate
from domain.device_commands import (
    AddDevice,
    BeginMaintenance,
    ChangeDevice,
    EndMaintenance,
    JoinDevice,
    KeepApart,
    LoseAddress,
    MarkDown,
    MarkUp,
    MergeDevice,
    ObserveDevice,
    RemoveDevice,
    RestoreDevice,
    SeparateDevice,
    SplitDevice,
)
from domain.device_events import (
    DEVICE_EVENTS,
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
    DeviceFacts,
    as_json,
    bounded_facts,
    facts_changes,
    interface_changes,
    joined_identities,
    neighbour_changes,
    tidy_interfaces,
    tidy_neighbours,
)
from domain.device_state import Device, evolve
from domain.errors import NotFound, Refused
from domain.event import About, Change, Command, Event


def decide(state: Device, command: Command) -> Sequence[Event]:
    match command:
        case AddDevice():
            if state.state != "absent":
                raise Refused("this device exists already", code="DEVICE_EXISTS")
            return [
                DeviceAdded(
                    address=command.address,
                    site=command.site,
                    name=command.name,
                    labels=command.labels,
                    owner=command.owner,
                    notes=command.notes,
                    credential_ids=command.credential_ids,
                )
            ]
        case ObserveDevice():
            return _observe(state, command)
        case SeparateDevice():
            return [DeviceSeparated(from_id=command.from_id)] if state.state == "merged" else []
        case RestoreDevice():
            if state.state == "absent":
                raise NotFound("no such device", code="DEVICE_NOT_FOUND")
            return [DeviceRestored()] if state.state == "removed" else []
        case LoseAddress() if state.state == "removed":
            return _lose_address(state, command)
        case JoinDevice() if state.state == "removed":
            return [DeviceAbsorbed(into_id=command.into_id)]
        case RemoveDevice() if state.state == "removed":
            return []
        case _ if state.state in ("absent", "removed"):
            raise NotFound("no such device", code="DEVICE_NOT_FOUND")
        case JoinDevice() if command.into_id == state.merged_into:
            return []
        case _ if state.state == "merged":
            raise Refused(
                f"this device was merged into {state.merged_into}",
                code="DEVICE_MERGED",
                into=state.merged_into,
            )
        case _:
            return _decide_active(state, command)


def _decide_active(state: Device, command: Command) -> Sequence[Event]:
    match command:
        case ChangeDevice():
            changes = _wanted_changes(state, command)
            return [DeviceChanged(source="engineer", changes=changes)] if changes else []
        case LoseAddress():
            return _lose_address(state, command)
        case MergeDevice():
            if command.other_id in state.absorbed:
                return []
            return [
                DeviceMerged(
                    other_id=command.other_id,
                    other_name=command.other_name,
                    addresses=tuple(a for a in command.addresses if a not in state.addresses),
                    identities=tuple(i for i in command.identities if i not in state.identities),
                    evidence=command.evidence,
                )
            ]
        case JoinDevice():
            return [DeviceAbsorbed(into_id=command.into_id)]
        case SplitDevice():
            part = state.absorbed.get(command.other_id)
            if part is None and command.other_id in state.apart:
                return []
            if part is None:
                raise Refused("these two were not merged", code="DEVICE_NOT_MERGED", field="other_id")
            return [
                DeviceSplit(other_id=command.other_id, addresses=part.addresses, identities=part.identities)
            ]
        case KeepApart():
            if command.other_id in state.apart:
                return []
            if command.other_id in state.absorbed:
                raise Refused("these two were merged: split them", code="DEVICE_MERGED", field="other_id")
            return [DeviceKeptApart(other_id=command.other_id, other_name=command.other_name)]
        case MarkDown():
            return _down(state, command.cause)
        case MarkUp():
            return _up(state)
        case BeginMaintenance():
            if command.silence_id in state.maintenance:
                return []
            return [DeviceMaintenanceBegan(silence_id=command.silence_id, why=command.why)]
        case EndMaintenance():
            if command.silence_id not in state.maintenance:
                return []
            return [DeviceMaintenanceEnded(silence_id=command.silence_id)]
        case RemoveDevice():
            return [DeviceRemoved(name=state.display_name)]
        case _:
            raise TypeError(f"a device knows no {type(command).__name__}")


def _lose_address(state: Device, command: LoseAddress) -> Sequence[Event]:
    if command.address not in state.addresses:
        return []
    lost = DeviceAddressRemoved(address=command.address, evidence=command.evidence)
    if len(state.addresses) > 1 or state.state == "removed":
        return [lost]
    return [lost, *_down(state, f"another device answers at {command.address}, its only address")]


def _down(state: Device, cause: str) -> Sequence[Event]:
    return [] if state.status == "down" else [DeviceWentDown(cause=cause, previous=state.status)]


def _up(state: Device) -> Sequence[Event]:
    return [] if state.status == "up" else [DeviceCameUp(previous=state.status)]


def _wanted_changes(state: Device, command: ChangeDevice) -> list[Change]:
    fields = ("name", "site", "labels", "owner", "notes", "credential_ids", "depends_on")
    return [
        Change(field, as_json(getattr(state, field)), as_json(new))
        for field in fields
        if (new := getattr(command, field)) is not msgspec.UNSET and new != getattr(state, field)
    ]


def _observe(state: Device, seen: ObserveDevice) -> Sequence[Event]:
    events: list[Event] = []
    if state.state == "merged":
        raise Refused("this device was merged into another", code="DEVICE_MERGED", into=state.merged_into)
    if state.state == "absent":
        events.append(
            DeviceDiscovered(
                address=seen.address, site=seen.site, sources=seen.sources, evidence=seen.evidence
            )
        )
    else:
        if state.state == "removed":
            events.append(DeviceRestored(cause=f"answers again at {seen.address}"))
        if seen.address not in state.addresses:
            events.append(
                DeviceAddressAdded(address=seen.address, identities=seen.identities, evidence=seen.evidence)
            )
        events.extend(_up(state))
    if seen.facts is not None:
        state = DEVICE.fold(events, state)
        events.extend(_identify(state, seen, bounded_facts(seen.facts)))
    return events


def _identify(state: Device, seen: ObserveDevice, facts: DeviceFacts) -> Sequence[Event]:
    if not state.identified:
        return [
            DeviceIdentified(
                facts=facts,
                identities=seen.identities,
                evidence=seen.evidence,
                access_id=seen.access_id,
                interfaces=tidy_interfaces(seen.interfaces or ()),
                neighbours=tidy_neighbours(seen.neighbours or ()),
                chassis=seen.chassis or (),
            )
        ]
    changes = facts_changes(state.facts, facts)
    if seen.access_id and seen.access_id != state.access_id:
        changes.append(Change("access_id", state.access_id, seen.access_id))
    identities = joined_identities(state.identities, seen.identities)
    if identities != state.identities:
        changes.append(Change("identities", list(state.identities), list(identities)))
    if seen.interfaces is not None:
        changes.extend(interface_changes(state.interfaces, tidy_interfaces(seen.interfaces)))
    if seen.neighbours is not None:
        changes.extend(neighbour_changes(state.neighbours, tidy_neighbours(seen.neighbours)))
    if seen.chassis and seen.chassis != state.chassis:
        changes.append(Change("chassis", as_json(state.chassis), as_json(seen.chassis)))
    return [DeviceChanged(source="discovery", changes=changes, evidence=seen.evidence)] if changes else []


def unreachable_alert(device_id: str) -> str:
    """The key of the one alert about a device that does not answer."""
    return f"device/{device_id}/unreachable"


def about(state: Device, device_id: str) -> About:
    return About(device_id=device_id)


DEVICE = Aggregate(
    name="device", initial=Device(), decide=decide, evolve=evolve, events=DEVICE_EVENTS, about=about
)
