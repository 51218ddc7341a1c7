"""Configurations: every backup with what is said of it, and what each device's host key and last configuration are."""

from collections.abc import Iterable, Sequence

from domain.config_events import (
    ConfigBackedUp,
    ConfigRestored,
    ConfigRestoreFailed,
    ConfigTagged,
    HostKeyAccepted,
    HostKeyChanged,
    HostKeyPinned,
)
from domain.event import Recorded
from projections.tables import Key, Row, Rows, Table, as_uuid, instant

BACKUPS = Table(
    "backups",
    {
        "id": "uuid",
        "device_id": "uuid NOT NULL",
        "content": "text NOT NULL",
        "platform": "text NOT NULL",
        "size_bytes": "bigint NOT NULL",
        "lines": "bigint NOT NULL",
        "previous_id": "uuid",
        "author_by": "text NOT NULL",
        "author_at": "text NOT NULL",
        "author_action": "text NOT NULL",
        "cause": "text NOT NULL",
        "operation_id": "uuid",
        "actor": "text NOT NULL",
        "reason": "text NOT NULL",
        "at": "timestamptz NOT NULL",
        "position": "bigint NOT NULL",
        "tag": "text",
        "note": "text NOT NULL",
        "tagged_by": "text NOT NULL",
        "tagged_at": "timestamptz",
    },
    key=("id",),
    indexes=("(device_id, position)", "(position)", "(tag, position)"),
)
TAGS = Table(
    "tags",
    {
        "backup_id": "uuid",
        "position": "bigint",
        "at": "timestamptz NOT NULL",
        "by": "text NOT NULL",
        "tag": "text",
        "note": "text NOT NULL",
    },
    key=("backup_id", "position"),
    append_only=True,
)
DEVICES = Table(
    "devices",
    {
        "record_id": "uuid",
        "device_id": "uuid",
        "host_key": "text NOT NULL",
        "host_key_at": "timestamptz",
        "presented": "text NOT NULL",
        "presented_at": "timestamptz",
        "latest_id": "uuid",
        "latest_at": "timestamptz",
        "restored_at": "timestamptz",
        "position": "bigint NOT NULL",
    },
    key=("record_id",),
    indexes=("(device_id)",),
)


class Configs:
    """A row a backup, with a history of its tags, and a row a device."""

    name = "configs"
    version = 1
    tables: Sequence[Table] = (BACKUPS, TAGS, DEVICES)
    topics: Sequence[str] = ("config.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "devices", (str(recorded.originator_id),)
        if isinstance(recorded.event, ConfigBackedUp | ConfigTagged):
            yield "backups", (recorded.event.backup_id,)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        record_id, event, at = str(recorded.originator_id), recorded.event, instant(recorded.meta.occurred_at)
        row: Row = rows.get("devices", record_id) or _new(record_id)
        match event:
            case HostKeyPinned():
                row = {
                    **row,
                    "device_id": as_uuid(event.device_id),
                    "host_key": event.host_key,
                    "host_key_at": at,
                }
            case HostKeyChanged():
                row = {**row, "presented": event.presented, "presented_at": at}
            case HostKeyAccepted():
                row = {
                    **row,
                    "device_id": as_uuid(event.device_id),
                    "host_key": event.new,
                    "host_key_at": at,
                    "presented": event.presented,
                    "presented_at": at if event.presented else None,
                }
            case ConfigBackedUp():
                rows.put("backups", _backup(recorded, event, at))
                row = {
                    **row,
                    "device_id": as_uuid(event.device_id),
                    "latest_id": event.backup_id,
                    "latest_at": at,
                }
            case ConfigTagged():
                _tag(recorded, event, at, rows)
            case ConfigRestored():
                row = {**row, "restored_at": at}
            case ConfigRestoreFailed():
                pass
            case _:
                return
        rows.put("devices", {**row, "position": recorded.position})


def _new(record_id: str) -> Row:
    return {
        "record_id": record_id,
        "device_id": None,
        "host_key": "",
        "host_key_at": None,
        "presented": "",
        "presented_at": None,
        "latest_id": None,
        "latest_at": None,
        "restored_at": None,
        "position": 0,
    }


def _backup(recorded: Recorded, event: ConfigBackedUp, at: str) -> Row:
    return {
        "id": event.backup_id,
        "device_id": as_uuid(event.device_id),
        "content": event.content,
        "platform": event.platform,
        "size_bytes": event.size_bytes,
        "lines": event.lines,
        "previous_id": as_uuid(event.previous_id),
        "author_by": event.author.by,
        "author_at": event.author.at,
        "author_action": event.author.action,
        "cause": event.cause,
        "operation_id": as_uuid(event.operation_id),
        "actor": recorded.meta.actor.name,
        "reason": recorded.meta.reason,
        "at": at,
        "position": recorded.position,
        "tag": None,
        "note": "",
        "tagged_by": "",
        "tagged_at": None,
    }


def _tag(recorded: Recorded, event: ConfigTagged, at: str, rows: Rows) -> None:
    row = rows.get("backups", event.backup_id)
    if row is None:
        return
    known = {each.field: each.new for each in event.changes if each.field in ("tag", "note")}
    by = recorded.meta.actor.name
    row = {**row, **known, "tagged_by": by, "tagged_at": at}
    rows.put("backups", row)
    rows.append(
        "tags",
        {
            "backup_id": event.backup_id,
            "position": recorded.position,
            "at": at,
            "by": by,
            "tag": row["tag"],
            "note": row["note"],
        },
    )
