"""Merging two records of one device, and splitting a wrong merge, each with its own history."""

from uuid import UUID

import msgspec
from litestar import Response, Router, post
from litestar.params import FromPath, JSONBody

from api.caller import engineer
from api.device_body import DeviceBody, device_body
from api.provided import Connect, Do
from domain.device import DEVICE
from domain.device_commands import JoinDevice, MergeDevice, SeparateDevice, SplitDevice
from domain.errors import Invalid


class OtherDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other record."""

    other_id: UUID
    reason: str = ""


@post("/inventory/devices/{device:uuid}/merge", guards=[engineer], status_code=200)
async def merge(
    device: FromPath[UUID], data: JSONBody[OtherDevice], commands: Do, connect: Connect
) -> Response[DeviceBody]:
    """The other record becomes part of this one; its history stays its own."""
    if data.other_id == device:
        raise Invalid("a device cannot be merged with itself", field="other_id")
    other = await device_body(connect, data.other_id)
    await commands.do(
        DEVICE.to(
            device,
            MergeDevice(
                other_id=str(data.other_id),
                other_name=other.name,
                addresses=tuple(other.addresses),
                identities=tuple(other.identities),
                evidence={"decided by": commands.by.actor.name},
                reason=data.reason,
            ),
        ),
        DEVICE.to(data.other_id, JoinDevice(into_id=str(device), reason=data.reason)),
        seen_by="inventory",
    )
    return await commands.answer(await device_body(connect, device))


@post("/inventory/devices/{device:uuid}/split", guards=[engineer], status_code=200)
async def split(
    device: FromPath[UUID], data: JSONBody[OtherDevice], commands: Do, connect: Connect
) -> Response[DeviceBody]:
    """Takes a merge back: both live on with what each had before."""
    await commands.do(
        DEVICE.to(device, SplitDevice(other_id=str(data.other_id), reason=data.reason)),
        DEVICE.to(data.other_id, SeparateDevice(from_id=str(device), reason=data.reason)),
        seen_by="inventory",
    )
    return await commands.answer(await device_body(connect, device))


ROUTER = Router("/", route_handlers=[merge, split], tags=["inventory"])
