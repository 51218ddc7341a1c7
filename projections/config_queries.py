"""Questions about configurations: ways into devices, backups in pages and one by one, and what ran where; now or as of then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.config_access import WaysIn
from domain.config_orders import BACKUP
from projections.inventory_queries import AsOf

_WAYS = """
SELECT jsonb_build_object(
    'device_id', d.id, 'name', d.name, 'address', d.address, 'os', d.os, 'labels', d.labels,
    'credential_ids', (
        SELECT coalesce(array_agg(c.id::text ORDER BY c.id::text = r.credential_id DESC NULLS LAST,
            c.id::text = ANY(d.credential_ids) DESC, c.kind DESC, c.created_at, c.id), '{}')
        FROM accounts.credentials c
        WHERE CASE WHEN own.any_ssh THEN c.id::text = ANY(d.credential_ids) AND c.kind IN ('ssh', 'routeros')
              ELSE c.kind = 'ssh' END)
    )::text
FROM inventory.devices d
LEFT JOIN work.config_reads r ON r.device_id = d.id
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM accounts.credentials c
    WHERE c.id::text = ANY(d.credential_ids) AND c.kind IN ('ssh', 'routeros')) AS any_ssh) own
WHERE d.state = 'active'
"""
_ways = msgspec.json.Decoder(WaysIn)


async def ways_in(conn: AsyncConnection[Any], device_ids: Sequence[str] | None = None) -> list[WaysIn]:
    """Of these active devices, or of all. The credential that opened the device last comes first, then the device's own;
    one without any of its own for a command line may be opened by every stored one of kind ssh."""
    only = " AND d.id = ANY(%s::uuid[])" if device_ids is not None else ""
    cursor = await conn.execute(
        f"{_WAYS}{only} ORDER BY d.sort_key, d.id", (list(device_ids),) if device_ids is not None else None
    )
    return [_ways.decode(row[0]) for row in await cursor.fetchall()]


class ConfigDevice(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a device's configuration: its host key, its last backup, and how the last reads went."""

    device_id: str
    name: str
    address: str
    host_key: str
    host_key_at: str | None
    presented: str
    """Another host key that the device showed and that nobody accepted: the device is not logged in to."""
    presented_at: str | None
    last_backup: str | None
    """When the configuration that it runs was first seen."""
    backup_id: str | None
    read_at: str | None
    """When it was last read, changed or not."""
    failed_at: str | None
    error: dict[str, str] | None


_DEVICES = """
SELECT jsonb_build_object(
    'device_id', d.id, 'name', d.name, 'address', d.address,
    'host_key', coalesce(c.host_key, ''), 'host_key_at', c.host_key_at,
    'presented', coalesce(c.presented, ''), 'presented_at', c.presented_at,
    'last_backup', c.latest_at, 'backup_id', c.latest_id,
    'read_at', r.read_at, 'failed_at', r.failed_at, 'error', r.error)::text
FROM inventory.devices d
LEFT JOIN configs.devices c ON c.device_id = d.id
LEFT JOIN work.config_reads r ON r.device_id = d.id
WHERE d.state = 'active'
"""
_devices = msgspec.json.Decoder(ConfigDevice)


async def devices(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    after: tuple[str, str] | None = None,
    host_key_changed: bool | None = None,
) -> list[ConfigDevice]:
    """Devices that were ever reached, or tried, by name; `after` is (lower-case name, id) of the last one seen."""
    cursor = await conn.execute(
        _DEVICES
        + " AND (c.record_id IS NOT NULL OR r.device_id IS NOT NULL)"
        + " AND (%(changed)s::bool IS NULL OR (coalesce(c.presented, '') <> '') = %(changed)s)"
        + " AND (d.sort_key, d.id) > (%(name)s, %(id)s::uuid)"
        + f" ORDER BY d.sort_key, d.id LIMIT {limit:d}",
        {
            "changed": host_key_changed,
            "name": after[0] if after else "",
            "id": after[1] if after else "00000000-0000-0000-0000-000000000000",
        },
    )
    return [_devices.decode(row[0]) for row in await cursor.fetchall()]


async def device(conn: AsyncConnection[Any], device_id: str) -> ConfigDevice | None:
    """None where the inventory has no such active device."""
    cursor = await conn.execute(_DEVICES + " AND d.id = %s", (device_id,))
    row = await cursor.fetchone()
    return _devices.decode(row[0]) if row else None


class BackupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration as the device ran it from `at` on, until the next one. Without its text."""

    id: str
    device_id: str
    device_name: str
    content: str
    """Its address: two backups with the same one say the same."""
    platform: str
    size_bytes: int
    lines: int
    previous_id: str | None
    author_by: str
    """Who changed the device, when and how, in the device's own words; empty where it cannot tell."""
    author_at: str
    author_action: str
    cause: str
    operation_id: str | None
    actor: str
    reason: str
    at: str
    position: int
    tag: str | None
    note: str
    tagged_by: str
    tagged_at: str | None


_BACKUPS = """
SELECT (to_jsonb(b) || jsonb_build_object('device_name', coalesce(d.name, '')))::text
FROM configs.backups b LEFT JOIN inventory.devices d ON d.id = b.device_id
"""
_BACKUPS_THEN = """
SELECT (to_jsonb(b) || jsonb_build_object('device_name', coalesce(d.name, ''), 'tag', t.tag, 'note', coalesce(t.note, ''),
    'tagged_by', coalesce(t.by, ''), 'tagged_at', t.at))::text
FROM configs.backups b LEFT JOIN inventory.devices d ON d.id = b.device_id
LEFT JOIN LATERAL (SELECT * FROM configs.tags t WHERE t.backup_id = b.id
    AND t.position <= %(as_of_position)s AND t.at <= %(as_of_at)s::timestamptz ORDER BY t.position DESC LIMIT 1) t ON true
"""
_backups = msgspec.json.Decoder(BackupRow)


def _then(as_of: AsOf) -> dict[str, Any]:
    position = as_of.position if as_of.position is not None else 2**62
    return {"as_of_position": position, "as_of_at": as_of.at or "infinity"}


async def backups(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    device_id: str | None = None,
    tag: str | None = None,
    below: int | None = None,
    as_of: AsOf | None = None,
) -> list[BackupRow]:
    """Newest first; `below` is the position of the last one seen."""
    tag_column = "b.tag" if as_of is None else "t.tag"
    given: dict[str, Any] = {}
    conditions = ["true"]
    if as_of is not None:
        conditions.append("b.position <= %(as_of_position)s AND b.at <= %(as_of_at)s::timestamptz")
        given |= _then(as_of)
    if device_id is not None:
        conditions.append("b.device_id = %(device_id)s")
        given["device_id"] = device_id
    if tag is not None:
        conditions.append(f"{tag_column} = %(tag)s")
        given["tag"] = tag
    if below is not None:
        conditions.append("b.position < %(below)s")
        given["below"] = below
    cursor = await conn.execute(
        f"{_BACKUPS if as_of is None else _BACKUPS_THEN} WHERE {' AND '.join(conditions)}"
        f" ORDER BY b.position DESC LIMIT {limit:d}",
        given,
    )
    return [_backups.decode(row[0]) for row in await cursor.fetchall()]


async def backup(conn: AsyncConnection[Any], backup_id: str) -> BackupRow | None:
    cursor = await conn.execute(_BACKUPS + " WHERE b.id = %s", (backup_id,))
    row = await cursor.fetchone()
    return _backups.decode(row[0]) if row else None


async def ran(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    after: str | None = None,
    as_of: AsOf | None = None,
    device_id: str | None = None,
) -> list[BackupRow]:
    """What each device ran, by device id: its last backup, until then where `as_of` is given. Only devices that are
    still in the inventory, unless it is asked for the past."""
    values = _then(as_of or AsOf())
    cursor = await conn.execute(
        "SELECT (to_jsonb(b) || jsonb_build_object('device_name', coalesce(d.name, '')))::text"
        " FROM (SELECT DISTINCT ON (device_id) * FROM configs.backups"
        " WHERE position <= %(as_of_position)s AND at <= %(as_of_at)s::timestamptz"
        " AND (%(after)s::uuid IS NULL OR device_id > %(after)s::uuid)"
        " AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s::uuid)"
        " ORDER BY device_id, position DESC) b"
        " LEFT JOIN inventory.devices d ON d.id = b.device_id"
        + ("" if as_of else " WHERE d.state = 'active'")
        + f" ORDER BY b.device_id LIMIT {limit:d}",
        {**values, "after": after, "device_id": device_id},
    )
    return [_backups.decode(row[0]) for row in await cursor.fetchall()]


class ScheduledBackups(msgspec.Struct, frozen=True):
    """How the scheduled backups stand: when the last one was requested, and whether it is under way."""

    last_at: datetime | None = None
    under_way: bool = False


async def scheduled(conn: AsyncConnection[Any]) -> ScheduledBackups:
    cursor = await conn.execute(
        "SELECT requested_at, state IN ('requested', 'running') FROM operations.operations"
        " WHERE kind = %s AND params ->> 'cause' = 'schedule' ORDER BY requested_at DESC LIMIT 1",
        (BACKUP,),
    )
    row = await cursor.fetchone()
    return ScheduledBackups(*row) if row else ScheduledBackups()


async def any_command_line_credential(conn: AsyncConnection[Any]) -> bool:
    """Whether there is any way to a command line at all."""
    cursor = await conn.execute("SELECT EXISTS (SELECT FROM accounts.credentials WHERE kind = 'ssh')")
    row = await cursor.fetchone()
    return bool(row and row[0])
