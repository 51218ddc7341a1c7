"""Devices whose configurations are kept: their host keys, pinned at first sight, and how the last reads went."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.caller import engineer, viewer
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Bus, Connect, Do
from domain.alert import ALERT, alert_id
from domain.alert_commands import ResolveAlert
from domain.config import CONFIG, config_id, host_key_alert
from domain.config_commands import AcceptHostKey, HostKey
from domain.errors import NotFound, Refused
from projections import config_queries
from projections.config_queries import ConfigDevice

SEEN = "configs"
READS = {"reads": (SEEN,)}


class AcceptedKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without a key: the one that the device presented last. With one, such as read on the device's console, that one."""

    host_key: HostKey | None = None
    reason: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


@get("/config/devices", guards=[viewer], opt=READS)
async def list_config_devices(
    connect: Connect,
    host_key_changed: FromQuery[bool | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ConfigDevice]:
    """By name. With `host_key_changed`: those that are refused until an engineer accepts their new key."""
    after = decode_cursor(cursor, tuple[str, UUID])
    async with connect() as conn:
        rows = await config_queries.devices(
            conn,
            limit=limit + 1,
            after=(after[0], str(after[1])) if after else None,
            host_key_changed=host_key_changed,
        )
    return page_of(rows, limit, lambda row: (row.name.lower(), row.device_id))


@get("/config/devices/{device:uuid}", guards=[viewer], opt=READS)
async def get_config_device(device: FromPath[UUID], connect: Connect) -> ConfigDevice:
    """One device."""
    return await config_device(connect, device)


@post("/config/host-keys/{device:uuid}/accept", guards=[engineer], status_code=200)
async def accept_host_key(
    device: FromPath[UUID],
    commands: Do,
    connect: Connect,
    bus: Bus,
    data: JSONBody[AcceptedKey | None] = None,
) -> Response[ConfigDevice]:
    """From now on the device is logged in to behind this key; the alert about it is resolved. 422 HOST_KEY_UNCHANGED
    where no other key was presented."""
    await config_device(connect, device)
    wanted = data or AcceptedKey()
    record = await bus.state(CONFIG, config_id(str(device)))
    key = wanted.host_key or record.presented
    if not key:
        raise Refused(
            "the device has presented no other host key; name the key that is to be accepted",
            code="HOST_KEY_UNCHANGED",
        )
    accept = AcceptHostKey(device_id=str(device), host_key=key, reason=wanted.reason)
    intents = [CONFIG.to(config_id(str(device)), accept)]
    alert = alert_id(host_key_alert(str(device)))
    if (await bus.state(ALERT, alert)).state != "absent":
        intents.append(ALERT.to(alert, ResolveAlert(reason=wanted.reason or "the new host key was accepted")))
    await commands.do(*intents, seen_by=SEEN)
    return await commands.answer(await config_device(connect, device))


async def config_device(connect: Connect, device: UUID) -> ConfigDevice:
    """Raises NotFound."""
    async with connect() as conn:
        row = await config_queries.device(conn, str(device))
    if row is None:
        raise NotFound(f"no device {device}", code="DEVICE_NOT_FOUND")
    return row


ROUTER = Router(
    "/",
    route_handlers=[list_config_devices, get_config_device, accept_host_key],
    tags=["configurations"],
)
