"""The inventory: devices now or as of then, by hand changes, interfaces, summary, map."""

from typing import Annotated, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.addresses import one_address
from api.as_of import AsOfParam, moment
from api.caller import engineer, viewer
from api.commands import Accepted, Reason, why
from api.credential_ids import check_credential_ids
from api.device_body import DeviceBody, PhysicalInterface, device_body, device_body_as_of
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do, Events, Newcomers
from domain.device import DEVICE
from domain.device_commands import AddDevice, ChangeDevice, RemoveDevice
from domain.discovery import POLL
from domain.errors import Conflict, Refused
from domain.operation import OPERATION, RequestOperation
from projections import inventory_queries
from projections.inventory_queries import DeviceRow
from projections.topology import Topology, topology

SEEN = "inventory"
READS = {"reads": (SEEN,)}
Status = Literal["up", "down", "unknown", "maintenance"]
Text = Annotated[str | None, QueryParameter(max_length=255)]
Sort = Literal[
    "name", "address", "status", "vendor", "model", "os", "serial", "type", "site", "owner",
    "status_since", "first_seen", "changed_at", "last_seen",
    "-name", "-address", "-status", "-vendor", "-model", "-os", "-serial", "-type", "-site", "-owner",
    "-status_since", "-first_seen", "-changed_at", "-last_seen",
]  # fmt: skip


_IfIndex = Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class InventorySummary(msgspec.Struct, frozen=True):
    """How many devices there are; each part by name, with "unknown" for what is not known."""

    total: int
    by_status: dict[str, int]
    by_vendor: dict[str, int]
    by_type: dict[str, int]
    by_site: dict[str, int]


@get("/inventory/devices", guards=[viewer], opt=READS)
async def list_devices(
    connect: Connect,
    q: Annotated[
        str | None,
        QueryParameter(max_length=255, description="text in name, address, MAC, serial, model, ..."),
    ] = None,
    vendor: Text = None,
    status: FromQuery[Status | None] = None,
    device_type: Annotated[str | None, QueryParameter(name="type", max_length=255)] = None,
    label: Text = None,
    site: Text = None,
    as_of: AsOfParam = None,
    sort: Annotated[Sort, QueryParameter(description="descending with a leading `-`")] = "name",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[DeviceRow]:
    """By name, or by `sort`. With `as_of` the inventory as it was at that time or position."""
    after = decode_cursor(cursor, tuple[str, UUID])
    filters = {"q": q, "vendor": vendor, "status": status, "type": device_type, "label": label, "site": site}
    then = moment(as_of)
    last = (after[0], str(after[1])) if after else None
    async with connect() as conn:
        total = await inventory_queries.count(conn, as_of=then, **filters) if after is None else None
        if sort == "name":
            rows = await inventory_queries.page(conn, limit=limit + 1, after=last, as_of=then, **filters)
            return page_of(rows, limit, lambda row: (row.name.lower(), row.id), total)
        placed = await inventory_queries.sorted_page(
            conn, sort, limit=limit + 1, after=last, as_of=then, **filters
        )
    listed = page_of(placed, limit, lambda each: (each[0], each[1].id), total)
    return Page([row for _, row in listed.items], listed.next_cursor, total)


@get("/inventory/devices/{device:uuid}", guards=[viewer], opt=READS)
async def get_device(
    device: FromPath[UUID], connect: Connect, events: Events, as_of: AsOfParam = None
) -> DeviceBody:
    """One device with all that is known of it, or was known then."""
    then = moment(as_of)
    if then is None:
        return await device_body(connect, device)
    return await device_body_as_of(connect, events, device, then)


@post("/inventory/devices", guards=[engineer])
async def add_device(
    data: JSONBody[AddDevice], commands: Do, connect: Connect, newcomers: Newcomers
) -> Response[DeviceBody]:
    """400 on a bad address, 409 where the site has a device at it."""
    command = msgspec.structs.replace(data, address=one_address(data.address))
    await check_credential_ids(connect, data.credential_ids)
    async with newcomers.at(command.site, command.address) as present:
        # Where there is one, the command is put to it: it refuses, unless this request is a retry of what made it.
        device = UUID(present.id) if present else uuid4()
        try:
            outcome = await commands.do(DEVICE.to(device, command, new=present is None), seen_by=SEEN)
        except Refused as refused:
            if present is None or refused.code != "DEVICE_EXISTS":
                raise
            raise Conflict(
                f"{present.name} has this address already",
                code="DEVICE_EXISTS",
                field="address",
                id=present.id,
            ) from None
    made = outcome.events[0].originator_id
    return await commands.answer(await device_body(connect, made), status=201)


@patch("/inventory/devices/{device:uuid}", guards=[engineer])
async def change_device(
    device: FromPath[UUID], data: JSONBody[ChangeDevice], commands: Do, connect: Connect
) -> Response[DeviceBody]:
    """Labels, owner, notes, name, site, credentials; what is left out stays."""
    if data.credential_ids is not msgspec.UNSET:
        await check_credential_ids(connect, data.credential_ids)
    await commands.do(DEVICE.to(device, data), seen_by=SEEN)
    return await commands.answer(await device_body(connect, device))


@delete("/inventory/devices/{device:uuid}", guards=[engineer], status_code=200)
async def remove_device(
    device: FromPath[UUID],
    commands: Do,
    connect: Connect,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[DeviceBody]:
    """Takes it out of the inventory; its history stays, and the audit entry can be reverted."""
    await commands.do(DEVICE.to(device, RemoveDevice(reason=why(data, reason))), seen_by=SEEN)
    return await commands.answer(await device_body(connect, device))


@post("/inventory/devices/{device:uuid}/poll", guards=[engineer], status_code=202)
async def poll_device(
    device: FromPath[UUID], commands: Do, connect: Connect, data: JSONBody[Reason | None] = None
) -> Response[Accepted]:
    """Reads the device now; 422 where the record is no device of its own any more."""
    body = await device_body(connect, device)
    if body.state != "active":
        raise Refused(
            f"this device is {body.state}", code=f"DEVICE_{body.state.upper()}", into=body.merged_into
        )
    command = RequestOperation(kind=POLL, device_id=str(device), reason=why(data, ""))
    return await commands.accepted(OPERATION.to(uuid4(), command, new=True))


@get("/inventory/devices/{device:uuid}/interfaces", guards=[viewer], opt=READS)
async def device_interfaces(
    device: FromPath[UUID], connect: Connect, limit: Limit = 500, cursor: Cursor = None
) -> Page[PhysicalInterface]:
    """Its interfaces by ifIndex."""
    await device_body(connect, device)
    return await _interfaces(connect, str(device), limit, cursor)


@get("/interfaces", guards=[viewer], opt=READS)
async def all_interfaces(
    connect: Connect, device_id: FromQuery[UUID | None] = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[PhysicalInterface]:
    """Interfaces of all devices, by device and ifIndex."""
    return await _interfaces(connect, str(device_id) if device_id else None, limit, cursor)


@get("/inventory/summary", guards=[viewer], opt=READS)
async def summary(connect: Connect) -> InventorySummary:
    """Counts by status, vendor, type and site."""
    async with connect() as conn:
        return msgspec.convert(await inventory_queries.summary(conn), InventorySummary)


@get("/inventory/topology", guards=[viewer], opt=READS)
async def get_topology(connect: Connect, as_of: AsOfParam = None) -> Topology:
    """Nodes, and the links that LLDP and CDP speak of; with `as_of` as they were then."""
    async with connect() as conn:
        return await topology(conn, moment(as_of))


async def _interfaces(
    connect: Connect, device_id: str | None, limit: int, cursor: str | None
) -> Page[PhysicalInterface]:
    after = decode_cursor(cursor, tuple[UUID, _IfIndex])
    async with connect() as conn:
        rows = await inventory_queries.interfaces(
            conn, device_id=device_id, limit=limit + 1, after=(str(after[0]), after[1]) if after else None
        )
    found = msgspec.convert(rows, list[PhysicalInterface])
    return page_of(found, limit, lambda row: (row.device_id, row.if_index))


ROUTER = Router(
    "/",
    route_handlers=[
        list_devices,
        get_device,
        add_device,
        change_device,
        remove_device,
        poll_device,
        device_interfaces,
        all_interfaces,
        summary,
        get_topology,
    ],
    tags=["inventory"],
)
