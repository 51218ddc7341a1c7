"""Which records may be of one device, merging two, splitting a wrong merge, and keeping two apart."""

from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from api.caller import engineer, viewer
from api.device_body import DeviceBody, device_body
from api.provided import Connect, Do
from domain.device import DEVICE
from domain.device_commands import JoinDevice, KeepApart, MergeDevice, SeparateDevice, SplitDevice
from domain.device_identity import Known
from domain.device_likeness import Likeness, Strength, likeness
from domain.errors import Invalid
from projections.inventory_likeness import AlikeRecord, alike

CANDIDATES = 200


class OtherDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other record."""

    other_id: UUID
    reason: str = ""


class LikeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One of two records that may be of one device."""

    id: str
    name: str
    address: str
    vendor: str
    model: str
    serial: str
    status: str
    site: str
    first_seen: str
    last_seen: str | None


class MergeCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """Two records; what speaks for their being one device, and what against it, by kind."""

    older: LikeRecord
    newer: LikeRecord
    strength: Strength
    evidence: dict[str, str]
    against: dict[str, str]


class MergeCandidates(msgspec.Struct, frozen=True):
    """The strong ones first."""

    items: list[MergeCandidate]


@get("/inventory/merge-candidates", guards=[viewer], opt={"reads": ("inventory",)})
async def merge_candidates(connect: Connect) -> MergeCandidates:
    """Records that share an identity, an address or a name and that the policy of discovery did not merge, at most 200."""
    async with connect() as conn:
        pairs = await alike(conn, limit=CANDIDATES)
    found = [each for pair in pairs if (each := _candidate(*pair))]
    return MergeCandidates(sorted(found, key=lambda each: each.strength != "strong"))


def _candidate(*pair: AlikeRecord) -> MergeCandidate | None:
    older, newer = sorted(pair, key=lambda each: (each.first_seen, each.id))
    told = likeness(older.as_known(), newer.as_known(), {each.id: each.name for each in pair})
    if told is None:
        return None
    return MergeCandidate(
        older=msgspec.convert(older, LikeRecord, from_attributes=True),
        newer=msgspec.convert(newer, LikeRecord, from_attributes=True),
        strength=told.strength,
        evidence=told.evidence,
        against=told.against,
    )


def _shared(one: DeviceBody, other: DeviceBody) -> Likeness | None:
    def known(body: DeviceBody) -> Known:
        return Known(
            id=body.id,
            site=body.site,
            addresses=tuple(body.addresses),
            identities=tuple(body.identities),
            identified=True,
        )

    return likeness(known(one), known(other), {one.id: one.name, other.id: other.name})


@post("/inventory/devices/{device:uuid}/merge", guards=[engineer], status_code=200)
async def merge(
    device: FromPath[UUID], data: JSONBody[OtherDevice], commands: Do, connect: Connect
) -> Response[DeviceBody]:
    """The other record becomes part of this one; its history stays its own."""
    if data.other_id == device:
        raise Invalid("a device cannot be merged with itself", field="other_id")
    this, other = await device_body(connect, device), await device_body(connect, data.other_id)
    shared = _shared(this, other)
    await commands.do(
        DEVICE.to(
            device,
            MergeDevice(
                other_id=str(data.other_id),
                other_name=other.name,
                addresses=tuple(other.addresses),
                identities=tuple(other.identities),
                evidence={**(shared.evidence if shared else {}), "decided by": commands.by.actor.name},
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


@post("/inventory/devices/{device:uuid}/keep-apart", guards=[engineer], status_code=200)
async def keep_apart(
    device: FromPath[UUID], data: JSONBody[OtherDevice], commands: Do, connect: Connect
) -> Response[DeviceBody]:
    """These are two devices, however alike: they are no candidates any longer, and discovery does not merge them."""
    if data.other_id == device:
        raise Invalid("a device is not two", field="other_id")
    this, other = await device_body(connect, device), await device_body(connect, data.other_id)
    await commands.do(
        DEVICE.to(device, KeepApart(other_id=other.id, other_name=other.name, reason=data.reason)),
        DEVICE.to(data.other_id, KeepApart(other_id=this.id, other_name=this.name, reason=data.reason)),
        seen_by="inventory",
    )
    return await commands.answer(await device_body(connect, device))


ROUTER = Router("/", route_handlers=[merge_candidates, merge, split, keep_apart], tags=["inventory"])
