"""Questions about routers: which there are and how to log in to them, and what their owners last saw of them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.router_ports import RouterConnection
from domain.router_reads import ActiveUser, RouterHealth

_ROUTERS = """
inventory.devices d WHERE d.state = 'active' AND (
    EXISTS (SELECT 1 FROM accounts.credentials c WHERE c.kind = 'routeros' AND c.id::text = ANY(d.credential_ids))
    OR (d.os = 'routeros' AND EXISTS (SELECT 1 FROM accounts.credentials c WHERE c.kind = 'routeros')))
"""


STALE_S = 90
"""What an owner reads every half minute and is older than this was read by an earlier one."""


class KnownRouter(msgspec.Struct, frozen=True, kw_only=True):
    """A router to be connected to. `credential_ids` are to be tried in this order."""

    id: str
    name: str
    address: str
    credential_ids: tuple[str, ...]
    labels: tuple[str, ...] = ()
    speaks_snmp: bool = False


class RouterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A router as a list shows it. `connection` is connecting, too, while no worker owns the router."""

    id: str
    name: str
    address: str
    site: str
    model: str
    os_version: str
    connection: str
    since: str | None
    latency_ms: float | None
    last_error: str
    last_error_code: str
    last_error_at: str | None
    circuit: str
    failures: int
    logins: int
    owner: str
    credential_id: str | None
    active_users: int | None
    synced_at: str | None


class RouterCache(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner last saw, and how many seconds ago."""

    id: str
    name: str
    health: RouterHealth | None = None
    health_age_s: float | None = None
    active: tuple[ActiveUser, ...] | None = None
    active_age_s: float | None = None
    synced_age_s: float | None = None


async def known(conn: AsyncConnection[Any]) -> list[KnownRouter]:
    """All routers. The credential that worked last comes first; those assigned to the device shut out all others."""
    cursor = await conn.execute(
        "SELECT json_build_object('id', d.id, 'name', d.name, 'address', d.address, 'labels', d.labels,"
        " 'speaks_snmp', d.access_id <> '', 'credential_ids',"
        " (SELECT coalesce(json_agg(c.id ORDER BY (c.id::text = r.credential_id) DESC NULLS LAST, c.created_at, c.id),"
        " '[]') FROM accounts.credentials c WHERE c.kind = 'routeros' AND (c.id::text = ANY(d.credential_ids)"
        " OR NOT EXISTS (SELECT 1 FROM accounts.credentials a WHERE a.kind = 'routeros'"
        " AND a.id::text = ANY(d.credential_ids)))))::text"
        f" FROM (SELECT * FROM {_ROUTERS}) d LEFT JOIN work.routers r ON r.router_id = d.id ORDER BY d.id"
    )
    return [msgspec.json.decode(row[0], type=KnownRouter) for row in await cursor.fetchall()]


async def credential_versions(conn: AsyncConnection[Any]) -> dict[str, int]:
    """Position of the last change of each credential for routers."""
    cursor = await conn.execute("SELECT id::text, position FROM accounts.credentials WHERE kind = 'routeros'")
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def connected(conn: AsyncConnection[Any], router_ids: Sequence[str]) -> set[str]:
    """Those of these routers whose owner is connected to them."""
    cursor = await conn.execute(
        "SELECT r.router_id::text FROM work.routers r JOIN work.router_leases l USING (router_id)"
        " WHERE r.router_id = ANY(%s::uuid[]) AND r.connection->>'state' = 'connected' AND l.expires_at >= now()",
        (list(router_ids),),
    )
    return {row[0] for row in await cursor.fetchall()}


_LIST = f"""
SELECT d.id::text, d.name, d.address, d.site, d.model, d.os_version, r.connection::text, l.owner, r.credential_id,
       jsonb_array_length(r.active), to_json(r.synced_at) #>> '{{}}'
FROM (SELECT * FROM {_ROUTERS}) d
LEFT JOIN work.routers r ON r.router_id = d.id
LEFT JOIN work.router_leases l ON l.router_id = d.id AND l.expires_at >= now()
"""


async def listed(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    after: tuple[str, str] | None = None,
    q: str | None = None,
    connection: str | None = None,
    router_id: str | None = None,
) -> list[RouterRow]:
    """By name; `after` is (lower-case name, id) of the last one seen."""
    cursor = await conn.execute(
        _LIST + " WHERE (%(id)s::uuid IS NULL OR d.id = %(id)s::uuid)"
        " AND (%(q)s::text IS NULL OR strpos(lower(d.name || ' ' || d.address), lower(%(q)s)) > 0)"
        " AND (%(connection)s::text IS NULL OR %(connection)s ="
        "      CASE WHEN l.owner IS NULL THEN 'connecting' ELSE coalesce(r.connection->>'state', 'connecting') END)"
        " AND (%(after_id)s::uuid IS NULL OR (d.sort_key, d.id) > (%(after_name)s, %(after_id)s::uuid))"
        " ORDER BY d.sort_key, d.id LIMIT %(limit)s",
        {
            "id": router_id,
            "q": q,
            "connection": connection,
            "after_name": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        },
    )
    return [_row(*row) for row in await cursor.fetchall()]


def _row(
    id: str,
    name: str,
    address: str,
    site: str,
    model: str,
    os_version: str,
    noted: str | None,
    owner: str | None,
    credential_id: str | None,
    active_users: int | None,
    synced_at: str | None,
) -> RouterRow:
    seen = msgspec.json.decode(noted, type=RouterConnection) if noted else None
    shown: dict[str, Any] = {"connection": "connecting", "since": None, "latency_ms": None}
    if seen is not None and owner:
        shown = {"connection": seen.state, "since": seen.since.isoformat(), "latency_ms": seen.latency_ms}
    return RouterRow(
        id=id,
        name=name,
        address=address,
        site=site,
        model=model,
        os_version=os_version,
        last_error=seen.last_error if seen else "",
        last_error_code=seen.last_error_code if seen else "",
        last_error_at=seen.last_error_at.isoformat() if seen and seen.last_error_at else None,
        circuit=seen.circuit if seen else "closed",
        failures=seen.failures if seen else 0,
        logins=seen.logins if seen else 0,
        owner=owner or "",
        credential_id=credential_id,
        active_users=active_users,
        synced_at=synced_at,
        **shown,
    )


async def cached(conn: AsyncConnection[Any], *, router_id: str | None = None) -> list[RouterCache]:
    """What the owners last saw, of one router or of all."""
    cursor = await conn.execute(
        "SELECT json_build_object('id', d.id, 'name', d.name, 'health', r.health, 'health_age_s',"
        " extract(epoch FROM now() - r.health_at)::float8, 'active', r.active, 'active_age_s',"
        " extract(epoch FROM now() - r.active_at)::float8, 'synced_age_s',"
        " extract(epoch FROM now() - r.synced_at)::float8)::text"
        f" FROM (SELECT * FROM {_ROUTERS}) d LEFT JOIN work.routers r ON r.router_id = d.id"
        " WHERE (%(id)s::uuid IS NULL OR d.id = %(id)s::uuid) ORDER BY d.sort_key, d.id",
        {"id": router_id},
    )
    return [msgspec.json.decode(row[0], type=RouterCache) for row in await cursor.fetchall()]


class Warmth(msgspec.Struct, frozen=True, kw_only=True):
    """How many routers there are, are connected, and are not known yet since their owner began."""

    known: int = 0
    connected: int = 0
    cold: int = 0


async def warmth(conn: AsyncConnection[Any]) -> Warmth:
    """A router is cold until somebody owns it and has tried it, and, where it is connected, has read who is online."""
    cursor = await conn.execute(
        "SELECT count(*), count(*) FILTER (WHERE l.router_id IS NOT NULL AND r.connection->>'state' = 'connected'),"
        " count(*) FILTER (WHERE l.router_id IS NULL OR r.connection IS NULL"
        "   OR r.connection->>'state' = 'connecting' OR (r.connection->>'state' = 'connected'"
        "     AND coalesce(r.active_at < now() - make_interval(secs => %s), true)))"
        f" FROM (SELECT * FROM {_ROUTERS}) d LEFT JOIN work.routers r ON r.router_id = d.id"
        " LEFT JOIN work.router_leases l ON l.router_id = d.id AND l.expires_at >= now()",
        (STALE_S,),
    )
    row = await cursor.fetchone()
    return Warmth(known=row[0], connected=row[1], cold=row[2]) if row else Warmth()
