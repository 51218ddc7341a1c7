"""The inventory: devices now or as of then, by hand changes, interfaces, summary, map."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import Parameter

from api.as_of import AsOfParam, moment
from api.caller import engineer, viewer
from api.conventions import Accepted, Cursor, Limit, Page, commanded, decode_cursor, page_of, until_seen
from api.device_body import DeviceBody, PhysicalInterface, device_body, device_body_as_of
from api.provided import Bus, By, Connect, Events, Key, Watch
from domain.device import DEVICE
from domain.device_commands import AddDevice, ChangeDevice, RemoveDevice
from domain.discovery import POLL
from domain.errors import Conflict, Invalid
from domain.operation import OPERATION, RequestOperation
from domain.targets import TargetError, parse_targets
from projections import inventory_queries
from projections.inventory_queries import DeviceRow
from projections.topology import Topology, topology

READS = {"reads": ("inventory",)}


@get("/inventory/devices", guards=[viewer], opt=READS)
async def list_devices(
    connect: Connect,
    q: Annotated[str | None, Parameter(description="text in name, address, MAC, serial, model, ...")] = None,
    vendor: str | None = None,
    status: str | None = None,
    device_type: Annotated[str | None, Parameter(query="type")] = None,
    label: str | None = None,
    site: str | None = None,
    as_of: AsOfParam = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[DeviceRow]:
    """By name. With `as_of` the inventory as it was at that time or position."""
    after = decode_cursor(cursor, str, str)
    filters = {"q": q, "vendor": vendor, "status": status, "type": device_type, "label": label, "site": site}
    then = moment(as_of)
    async with connect() as conn:
        rows = await inventory_queries.page(
            conn, limit=limit + 1, after=(after[0], after[1]) if after else None, as_of=then, **filters
        )
        total = await inventory_queries.count(conn, as_of=then, **filters) if after is None else None
    return page_of(rows, limit, lambda row: (row.name.lower(), row.id), total)


@get("/inventory/devices/{device:uuid}", guards=[viewer], opt=READS)
async def get_device(device: UUID, connect: Connect, events: Events, as_of: AsOfParam = None) -> DeviceBody:
    then = moment(as_of)
    if then is None:
        return await device_body(connect, device)
    return await device_body_as_of(connect, events, device, then)


@post("/inventory/devices", guards=[engineer])
async def add_device(
    data: AddDevice, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect
) -> Response[DeviceBody]:
    """400 on a bad address, 409 where the site has a device at it."""
    address = _one_address(data.address)
    async with connect() as conn:
        present = await inventory_queries.candidates(conn, data.site, [address], [])
    present = [each for each in present if each.state == "active"]
    device = uuid4()
    command = msgspec.structs.replace(data, address=address)
    if present and key is None:
        raise Conflict(
            f"{present[0].name} has this address already",
            code="DEVICE_EXISTS",
            field="address",
            id=present[0].id,
        )
    outcome = await bus.execute(DEVICE.to(device, command, new=True), by=by, key=key)
    device = outcome.events[0].originator_id
    await until_seen(watch, "inventory", outcome.position)
    return commanded(await device_body(connect, device), outcome.position, watch, status=201)


@patch("/inventory/devices/{device:uuid}", guards=[engineer])
async def change_device(
    device: UUID, data: ChangeDevice, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect
) -> Response[DeviceBody]:
    """Labels, owner, notes, name, site, credentials; what is left out stays."""
    outcome = await bus.execute(DEVICE.to(device, data), by=by, key=key)
    await until_seen(watch, "inventory", outcome.position)
    return commanded(await device_body(connect, device), outcome.position, watch)


@delete("/inventory/devices/{device:uuid}", guards=[engineer], status_code=200)
async def remove_device(
    device: UUID, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect, reason: str = ""
) -> Response[DeviceBody]:
    """Takes it out of the inventory; its history stays, and the audit entry can be reverted."""
    outcome = await bus.execute(DEVICE.to(device, RemoveDevice(reason=reason)), by=by, key=key)
    await until_seen(watch, "inventory", outcome.position)
    return commanded(await device_body(connect, device), outcome.position, watch)


@post("/inventory/devices/{device:uuid}/poll", guards=[engineer], status_code=202)
async def poll_device(
    device: UUID, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect
) -> Response[Accepted]:
    """Reads the device now."""
    await device_body(connect, device)
    command = RequestOperation(kind=POLL, device_id=str(device))
    outcome = await bus.execute(OPERATION.to(uuid4(), command, new=True), by=by, key=key)
    operation = outcome.events[0].originator_id
    await until_seen(watch, "operations", outcome.position)
    body = Accepted(str(operation), f"/api/v1/operations/{operation}")
    return commanded(body, outcome.position, watch, status=202)


@get("/inventory/devices/{device:uuid}/interfaces", guards=[viewer], opt=READS)
async def device_interfaces(
    device: UUID, connect: Connect, limit: Limit = 500, cursor: Cursor = None
) -> Page[PhysicalInterface]:
    await device_body(connect, device)
    return await _interfaces(connect, str(device), limit, cursor)


@get("/interfaces", guards=[viewer], opt=READS)
async def all_interfaces(
    connect: Connect, device_id: UUID | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[PhysicalInterface]:
    return await _interfaces(connect, str(device_id) if device_id else None, limit, cursor)


@get("/inventory/summary", guards=[viewer], opt=READS)
async def summary(connect: Connect) -> dict[str, Any]:
    """Counts by status, vendor, type and site."""
    async with connect() as conn:
        return await inventory_queries.summary(conn)


@get("/inventory/topology", guards=[viewer], opt=READS)
async def get_topology(connect: Connect) -> Topology:
    """Nodes, and the links that LLDP and CDP speak of."""
    async with connect() as conn:
        return await topology(conn)


async def _interfaces(
    connect: Connect, device_id: str | None, limit: int, cursor: str | None
) -> Page[PhysicalInterface]:
    after = decode_cursor(cursor, str, int)
    async with connect() as conn:
        rows = await inventory_queries.interfaces(
            conn, device_id=device_id, limit=limit + 1, after=(after[0], after[1]) if after else None
        )
    found = msgspec.convert(rows, list[PhysicalInterface])
    return page_of(found, limit, lambda row: (row.device_id, row.if_index))


def _one_address(text: str) -> str:
    try:
        plan = parse_targets([text])
    except TargetError as error:
        raise Invalid(error.message, field="address") from None
    if plan.count != 1 or plan.names:
        raise Invalid("give one IPv4 or IPv6 address", field="address")
    return next(plan.addresses())


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
