"""Questions of the pollers: which devices there are to poll, and how to reach them."""

from typing import Any

import msgspec
from psycopg import AsyncConnection


class PolledDevice(msgspec.Struct, frozen=True, kw_only=True):
    """`accesses` are credentials for SNMP to try, that which worked last first, each with the position of its last
    change."""

    id: str
    addresses: tuple[str, ...]
    labels: tuple[str, ...]
    status: str
    accesses: tuple[tuple[str, int], ...] = ()
    echoes: bool = False
    """Whether it ever answered an echo request."""
    speaks_snmp: bool = False
    router: bool = False


_decoder = msgspec.json.Decoder(list[PolledDevice])
_DEVICES = """
SELECT coalesce(json_agg(json_build_object(
    'id', d.id, 'addresses', d.addresses, 'labels', d.labels, 'status', d.status,
    'echoes', s.rtt_ms IS NOT NULL, 'speaks_snmp', d.access_id <> '', 'router', r.router_id IS NOT NULL,
    'accesses', (SELECT coalesce(json_agg(json_build_array(c.id, c.position)
                                          ORDER BY c.id::text = d.access_id DESC, c.created_at, c.id), '[]')
                 FROM accounts.credentials c WHERE c.kind LIKE 'snmp%%'
                 AND (c.id::text = d.access_id OR c.id::text = ANY(d.credential_ids)))
)), '[]')::text
FROM inventory.devices d
LEFT JOIN work.sightings s ON s.device_id = d.id
LEFT JOIN work.routers r ON r.router_id = d.id
WHERE d.state = 'active'
"""


async def version(conn: AsyncConnection[Any]) -> tuple[int, ...]:
    """Changes whenever the answer of `devices` may have."""
    cursor = await conn.execute(
        "SELECT (SELECT coalesce(max(position), 0) FROM inventory.devices),"
        " (SELECT count(*) FROM inventory.devices WHERE state = 'active'),"
        " (SELECT coalesce(max(position), 0) FROM accounts.credentials), (SELECT count(*) FROM accounts.credentials),"
        " (SELECT count(*) FROM work.routers)"
    )
    row = await cursor.fetchone()
    return tuple(row) if row else ()


async def devices(conn: AsyncConnection[Any]) -> list[PolledDevice]:
    """All active ones."""
    cursor = await conn.execute(_DEVICES)
    row = await cursor.fetchone()
    return _decoder.decode(row[0]) if row else []


async def connected_router(conn: AsyncConnection[Any], device_id: str) -> bool:
    """Whether a worker that lives holds a connection to the router."""
    cursor = await conn.execute(
        "SELECT 1 FROM work.routers r JOIN work.router_leases l USING (router_id)"
        " WHERE r.router_id = %s AND r.connection->>'state' = 'connected' AND l.expires_at >= now()",
        (device_id,),
    )
    return await cursor.fetchone() is not None
