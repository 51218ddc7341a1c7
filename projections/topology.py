"""The map: devices as nodes, and the links that LLDP and CDP speak of, matched from both ends."""

from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.observation import Neighbour
from projections.inventory_queries import THEN, AsOf, parameters


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A device, or a neighbour that is no device of ours."""

    id: str
    name: str
    type: str
    vendor: str
    status: str
    site: str = ""
    managed: bool = True
    """False of a neighbour that is not in the inventory."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A cable, as one end or both tell it."""

    source: str
    source_port: str
    target: str
    target_port: str
    protocol: str
    confirmed: bool = False
    """Whether both ends say so."""


class Topology(msgspec.Struct, frozen=True, kw_only=True):
    """The network as a graph."""

    nodes: list[Node]
    links: list[Link]


async def topology(conn: AsyncConnection[Any], as_of: AsOf | None = None) -> Topology:
    """All devices that are, or were, active; a neighbour is found by chassis id, then by address, then by system name."""
    then = parameters(as_of) if as_of else {}
    found = await conn.execute(_DEVICES_THEN if as_of else _DEVICES, then)
    devices = [msgspec.json.decode(row[0]) for row in await found.fetchall()]
    nodes = {
        device["id"]: Node(
            id=device["id"],
            name=device["name"],
            type=device["type"],
            vendor=device["vendor"],
            status=device["status"],
            site=device["site"],
        )
        for device in devices
    }
    finder = _Finder(devices)
    links: dict[frozenset[tuple[str, str]], Link] = {}
    rows = await conn.execute(_NEIGHBOURS_THEN if as_of else _NEIGHBOURS, then)
    for device_id, raw, port in await rows.fetchall():
        neighbour = msgspec.json.decode(raw, type=Neighbour)
        target = finder.find(neighbour)
        if target == device_id:
            continue  # a cable from the device to itself, or its own echo through an unmanaged switch
        if target is None:
            target = f"neighbour:{neighbour.chassis_id or neighbour.system_name}"
            name = neighbour.system_name or neighbour.chassis_id
            nodes.setdefault(
                target, Node(id=target, name=name, type="", vendor="", status="unknown", managed=False)
            )
        link = Link(
            source=device_id,
            source_port=port or neighbour.local_interface,
            target=target,
            target_port=neighbour.port_description or neighbour.port_id,
            protocol=neighbour.protocol,
        )
        _add(links, link, neighbour)
    return Topology(nodes=list(nodes.values()), links=list(links.values()))


def _add(links: dict[frozenset[tuple[str, str]], Link], link: Link, neighbour: Neighbour) -> None:
    """One link however many protocols and ends speak of it."""
    ours = (link.source, link.source_port)
    for theirs in ((link.target, neighbour.port_id), (link.target, neighbour.port_description)):
        known = links.get(frozenset({ours, theirs}))
        if known is not None:
            if known.source != link.source:
                links[frozenset({ours, theirs})] = msgspec.structs.replace(known, confirmed=True)
            return
    links[frozenset({ours, (link.target, link.target_port)})] = link


class _Finder:
    def __init__(self, devices: list[dict[str, Any]]) -> None:
        self._by: dict[str, str] = {}
        for device in devices:
            keys = [f"name:{device['sys_name'].casefold()}"] if device["sys_name"] else []
            keys += [f"address:{address}" for address in device["addresses"]]
            keys += [f"chassis:{device[field]}" for field in ("chassis_id", "mac") if device[field]]
            keys += [
                f"chassis:{identity.partition(':')[2]}"
                for identity in device["identities"]
                if identity.startswith(("mac:", "chassis:"))
            ]
            for key in keys:
                self._by.setdefault(key, device["id"])

    def find(self, neighbour: Neighbour) -> str | None:
        keys = [f"chassis:{neighbour.chassis_id}"] if neighbour.chassis_id else []
        keys += [f"address:{address}" for address in neighbour.addresses]
        keys += [f"name:{neighbour.system_name.casefold()}"] if neighbour.system_name else []
        return next((self._by[key] for key in keys if key in self._by), None)


_DEVICE = """
SELECT json_build_object('id', id, 'name', name, 'type', type, 'vendor', vendor, 'status', status, 'site', site, 'sys_name', sys_name,
    'addresses', addresses, 'chassis_id', chassis_id, 'mac', mac, 'identities', identities)::text
"""
_DEVICES = f"{_DEVICE} FROM inventory.devices WHERE state = 'active' ORDER BY name, id"
_DEVICES_THEN = f"{_DEVICE} FROM ({THEN}) d WHERE state = 'active' ORDER BY name, id"
_NEIGHBOUR = """
SELECT n.device_id::text, n.neighbour::text, i.name FROM {neighbours} n
JOIN {devices} d ON d.id = n.device_id AND d.state = 'active'
LEFT JOIN inventory.interfaces i ON i.device_id = n.device_id AND i.if_index = (n.neighbour ->> 'local_if_index')::bigint
WHERE n.neighbour IS NOT NULL ORDER BY n.device_id, n.link
"""
_NEIGHBOURS = _NEIGHBOUR.format(neighbours="inventory.neighbours", devices="inventory.devices")
# An interface's name is as it is now: ports are hardly ever renamed, and the link is found by their index.
_NEIGHBOURS_THEN = _NEIGHBOUR.format(
    neighbours="""(SELECT DISTINCT ON (device_id, link) device_id, link, neighbour FROM inventory.neighbour_history
    WHERE position <= %(as_of_position)s AND at <= %(as_of_at)s::timestamptz ORDER BY device_id, link, position DESC)""",
    devices=f"({THEN})",
)


async def neighbours_of(conn: AsyncConnection[Any], device_id: str) -> list[str]:
    """The active devices that are linked to this one, as it or they say; cheaper than the whole map."""
    rows = await conn.execute(_NEIGHBOURS_OF, {"id": device_id})
    return [row[0] for row in await rows.fetchall()]


_NEIGHBOURS_OF = """
WITH me AS (SELECT * FROM inventory.devices WHERE id = %(id)s),
told AS (SELECT DISTINCT neighbour ->> 'chassis_id' AS chassis, neighbour ->> 'system_name' AS name
         FROM inventory.neighbours WHERE device_id = %(id)s)
SELECT d.id::text FROM inventory.devices d, told t
WHERE d.state = 'active' AND d.id <> %(id)s
  AND (t.chassis <> '' AND t.chassis IN (d.chassis_id, d.mac) OR t.name <> '' AND lower(t.name) = lower(d.sys_name))
UNION
SELECT n.device_id::text FROM inventory.neighbours n
JOIN inventory.devices d ON d.id = n.device_id AND d.state = 'active', me
WHERE n.device_id <> me.id AND (n.neighbour ->> 'chassis_id' <> '' AND n.neighbour ->> 'chassis_id' IN (me.chassis_id, me.mac)
  OR n.neighbour ->> 'system_name' <> '' AND lower(n.neighbour ->> 'system_name') = lower(me.sys_name))
ORDER BY 1 LIMIT 200
"""
