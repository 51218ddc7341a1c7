"""What alerts are judged by: devices and how they hang together, alerts that stand, silences that are not over."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alert_commands import SilencedBy
from domain.alert_events import AlertRaised
from domain.alerting.gate import Standing, raised_subject
from domain.alerting.muting import SilenceInForce
from domain.alerting.scope import Traits
from projections import silences
from projections.topology import topology

_TRAITS = """
SELECT json_build_object('id', id, 'name', name, 'site', site, 'vendor', vendor, 'type', type, 'labels', labels,
    'active', state = 'active')::text, position
FROM inventory.devices WHERE position > %s ORDER BY position
"""


async def traits_after(conn: AsyncConnection[Any], position: int) -> tuple[dict[str, Traits], int]:
    """Devices whose record changed after this position, and the position they bring us to."""
    found: dict[str, Traits] = {}
    for text, changed_at in await (await conn.execute(_TRAITS, (position,))).fetchall():
        traits = msgspec.json.decode(text, type=Traits)
        found[traits.id] = traits
        position = changed_at
    return found, position


async def down_devices(conn: AsyncConnection[Any]) -> dict[str, float]:
    """Active devices that are down, and since when (seconds since the epoch)."""
    cursor = await conn.execute(
        "SELECT id::text, extract(epoch FROM status_since)::float8 FROM inventory.devices"
        " WHERE state = 'active' AND reachability = 'down'"
    )
    return dict(await cursor.fetchall())


async def links(conn: AsyncConnection[Any]) -> dict[str, set[str]]:
    """The topology, both ways."""
    both: defaultdict[str, set[str]] = defaultdict(set)
    for link in (await topology(conn)).links:
        both[link.source].add(link.target)
        both[link.target].add(link.source)
    return dict(both)


async def depends_on(conn: AsyncConnection[Any]) -> dict[str, tuple[str, ...]]:
    """Devices whose way to Netledger was set by hand."""
    cursor = await conn.execute(
        "SELECT id::text, depends_on FROM inventory.devices WHERE state = 'active' AND depends_on <> '{}'"
    )
    return {device_id: tuple(parents) for device_id, parents in await cursor.fetchall()}


async def devices_at(conn: AsyncConnection[Any], ids_or_addresses: Collection[str]) -> set[str]:
    """The active devices with these ids or addresses."""
    cursor = await conn.execute(
        "SELECT id::text FROM inventory.devices WHERE state = 'active'"
        " AND (id::text = ANY(%(names)s) OR addresses && %(names)s::text[])",
        {"names": list(ids_or_addresses)},
    )
    return {row[0] for row in await cursor.fetchall()}


async def standing(conn: AsyncConnection[Any]) -> tuple[dict[str, Standing], int]:
    """Unresolved alerts by id, and the position they are as of. Inside a transaction of one snapshot."""
    cursor = await conn.execute("SELECT position FROM projections.positions WHERE name = 'alerts'")
    row = await cursor.fetchone()
    cursor = await conn.execute(
        "SELECT id::text, coalesce(device_id::text, ''), severity, coalesce(rule_id::text, ''), source, detail::text,"
        " interface, metric, \"group\", silenced_by::text FROM alerts.alerts WHERE state <> 'resolved'"
    )
    found: dict[str, Standing] = {}
    for (
        alert_id,
        device_id,
        severity,
        rule_id,
        source,
        detail,
        interface,
        metric,
        group,
        by,
    ) in await cursor.fetchall():
        raised = AlertRaised(
            key="", severity=severity, title="", occurrence=0, device_id=device_id, source=source,
            detail=msgspec.json.decode(detail), rule_id=rule_id, interface=interface, metric=metric,
        )  # fmt: skip
        found[alert_id] = Standing(
            subject=raised_subject(raised),
            silenced_by=msgspec.json.decode(by, type=SilencedBy) if by else None,
            group=group,
        )
    return found, int(row[0]) if row else 0


async def in_maintenance(conn: AsyncConnection[Any]) -> dict[str, set[str]]:
    """Active devices in maintenance, each with the windows that say so."""
    cursor = await conn.execute(
        "SELECT id::text, maintenance FROM inventory.devices WHERE state = 'active' AND maintenance <> '{}'"
    )
    return {device_id: set(windows) for device_id, windows in await cursor.fetchall()}


async def known_alerts(conn: AsyncConnection[Any], alert_ids: Collection[str]) -> set[str]:
    """Those of these alerts that were ever raised."""
    cursor = await conn.execute(
        "SELECT id::text FROM alerts.alerts WHERE id = ANY(%s::uuid[])", (list(alert_ids),)
    )
    return {row[0] for row in await cursor.fetchall()}


async def silences_not_over(conn: AsyncConnection[Any]) -> list[SilenceInForce]:
    """Active and pending ones."""
    return [
        SilenceInForce(
            id=row.id,
            matchers=row.matchers,
            starts_at=datetime.fromisoformat(row.starts_at),
            ends_at=datetime.fromisoformat(row.ends_at),
            why=row.why,
            maintenance=row.maintenance,
        )
        for row in await silences.not_over(conn)
    ]
