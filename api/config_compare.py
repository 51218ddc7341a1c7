"""What differs between two configurations of a device, or between one and what the device runs now."""

import asyncio
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import FromPath, FromQuery, QueryParameter

from api.caller import viewer
from api.config_backups import backup_row
from api.config_reading import running_config
from api.provided import Connect, Do, KeptConfigs, ReadConfigs, WaysToDevices
from domain.config_diff import hunks, unified
from domain.config_mask import SecretToken, mask
from domain.config_text import content_address, normalise
from domain.errors import Invalid, NotFound
from projections import config_queries
from projections.config_queries import BackupRow

RUNNING = "running"
MOST_HUNKS = 2_000


class HunkBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a section lost and gained. Line numbers are those of the first line on each side, 0 where there is none."""

    section: list[str]
    removed: list[str]
    added: list[str]
    old_line: int
    new_line: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """From `old` to `new`; secrets are tokens, so that a changed one shows as changed. What changes by itself is left out."""

    device_id: str
    old: str
    """A backup's id."""
    new: str
    """A backup's id, or `running`."""
    changed: bool
    unified: str
    hunks: list[HunkBody]
    complete: bool
    """False where there are more hunks than are listed; the unified text always has all."""


class Side(NamedTuple):
    name: str
    platform: str
    text: str


@get("/config/compare/{device:uuid}", guards=[viewer], opt={"reads": ("configs",)})
async def compare(
    device: FromPath[UUID],
    connect: Connect,
    commands: Do,
    kept: KeptConfigs,
    config_access: WaysToDevices,
    config_devices: ReadConfigs,
    backup_id: FromQuery[UUID | None] = None,
    against: Annotated[
        str, QueryParameter(max_length=40, description="`running`, or the id of a backup of this device")
    ] = RUNNING,
) -> Comparison:
    """Without `backup_id`: the last backup. Against `running` the device is read now, which may take a while."""
    old = await _old(connect, kept, device, backup_id)
    token = kept.token(str(device))
    if against == RUNNING:

        def known(text: str) -> bool:
            return content_address(old.platform, text, token) == old_content

        old_content = await kept.content(str(device), old.platform, old.text)
        running = await running_config(
            device,
            connect=connect,
            config_access=config_access,
            config_devices=config_devices,
            commands=commands,
            known=known,
            purpose="config compare",
        )
        new = Side(RUNNING, running.platform, running.text)
    else:
        new = await _side(kept, await _of_device(connect, device, against))
    return await asyncio.to_thread(comparison, str(device), old, new, token)


def comparison(device_id: str, old: Side, new: Side, token: SecretToken) -> Comparison:
    """Both sides as they may be shown, and what differs."""
    was = mask(old.platform, normalise(old.platform, old.text), token)
    now = mask(new.platform, normalise(new.platform, new.text), token)
    found = hunks(new.platform, was, now)
    return Comparison(
        device_id=device_id,
        old=old.name,
        new=new.name,
        changed=was != now,
        unified=unified(was, now, old.name, new.name),
        hunks=[
            HunkBody(
                section=list(each.section),
                removed=list(each.removed),
                added=list(each.added),
                old_line=each.old_line,
                new_line=each.new_line,
            )
            for each in found[:MOST_HUNKS]
        ],
        complete=len(found) <= MOST_HUNKS,
    )


async def _old(connect: Connect, kept: KeptConfigs, device: UUID, backup_id: UUID | None) -> Side:
    if backup_id is not None:
        return await _side(kept, await _of_device(connect, device, str(backup_id)))
    async with connect() as conn:
        found = await config_queries.backups(conn, limit=1, device_id=str(device))
    if not found:
        raise NotFound("this device has no backup yet; make one first", code="BACKUP_NOT_FOUND")
    return await _side(kept, found[0])


async def _of_device(connect: Connect, device: UUID, backup_id: str) -> BackupRow:
    try:
        row = await backup_row(connect, UUID(backup_id))
    except ValueError:
        raise Invalid(f"against is `{RUNNING}` or the id of a backup", field="against") from None
    if row.device_id != str(device):
        raise NotFound("this device has no such backup", code="BACKUP_NOT_FOUND")
    return row


async def _side(kept: KeptConfigs, row: BackupRow) -> Side:
    return Side(row.id, row.platform, await kept.read(row.device_id, row.content))


ROUTER = Router("/", route_handlers=[compare], tags=["configurations"])
