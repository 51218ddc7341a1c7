"""Backups of configurations: made on demand, listed, read with secrets masked, tagged."""

from typing import Annotated, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.as_of import AsOfParam, moment
from api.caller import engineer, viewer
from api.commands import Accepted
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do, KeptConfigs
from domain.config import CONFIG, config_id
from domain.config_commands import Note, Tag, TagBackup
from domain.config_orders import BackupOrder, backup
from domain.errors import Invalid, NotFound
from projections import config_queries, inventory_queries
from projections.config_queries import BackupRow

SEEN = "configs"
READS = {"reads": (SEEN,)}


class BackupRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device, several, or all whose configurations are understood and for which a credential is stored."""

    device_id: UUID | None = None
    device_ids: Annotated[list[UUID], msgspec.Meta(max_length=20_000)] = []
    all: bool = False
    reason: str = ""


class BackupBody(BackupRow, frozen=True, kw_only=True):
    """A backup with its text, in which tokens stand for the secrets: equal secrets of a device have equal tokens."""

    text: str


class BackupChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays; `tag` null takes the tag away."""

    tag: Tag | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""


@post("/config/backup", guards=[engineer], status_code=202)
async def back_up(data: JSONBody[BackupRequest], commands: Do, connect: Connect) -> Response[Accepted]:
    """One operation; with several devices it tells its progress, and has a result for each."""
    wanted = list(dict.fromkeys([*([data.device_id] if data.device_id else []), *data.device_ids]))
    if bool(wanted) == data.all:
        raise Invalid("name device_id, device_ids, or all: true", field="device_id")
    ids = tuple(map(str, wanted))
    async with connect() as conn:
        known = await inventory_queries.named(conn, ids)
    for device_id in ids:
        if device_id not in known:
            raise NotFound(f"no device {device_id}", code="DEVICE_NOT_FOUND")
    order = BackupOrder(device_ids=ids, all=data.all)
    return await commands.accepted(backup(uuid4(), order, reason=data.reason))


@get("/config/backups", guards=[viewer], opt=READS)
async def list_backups(
    connect: Connect,
    device_id: FromQuery[UUID | None] = None,
    tag: FromQuery[Literal["stable", "experimental"] | None] = None,
    as_of: AsOfParam = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[BackupRow]:
    """Newest first: one for each configuration that a device was found with, however often it was read."""
    after = decode_cursor(cursor, tuple[Annotated[int, msgspec.Meta(ge=0, le=2**62)]])
    async with connect() as conn:
        rows = await config_queries.backups(
            conn,
            limit=limit + 1,
            device_id=str(device_id) if device_id else None,
            tag=tag,
            below=after[0] if after else None,
            as_of=moment(as_of),
        )
    return page_of(rows, limit, lambda row: (row.position,))


@get("/config/backups/{backup_id:uuid}", guards=[viewer], opt=READS)
async def get_backup(backup_id: FromPath[UUID], connect: Connect, kept: KeptConfigs) -> BackupBody:
    """With its text, secrets masked for everybody."""
    row = await backup_row(connect, backup_id)
    text = await kept.masked(row.device_id, row.content)
    return BackupBody(**msgspec.structs.asdict(row), text=text)


@patch("/config/backups/{backup_id:uuid}", guards=[engineer])
async def change_backup(
    backup_id: FromPath[UUID], data: JSONBody[BackupChange], commands: Do, connect: Connect
) -> Response[BackupRow]:
    """Tag and note."""
    row = await backup_row(connect, backup_id)
    tag = TagBackup(backup_id=row.id, tag=data.tag, note=data.note, reason=data.reason)
    await commands.do(CONFIG.to(config_id(row.device_id), tag), seen_by=SEEN)
    return await commands.answer(await backup_row(connect, backup_id))


async def backup_row(connect: Connect, backup_id: UUID) -> BackupRow:
    """Raises NotFound."""
    async with connect() as conn:
        row = await config_queries.backup(conn, str(backup_id))
    if row is None:
        raise NotFound("no such backup", code="BACKUP_NOT_FOUND")
    return row


ROUTER = Router(
    "/", route_handlers=[back_up, list_backups, get_backup, change_backup], tags=["configurations"]
)
