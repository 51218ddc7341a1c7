"""What templates are told of a device: its record and its interfaces, as plain values."""

from typing import Any

import msgspec
from psycopg import AsyncConnection

from projections import inventory_queries

_INTERFACES = 2_000


class TemplateInterface(msgspec.Struct, frozen=True, kw_only=True):
    """One element of `device.interfaces`."""

    if_index: int
    name: str
    description: str
    alias: str
    type: int | None
    mtu: int | None
    mac: str
    addresses: list[str]
    speed_bps: int | None
    admin_status: str
    oper_status: str


class TemplateDevice(msgspec.Struct, frozen=True, kw_only=True):
    """`device` inside a template; read-only there. docs/templates.md lists the same fields."""

    id: str
    name: str
    address: str
    addresses: list[str]
    mac: str
    vendor: str
    model: str
    os: str
    os_name: str
    os_version: str
    serial: str
    type: str
    site: str
    labels: list[str]
    owner: str
    location: str
    contact: str
    interfaces: list[TemplateInterface] = []


async def template_device(conn: AsyncConnection[Any], device_id: str) -> TemplateDevice | None:
    """None where no active device has this id."""
    row = await inventory_queries.one(conn, device_id)
    if row is None or row.state != "active":
        return None
    rows = await inventory_queries.interfaces_of(conn, device_id, limit=_INTERFACES)
    known = {
        field: getattr(row, field) for field in TemplateDevice.__struct_fields__ if field != "interfaces"
    }
    return TemplateDevice(**known, interfaces=msgspec.convert(rows, list[TemplateInterface]))
