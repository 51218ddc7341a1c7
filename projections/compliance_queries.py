"""What is to be evaluated: the last stored configuration of devices, of those named or of those due."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A device with its last stored configuration. `scope` tells another set of policies, labels or platform."""

    device_id: str
    name: str
    labels: list[str]
    platform: str
    content: str
    backup_id: str
    at: str
    scope: str = ""


_SCOPE = """md5(concat_ws('|', (SELECT max(position) FROM policies.policies), b.platform, array_to_string(d.labels, '|')))"""
_SUBJECTS = f"""
SELECT json_build_object('device_id', d.id, 'name', d.name, 'labels', d.labels, 'platform', b.platform,
    'content', b.content, 'backup_id', b.id, 'at', b.at, 'scope', {_SCOPE})::text
FROM configs.devices c JOIN configs.backups b ON b.id = c.latest_id
JOIN inventory.devices d ON d.id = c.device_id AND d.state = 'active'
"""
_subjects = msgspec.json.Decoder(Subject)


async def stored(conn: AsyncConnection[Any], device_ids: Sequence[str]) -> list[Subject]:
    """Of these devices, those that have a stored configuration."""
    cursor = await conn.execute(
        f"{_SUBJECTS} WHERE d.id = ANY(%s::uuid[]) ORDER BY d.sort_key, d.id", (list(device_ids),)
    )
    return [_subjects.decode(row[0]) for row in await cursor.fetchall()]


async def due(conn: AsyncConnection[Any], *, interval_s: int, limit: int) -> list[Subject]:
    """Devices whose configuration, labels or policies are others than at the last check, and those not checked for so
    long; 0: however long."""
    cursor = await conn.execute(
        f"{_SUBJECTS} LEFT JOIN work.compliance_checks k ON k.device_id = d.id"
        f" WHERE k.device_id IS NULL OR k.content <> b.content OR k.scope <> {_SCOPE}"
        " OR (%(interval)s > 0 AND k.checked_at < now() - make_interval(secs => %(interval)s))"
        " ORDER BY k.checked_at NULLS FIRST, d.id LIMIT %(limit)s",
        {"interval": interval_s, "limit": limit},
    )
    return [_subjects.decode(row[0]) for row in await cursor.fetchall()]


async def checked(conn: AsyncConnection[Any], subject: Subject, *, error: str = "") -> None:
    """Notes that this configuration was evaluated under these policies."""
    await conn.execute(
        "INSERT INTO work.compliance_checks AS k (device_id, content, scope, checked_at, error)"
        " VALUES (%s, %s, %s, now(), %s) ON CONFLICT (device_id) DO UPDATE"
        " SET content = excluded.content, scope = excluded.scope, checked_at = now(), error = excluded.error",
        (subject.device_id, subject.content, subject.scope, error),
    )


async def departed(conn: AsyncConnection[Any], *, limit: int) -> list[str]:
    """Devices with findings that are no longer in the inventory."""
    cursor = await conn.execute(
        "SELECT DISTINCT f.device_id::text FROM findings.findings f WHERE f.state <> 'closed'"
        " AND EXISTS (SELECT FROM inventory.devices d WHERE d.id = f.device_id AND d.state <> 'active') LIMIT %s",
        (limit,),
    )
    return [row[0] for row in await cursor.fetchall()]
