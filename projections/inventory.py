"""The inventory: devices with their interfaces and neighbours as they are, and a row of history for every change."""

from collections.abc import Iterable, Sequence
from typing import Any

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
from domain.device_facts import as_json, joined_identities, neighbour_key
from domain.event import Change, Recorded
from domain.observation import Interface, Neighbour
from projections.inventory_queries import LISTED
from projections.inventory_tables import DEVICES, FACTS, HISTORY, INTERFACES, NEIGHBOUR_HISTORY, NEIGHBOURS
from projections.tables import Key, Row, Rows, Table, instant


class Inventory:
    """One row a device that ever was; `state` tells the active from the removed and merged."""

    name = "inventory"
    version = 7
    tables: Sequence[Table] = (DEVICES, HISTORY, INTERFACES, NEIGHBOURS, NEIGHBOUR_HISTORY)
    topics: Sequence[str] = ("device.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        device_id = str(recorded.originator_id)
        yield "devices", (device_id,)
        match recorded.event:
            case DeviceIdentified(interfaces=interfaces, neighbours=neighbours):
                for interface in interfaces:
                    yield "interfaces", (device_id, interface.if_index)
                for neighbour in neighbours:
                    yield "neighbours", (device_id, neighbour_key(neighbour))
            case DeviceChanged(changes=changes):
                for change in changes:
                    part, _, rest = change.field.partition("/")
                    if part == "interfaces":
                        yield "interfaces", (device_id, int(rest.partition("/")[0]))
                    elif part == "neighbours":
                        yield "neighbours", (device_id, rest)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        device_id = str(recorded.originator_id)
        before = rows.get("devices", device_id)
        row = self._folded(device_id, before, recorded, rows)
        if row is None:
            return
        at = instant(recorded.meta.occurred_at)
        same = row is before or row == before  # then it is an interface or a neighbour that changed
        row = {**row, "changed_at": at, "position": recorded.position}
        if not same:
            row["status"] = "maintenance" if row["maintenance"] else row["reachability"]
            row["address"] = row["addresses"][0] if row["addresses"] else ""
            row["name"] = row["given_name"] or row["sys_name"] or row["address"]
            # Made here and not by PostgreSQL, whose idea of lower case depends on how the database was created.
            row["sort_key"] = row["name"].lower()
            if before is None or row["status"] != before["status"]:
                row["status_since"] = at
            past = {column: value for column, value in row.items() if column != "listed"}
            rows.append("history", {"id": device_id, "position": recorded.position, "at": at, "row": past})
        row["listed"] = {field: row[field] for field in LISTED}
        rows.put("devices", row)

    def _folded(self, device_id: str, row: Row | None, recorded: Recorded, rows: Rows) -> Row | None:
        event = recorded.event
        match event:
            case DeviceDiscovered():
                return _new(device_id, recorded, "up", event.address, event.site)
            case DeviceAdded():
                fresh = _new(device_id, recorded, "unknown", event.address, event.site)
                given = {"given_name": event.name, "owner": event.owner, "notes": event.notes}
                return {
                    **fresh,
                    **given,
                    "labels": list(event.labels),
                    "credential_ids": list(event.credential_ids),
                }
            case _ if row is None:
                return None
            case DeviceIdentified():
                return _identified(device_id, row, event, recorded, rows)
            case DeviceChanged():
                for change in event.changes:
                    row = _changed(device_id, row, change, recorded, rows)
                return row
            case DeviceAddressAdded():
                return {
                    **row,
                    "addresses": _joined(row["addresses"], (event.address,)),
                    "identities": list(joined_identities(row["identities"], event.identities)),
                }
            case DeviceAddressRemoved():
                return {**row, "addresses": _without(row["addresses"], (event.address,))}
            case DeviceMerged():
                return {
                    **row,
                    "addresses": _joined(row["addresses"], event.addresses),
                    "identities": _joined(row["identities"], event.identities),
                    "apart": _without(row["apart"], (event.other_id,)),
                }
            case DeviceSplit():
                return {
                    **row,
                    "addresses": _without(row["addresses"], event.addresses),
                    "identities": _without(row["identities"], event.identities),
                    "apart": _joined(row["apart"], (event.other_id,)),
                }
            case DeviceAbsorbed():
                return {
                    **row,
                    "state": "merged",
                    "merged_into": event.into_id,
                    "apart": _without(row["apart"], (event.into_id,)),
                }
            case DeviceSeparated():
                return {
                    **row,
                    "state": "active",
                    "merged_into": "",
                    "apart": _joined(row["apart"], (event.from_id,)),
                }
            case DeviceKeptApart():
                return {**row, "apart": _joined(row["apart"], (event.other_id,))}
            case DeviceWentDown():
                return {**row, "reachability": "down"}
            case DeviceCameUp():
                return {**row, "reachability": "up"}
            case DeviceMaintenanceBegan():
                return {**row, "maintenance": _joined(row["maintenance"], (event.silence_id,))}
            case DeviceMaintenanceEnded():
                return {**row, "maintenance": _without(row["maintenance"], (event.silence_id,))}
            case DeviceRemoved():
                return {**row, "state": "removed"}
            case DeviceRestored():
                return {**row, "state": "active"}
            case _:
                return None


def _new(device_id: str, recorded: Recorded, status: str, address: str, site: str) -> Row:
    at = instant(recorded.meta.occurred_at)
    return {
        "id": device_id,
        "state": "active",
        "status": status,
        "reachability": status,
        "maintenance": [],
        "status_since": at,
        "site": site,
        "address": address,
        "addresses": [address],
        "identities": [],
        "name": "",
        "sort_key": "",
        "given_name": "",
        **dict.fromkeys(FACTS, ""),
        "labels": [],
        "owner": "",
        "notes": "",
        "credential_ids": [],
        "depends_on": [],
        "access_id": "",
        "identified": False,
        "chassis": [],
        "merged_into": "",
        "apart": [],
        "first_seen": at,
        "changed_at": at,
        "position": recorded.position,
        "listed": {},
    }


def _identified(device_id: str, row: Row, event: DeviceIdentified, recorded: Recorded, rows: Rows) -> Row:
    for interface in event.interfaces:
        rows.put("interfaces", _interface(device_id, interface))
    for link, neighbour in {neighbour_key(each): each for each in event.neighbours}.items():
        _put_neighbour(device_id, link, neighbour, recorded, rows)
    return {
        **row,
        **{field: getattr(event.facts, field) for field in FACTS},
        "identities": list(joined_identities(row["identities"], event.identities)),
        "access_id": event.access_id,
        "identified": True,
        "chassis": as_json(event.chassis),
    }


def _changed(device_id: str, row: Row, change: Change, recorded: Recorded, rows: Rows) -> Row:
    part, _, rest = change.field.partition("/")
    if part == "interfaces":
        _change_interface(device_id, rest, change.new, rows)
        return row
    if part == "neighbours":
        # Struct defaults fill what an older release did not record.
        neighbour = None if change.new is None else msgspec.convert(change.new, Neighbour)
        _put_neighbour(device_id, rest, neighbour, recorded, rows)
        return row
    column = "given_name" if change.field == "name" else change.field
    return {**row, column: change.new} if column in DEVICES.columns else row


def _put_neighbour(
    device_id: str, link: str, neighbour: Neighbour | None, recorded: Recorded, rows: Rows
) -> None:
    """None: it is no longer seen."""
    if neighbour is None:
        rows.delete("neighbours", device_id, link)
    else:
        rows.put("neighbours", _neighbour(device_id, link, neighbour))
    entry = {
        "device_id": device_id,
        "link": link,
        "position": recorded.position,
        "at": instant(recorded.meta.occurred_at),
        "neighbour": as_json(neighbour),
    }
    rows.append("neighbour_history", entry)


def _change_interface(device_id: str, path: str, new: Any, rows: Rows) -> None:
    index, _, field = path.partition("/")
    key = (device_id, int(index))
    if not field:
        if new is None:
            rows.delete("interfaces", *key)
        else:
            rows.put("interfaces", _interface(device_id, msgspec.convert(new, Interface)))
    elif field in INTERFACES.columns:
        present = rows.get("interfaces", *key) or _interface(device_id, Interface(if_index=int(index)))
        rows.put("interfaces", {**present, field: new})


def _interface(device_id: str, interface: Interface) -> Row:
    return {
        "device_id": device_id,
        "if_index": interface.if_index,
        "name": interface.name,
        "description": interface.description,
        "alias": interface.alias,
        "type": interface.type,
        "mtu": interface.mtu,
        "mac": interface.mac,
        "addresses": list(interface.addresses),
        "speed_bps": interface.speed_bps,
        "admin_status": interface.admin_status,
        "oper_status": interface.oper_status,
    }


def _neighbour(device_id: str, link: str, neighbour: Neighbour) -> Row:
    return {"device_id": device_id, "link": link, "neighbour": as_json(neighbour)}


def _joined(old: Sequence[str], new: Sequence[str]) -> list[str]:
    return [*old, *(each for each in new if each not in old)]


def _without(old: Sequence[str], gone: Sequence[str]) -> list[str]:
    return [each for each in old if each not in gone]
