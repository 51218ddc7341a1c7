"""What is known of a device, and how two readings of it differ."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from domain.event import Change
from domain.observation import Interface, Neighbour

IDENTITY_LIMIT = 64
"""Identities remembered of one device; beyond it the MACs that it no longer has are forgotten, the oldest first."""
_SHORT, _LONG = 255, 1024
_LONG_FACTS = frozenset({"sys_descr", "contact", "location"})
_COUNTS = range(2**63)


class Chassis(msgspec.Struct, frozen=True, kw_only=True):
    """One chassis or stack member (ENTITY-MIB classes 3 and 11)."""

    description: str = ""
    model: str = ""
    serial: str = ""
    hardware_rev: str = ""
    software_rev: str = ""


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a device is and says of itself. Empty where unknown."""

    vendor: str = ""
    model: str = ""
    os: str = ""
    os_name: str = ""
    os_version: str = ""
    serial: str = ""
    type: str = ""
    sys_name: str = ""
    sys_descr: str = ""
    sys_object_id: str = ""
    contact: str = ""
    location: str = ""
    engine_id: str = ""
    chassis_id: str = ""
    mac: str = ""


def as_json(value: Any) -> Any:
    """The value as it comes back from the ledger, so that an event is the same before and after it was stored."""
    return msgspec.json.decode(msgspec.json.encode(value))


def neighbour_key(neighbour: Neighbour) -> str:
    """One link's end: protocol, local port and the far end's chassis and port. Bounded, since it keys rows."""
    local = neighbour.local_if_index if neighbour.local_if_index is not None else neighbour.local_interface
    key = f"{neighbour.protocol}|{local}|{neighbour.chassis_id}|{neighbour.port_id}".replace("/", "|")
    return key if len(key) <= _SHORT else f"{key[:190]}|{sha256(key.encode()).hexdigest()}"


def bounded_facts(facts: DeviceFacts) -> DeviceFacts:
    """What a device says of itself, cut where no honest one goes (RFC 3418: 255 characters)."""
    long = {
        field: value[:limit]
        for field in DeviceFacts.__struct_fields__
        if len(value := getattr(facts, field)) > (limit := _LONG if field in _LONG_FACTS else _SHORT)
    }
    return msgspec.structs.replace(facts, **long) if long else facts


def tidy_interfaces(rows: Iterable[Interface]) -> tuple[Interface, ...]:
    """One row an ifIndex, the last that the agent gave; numbers that no counter can hold are unknown."""
    tidy: dict[int, Interface] = {}
    for row in rows:
        wild = {
            field: None
            for field in ("type", "mtu", "speed_bps")
            if (value := getattr(row, field)) is not None and value not in _COUNTS
        }
        if row.if_index in _COUNTS:
            tidy[row.if_index] = msgspec.structs.replace(row, **wild) if wild else row
    return tuple(tidy.values())


def tidy_neighbours(rows: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    """One row a link, in the order of their keys."""
    return tuple(each for _, each in sorted({neighbour_key(row): row for row in rows}.items()))


def joined_identities(old: Sequence[str], new: Iterable[str]) -> tuple[str, ...]:
    """All that ever identified the device, within IDENTITY_LIMIT."""
    present = dict.fromkeys(new)
    joined = [*old, *(key for key in present if key not in old)]
    surplus = len(joined) - IDENTITY_LIMIT
    forgettable = [key for key in joined if key.startswith("mac:") and key not in present]
    forgotten = set(forgettable[: max(surplus, 0)])
    return tuple(key for key in joined if key not in forgotten)


def facts_changes(old: DeviceFacts, new: DeviceFacts) -> list[Change]:
    """A field that this reading lacks is no change: an agent that leaves it out has not unlearned it."""
    return [
        Change(field, before, after)
        for field in DeviceFacts.__struct_fields__
        if (after := getattr(new, field)) and after != (before := getattr(old, field))
    ]


def interface_changes(old: Mapping[int, Interface], new: Iterable[Interface]) -> list[Change]:
    """Per field where an interface stayed, whole where it came or went. Paths are `interfaces/<ifIndex>[/<field>]`."""
    changes: list[Change] = []
    seen: set[int] = set()
    for interface in new:
        seen.add(interface.if_index)
        before = old.get(interface.if_index)
        if before is None:
            changes.append(Change(f"interfaces/{interface.if_index}", None, as_json(interface)))
        elif before != interface:
            was, is_ = as_json(before), as_json(interface)
            changes.extend(
                Change(f"interfaces/{interface.if_index}/{field}", was[field], is_[field])
                for field in was
                if was[field] != is_[field]
            )
    changes.extend(
        Change(f"interfaces/{index}", as_json(before), None)
        for index, before in old.items()
        if index not in seen
    )
    return changes


def neighbour_changes(old: Sequence[Neighbour], new: Sequence[Neighbour]) -> list[Change]:
    """Paths are `neighbours/<link>`; a neighbour whose details changed counts as changed, not as gone and come."""
    before = {neighbour_key(each): as_json(each) for each in old}
    after = {neighbour_key(each): as_json(each) for each in new}
    return [
        Change(f"neighbours/{key}", before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def apply_interface_change(interfaces: Mapping[int, Interface], change: Change) -> dict[int, Interface]:
    """The interfaces after one change made by `interface_changes`."""
    _, index, *field = change.field.split("/")
    result = dict(interfaces)
    if field:
        row: dict[str, Any] = msgspec.to_builtins(result.get(int(index), Interface(if_index=int(index))))
        row[field[0]] = change.new
        result[int(index)] = msgspec.convert(row, Interface)
    elif change.new is None:
        result.pop(int(index), None)
    else:
        result[int(index)] = msgspec.convert(change.new, Interface)
    return result


def apply_neighbour_change(neighbours: Sequence[Neighbour], change: Change) -> tuple[Neighbour, ...]:
    """The neighbours after one change made by `neighbour_changes`."""
    key = change.field.partition("/")[2]
    rest = [each for each in neighbours if neighbour_key(each) != key]
    if change.new is not None:
        rest.append(msgspec.convert(change.new, Neighbour))
    return tuple(sorted(rest, key=neighbour_key))
