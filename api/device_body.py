"""One device as the API shows it whole, now or as of a moment."""

from typing import Any
from uuid import UUID

import msgspec

from api.provided import Connect, Events
from domain.device import DEVICE
from domain.errors import NotFound
from projections import config_queries, inventory_queries
from projections.inventory_queries import AsOf, DeviceDetail

_ALL = 10_000


class PhysicalInterface(msgspec.Struct, frozen=True, kw_only=True):
    """An interface with its device. Speeds in bit/s."""

    device_id: str
    device_name: str = ""
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


class SnmpSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What its agent says of itself, and the credential that worked."""

    sys_name: str
    sys_descr: str
    sys_object_id: str
    engine_id: str
    credential_id: str | None


class DeviceBody(msgspec.Struct, frozen=True, kw_only=True):
    """A device with all that is known of it."""

    id: str
    address: str
    addresses: list[str]
    name: str
    mac: str
    vendor: str
    model: str
    os: str
    os_name: str
    os_version: str
    serial: str
    type: str
    status: str
    status_since: str
    state: str
    merged_into: str | None
    site: str
    labels: list[str]
    owner: str
    notes: str
    contact: str
    location: str
    first_seen: str
    changed_at: str
    last_seen: str | None
    uptime_s: float | None
    rtt_ms: float | None
    credential_ids: list[str]
    depends_on: list[str]
    """What is on the way to it, where an engineer said so."""
    identities: list[str]
    chassis: list[dict[str, Any]]
    snmp: SnmpSummary
    interfaces: list[PhysicalInterface]
    neighbours: list[dict[str, Any]]
    last_backup: str | None = None
    position: int


async def device_body(connect: Connect, device: UUID) -> DeviceBody:
    """The device as it is; raises NotFound."""
    async with connect() as conn:
        detail = await inventory_queries.one(conn, str(device))
        if detail is None:
            raise NotFound(f"no device {device}", code="DEVICE_NOT_FOUND")
        rows = await inventory_queries.interfaces_of(conn, str(device), limit=_ALL)
        ran = await config_queries.ran(conn, limit=1, device_id=str(device), as_of=AsOf())
        neighbours = await inventory_queries.neighbours(conn, str(device))
    named = [{**row, "device_name": detail.name} for row in rows]
    last_backup = ran[0].at if ran else None
    return _body(detail, msgspec.convert(named, list[PhysicalInterface]), neighbours, last_backup)


async def device_body_as_of(connect: Connect, events: Events, device: UUID, then: AsOf) -> DeviceBody:
    """The device as it was: its row from the history, the rest folded from its own events up to then."""
    async with connect() as conn:
        detail = await inventory_queries.one_as_of(conn, str(device), then)
        ran = await config_queries.ran(conn, limit=1, device_id=str(device), as_of=then)
    if detail is None:
        raise NotFound(f"no device {device} was known then", code="DEVICE_NOT_FOUND")
    history = await events.of_aggregate(device, upto=detail.position)
    state = DEVICE.fold([recorded.event for recorded in history])
    interfaces = [
        msgspec.convert(
            {"device_id": str(device), "device_name": detail.name, **msgspec.to_builtins(each)},
            PhysicalInterface,
        )
        for _, each in sorted(state.interfaces.items())
    ]
    neighbours = [msgspec.to_builtins(each) for each in state.neighbours]
    return _body(detail, interfaces, neighbours, ran[0].at if ran else None)


def _body(
    detail: DeviceDetail,
    interfaces: list[PhysicalInterface],
    neighbours: list[dict[str, Any]],
    last_backup: str | None,
) -> DeviceBody:
    snmp = SnmpSummary(
        sys_name=detail.sys_name,
        sys_descr=detail.sys_descr,
        sys_object_id=detail.sys_object_id,
        engine_id=detail.engine_id,
        credential_id=detail.access_id or None,
    )
    return msgspec.convert(
        {
            **msgspec.to_builtins(detail),
            "merged_into": detail.merged_into or None,
            "snmp": msgspec.to_builtins(snmp),
            "interfaces": msgspec.to_builtins(interfaces),
            "neighbours": neighbours,
            "last_backup": last_backup,
        },
        DeviceBody,
    )
