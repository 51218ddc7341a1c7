"""Questions about messages of the network, the newest first."""

from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.network_log import SEVERITIES

_SLOWEST_S = 5


class NetworkLogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `fields`: structured data by id, or a trap's variables by OID."""

    id: int
    received_at: str
    source: str
    address: str
    device_id: str | None
    device_name: str | None
    severity: str
    facility: int | None
    host: str
    app: str
    message: str
    sent_at: str | None
    trap_oid: str
    fields: dict[str, Any] | None


_decoder = msgspec.json.Decoder(NetworkLogRow)
_FILTERS = {
    "q": "strpos(lower(concat_ws(' ', l.app, l.host, l.message, l.trap_oid)), lower(%(q)s)) > 0",
    "device_id": "l.device_id = %(device_id)s::uuid",
    "address": "l.address = %(address)s",
    "source": "l.source = %(source)s",
    "severity": "l.severity <= %(severity)s",
    "since": "l.received_at >= %(since)s::timestamptz",
    "until": "l.received_at < %(until)s::timestamptz",
}


async def page(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    after: tuple[str, int] | None = None,
    severity: str | None = None,
    **filters: str | None,
) -> list[NetworkLogRow]:
    """`severity` names the least grave that is wanted; `after` is (received_at, id) of the last one seen. Raises
    psycopg.errors.QueryCanceled where a search through too much takes too long."""
    given: dict[str, Any] = {name: value for name, value in filters.items() if value}
    if severity:
        given["severity"] = SEVERITIES.index(severity)
    where = [_FILTERS[name] for name in given]
    if after is not None:
        where.append("(l.received_at, l.id) < (%(after_at)s::timestamptz, %(after_id)s)")
        given |= {"after_at": after[0], "after_id": after[1]}
    names = ", ".join(f"'{severity}'" for severity in SEVERITIES)
    async with conn.transaction():
        await conn.execute(f"SET LOCAL statement_timeout = '{_SLOWEST_S}s'")
        cursor = await conn.execute(
            "SELECT json_build_object('id', l.id, 'received_at', l.received_at, 'source', l.source, 'address', l.address,"
            f" 'device_id', l.device_id, 'device_name', d.name, 'severity', (ARRAY[{names}])[l.severity + 1],"
            " 'facility', l.facility, 'host', l.host, 'app', l.app, 'message', l.message, 'sent_at', l.sent_at,"
            " 'trap_oid', l.trap_oid, 'fields', l.fields)::text"
            " FROM logs.network l LEFT JOIN inventory.devices d ON d.id = l.device_id"
            f" {'WHERE ' + ' AND '.join(where) if where else ''}"
            f" ORDER BY l.received_at DESC, l.id DESC LIMIT {limit:d}",
            given,
        )
        return [_decoder.decode(row[0]) for row in await cursor.fetchall()]


async def devices_by_address(conn: AsyncConnection[Any]) -> dict[str, str]:
    """Which device answers at each address; the one seen last where two do."""
    cursor = await conn.execute(
        "SELECT a.address, d.id::text FROM inventory.devices d, unnest(d.addresses) AS a (address)"
        " WHERE d.state = 'active' ORDER BY d.changed_at, d.id"
    )
    return dict(await cursor.fetchall())


async def trap_users(conn: AsyncConnection[Any]) -> list[tuple[str, int]]:
    """Credentials of SNMPv3 users, each with the position of its last change."""
    cursor = await conn.execute(
        "SELECT id::text, position FROM accounts.credentials WHERE kind = 'snmp_v3' ORDER BY id"
    )
    return [(row[0], row[1]) for row in await cursor.fetchall()]
