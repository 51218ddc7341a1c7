"""Questions to the inventory: pages, one device, who answers where, counts and the map; now or as of then."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection


class AsOf(msgspec.Struct, frozen=True):
    """A moment: a position in the ledger, or a time (RFC 3339)."""

    position: int | None = None
    at: str | None = None


class DeviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One device as a list shows it."""

    id: str
    address: str
    addresses: list[str]
    name: str
    mac: str
    vendor: str
    model: str
    os: str
    os_name: str
    os_version: str
    serial: str
    type: str
    status: str
    status_since: str
    site: str
    labels: list[str]
    owner: str
    state: str
    first_seen: str
    changed_at: str
    last_seen: str | None = None


class DeviceDetail(DeviceRow, frozen=True, kw_only=True):
    """One device with all that is known of it."""

    given_name: str
    sys_name: str
    sys_descr: str
    sys_object_id: str
    contact: str
    location: str
    engine_id: str
    chassis_id: str
    identities: list[str]
    chassis: list[dict[str, Any]]
    notes: str
    credential_ids: list[str]
    depends_on: list[str] = []
    access_id: str
    identified: bool
    merged_into: str
    position: int
    uptime_s: float | None = None
    rtt_ms: float | None = None


_NOW = "SELECT * FROM inventory.devices"
THEN = """
SELECT r.* FROM (SELECT DISTINCT ON (id) row FROM inventory.history
    WHERE position <= %(as_of_position)s AND at <= %(as_of_at)s::timestamptz ORDER BY id, position DESC) h,
    jsonb_populate_record(NULL::inventory.devices, h.row) r
"""
"""Every device as it was."""
LISTED = tuple(field for field in DeviceRow.__struct_fields__ if field != "last_seen")
"""What a list shows of a device; when it was seen last is not in the ledger."""
_LISTED_THEN = f"(SELECT row_to_json(l) FROM (SELECT {', '.join(f'd.{field}' for field in LISTED)}) l)"
_FILTERS: Mapping[str, str] = {
    "status": "d.status = %(status)s",
    "vendor": "lower(d.vendor) = lower(%(vendor)s)",
    "type": "d.type = %(type)s",
    "site": "d.site = %(site)s",
    "label": "%(label)s = ANY(d.labels)",
    "q": "strpos(lower(concat_ws(' ', d.name, d.sys_name, d.vendor, d.model, d.os_name, d.os_version, d.serial, d.mac,"
    " d.location, d.owner, array_to_string(d.addresses, ' '))), lower(%(q)s)) > 0",
}
_MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')"""
SORTS: Mapping[str, str] = {
    "name": "d.sort_key",
    # numbers of an IPv4 address by their value; names and IPv6 after them
    "address": "CASE WHEN d.address ~ '^[0-9]+(\\.[0-9]+){3}$' THEN (SELECT string_agg(lpad(part, 3, '0'), '.' ORDER BY nth)"
    " FROM regexp_split_to_table(d.address, '\\.') WITH ORDINALITY AS p(part, nth)) ELSE '~' || lower(d.address) END",
    "status": "d.status",
    "vendor": "lower(d.vendor)",
    "model": "lower(d.model)",
    "os": "lower(d.os_name || ' ' || d.os_version)",
    "serial": "lower(d.serial)",
    "type": "d.type",
    "site": "lower(d.site)",
    "owner": "lower(d.owner)",
    "status_since": _MOMENT.format("d.status_since"),
    "first_seen": _MOMENT.format("d.first_seen"),
    "changed_at": _MOMENT.format("d.changed_at"),
    "last_seen": f"coalesce({_MOMENT.format('s.last_seen')}, '')",
}
"""What a list can be ordered by, as text that orders alike byte by byte."""
_rows = msgspec.json.Decoder(list[DeviceRow])


def parameters(as_of: AsOf) -> dict[str, Any]:
    """Of `THEN`."""
    return {
        "as_of_position": as_of.position if as_of.position is not None else 2**62,
        "as_of_at": as_of.at or "infinity",
    }


def _source(as_of: AsOf | None) -> tuple[str, dict[str, Any]]:
    if as_of is None:
        return f"({_NOW}) d", {}
    return f"({THEN}) d", parameters(as_of)


def _where(filters: Mapping[str, str | None]) -> tuple[str, dict[str, Any]]:
    """Only what is asked for, so that the plan of each kind of question can be kept."""
    given = {name: value for name, value in filters.items() if value}
    return " AND ".join(["WHERE d.state = 'active'", *(_FILTERS[name] for name in given)]), given


async def page(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    after: tuple[str, str] | None = None,
    as_of: AsOf | None = None,
    **filters: str | None,
) -> list[DeviceRow]:
    """Active devices by name; `after` is (lower-case name, id) of the last one seen."""
    source, values = _source(as_of)
    where, given = _where(filters)
    if after:
        # Behind a SELECT the values say nothing to the planner, which then keeps one plan for all pages.
        where += " AND (d.sort_key, d.id) > ((SELECT %(after_name)s), (SELECT %(after_id)s::uuid))"
        given |= {"after_name": after[0], "after_id": after[1]}
    # One value for the whole page: a row each costs more in the driver than the page in PostgreSQL. The limit is part of
    # the statement, since PostgreSQL keeps no plan where it cannot see how few rows are wanted.
    found = await conn.execute(
        "SELECT '[' || string_agg(listed::text, ',') || ']', json_agg(last_seen)::text"
        f" FROM (SELECT {_LISTED_THEN if as_of else 'd.listed'} AS listed, s.last_seen FROM {source}"
        f" LEFT JOIN work.sightings s ON s.device_id = d.id {where}"
        f" ORDER BY d.sort_key, d.id LIMIT {limit:d}) page",
        {**values, **given},
    )
    listed, seen = await found.fetchone() or (None, None)
    if listed is None or seen is None:
        return []
    times: list[str | None] = msgspec.json.decode(seen)
    return [
        msgspec.structs.replace(row, last_seen=at) if at else row
        for row, at in zip(_rows.decode(listed), times, strict=True)
    ]


async def sorted_page(
    conn: AsyncConnection[Any],
    sort: str,
    *,
    limit: int,
    after: tuple[str, str] | None = None,
    as_of: AsOf | None = None,
    **filters: str | None,
) -> list[tuple[str, DeviceRow]]:
    """Active devices by `sort`, one of SORTS, descending with a leading "-"; each with its place in that order.

    `after` is (place, id) of the last one seen.
    """
    down = sort.startswith("-")
    direction, beyond = ("DESC", "<") if down else ("ASC", ">")
    source, values = _source(as_of)
    where, given = _where(filters)
    if after:
        given |= {"after_place": after[0], "after_id": after[1]}
    found = await conn.execute(
        f'SELECT place, listed::text, last_seen::text FROM (SELECT {SORTS[sort.lstrip("-")]} COLLATE "C" AS place, d.id,'
        f" {_LISTED_THEN if as_of else 'd.listed'} AS listed, to_json(s.last_seen) #>> '{{}}' AS last_seen FROM {source}"
        f" LEFT JOIN work.sightings s ON s.device_id = d.id {where}) listed_devices"
        + (f" WHERE (place, id) {beyond} (%(after_place)s, %(after_id)s::uuid)" if after else "")
        + f" ORDER BY place {direction}, id {direction} LIMIT {limit:d}",
        {**values, **given},
    )
    rows = [
        (place, msgspec.json.decode(listed, type=DeviceRow), seen)
        for place, listed, seen in await found.fetchall()
    ]
    return [
        (place, msgspec.structs.replace(row, last_seen=seen) if seen else row) for place, row, seen in rows
    ]


async def count(conn: AsyncConnection[Any], *, as_of: AsOf | None = None, **filters: str | None) -> int:
    source, values = _source(as_of)
    where, given = _where(filters)
    rows = await conn.execute(f"SELECT count(*) FROM {source} {where}", {**values, **given})
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def one(conn: AsyncConnection[Any], device_id: str) -> DeviceDetail | None:
    """The device as it is, in whatever state its record is."""
    rows = await conn.execute(
        "SELECT (to_jsonb(d) || jsonb_build_object('last_seen', s.last_seen, 'uptime_s', s.uptime_s, 'rtt_ms',"
        " s.rtt_ms))::text FROM inventory.devices d LEFT JOIN work.sightings s ON s.device_id = d.id WHERE d.id = %s",
        (device_id,),
    )
    row = await rows.fetchone()
    return msgspec.json.decode(row[0], type=DeviceDetail) if row else None


async def one_as_of(conn: AsyncConnection[Any], device_id: str, as_of: AsOf) -> DeviceDetail | None:
    """The device's own row as it was; None where it was not known yet."""
    rows = await conn.execute(
        "SELECT row::text FROM inventory.history WHERE id = %s AND position <= %s AND at <= %s::timestamptz"
        " ORDER BY position DESC LIMIT 1",
        (device_id, as_of.position if as_of.position is not None else 2**62, as_of.at or "infinity"),
    )
    row = await rows.fetchone()
    return msgspec.json.decode(row[0], type=DeviceDetail) if row else None


async def interfaces(
    conn: AsyncConnection[Any],
    *,
    device_id: str | None = None,
    limit: int,
    after: tuple[str, int] | None = None,
) -> list[dict[str, Any]]:
    """Interfaces of one device or of all active ones, by device and ifIndex."""
    rows = await conn.execute(
        "SELECT (to_jsonb(i) || jsonb_build_object('device_name', d.name))::text"
        " FROM inventory.interfaces i JOIN inventory.devices d ON d.id = i.device_id"
        " WHERE (%(device_id)s::uuid IS NULL OR i.device_id = %(device_id)s::uuid) AND d.state = 'active'"
        " AND (i.device_id, i.if_index) > (%(after_id)s::uuid, %(after_index)s)"
        " ORDER BY i.device_id, i.if_index LIMIT %(limit)s",
        {
            "device_id": device_id,
            "limit": limit,
            "after_id": after[0] if after else "00000000-0000-0000-0000-000000000000",
            "after_index": after[1] if after else -1,
        },
    )
    return [msgspec.json.decode(row[0]) for row in await rows.fetchall()]


async def interfaces_of(conn: AsyncConnection[Any], device_id: str, *, limit: int) -> list[dict[str, Any]]:
    """One device's interfaces, whatever the state of its record."""
    rows = await conn.execute(
        "SELECT to_jsonb(i)::text FROM inventory.interfaces i WHERE device_id = %s ORDER BY if_index LIMIT %s",
        (device_id, limit),
    )
    return [msgspec.json.decode(row[0]) for row in await rows.fetchall()]


async def neighbours(conn: AsyncConnection[Any], device_id: str) -> list[dict[str, Any]]:
    rows = await conn.execute(
        "SELECT neighbour::text FROM inventory.neighbours WHERE device_id = %s ORDER BY link", (device_id,)
    )
    return [msgspec.json.decode(row[0]) for row in await rows.fetchall()]


async def summary(conn: AsyncConnection[Any]) -> dict[str, Any]:
    """Counts of active devices by status, vendor and type."""
    result: dict[str, Any] = {"total": await count(conn)}
    for column in ("status", "vendor", "type", "site"):
        rows = await conn.execute(
            f"SELECT {column}, count(*) FROM inventory.devices WHERE state = 'active' GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        result[f"by_{column}"] = {name or "unknown": number for name, number in await rows.fetchall()}
    return result


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A device that an observation may be about."""

    id: str
    site: str
    state: str
    addresses: list[str]
    identities: list[str]
    identified: bool
    name: str
    access_id: str = ""
    status: str = "unknown"
    apart: list[str] = []
    sys_descr: str = ""
    sys_object_id: str = ""


async def known_accesses(conn: AsyncConnection[Any], site: str, addresses: Sequence[str]) -> dict[str, str]:
    """Which credential worked last time at each of these addresses."""
    rows = await conn.execute(
        "SELECT a.address, d.access_id FROM inventory.devices d, unnest(d.addresses) AS a (address)"
        " WHERE d.site = %s AND d.access_id <> '' AND d.addresses && %s::text[] AND a.address = ANY(%s::text[])",
        (site, list(addresses), list(addresses)),
    )
    return dict(await rows.fetchall())


async def candidates(
    conn: AsyncConnection[Any], site: str, addresses: Sequence[str], identities: Sequence[str]
) -> list[Candidate]:
    """Devices at the site that share an address or an identity, the oldest first, the removed among them, the merged
    not. Without a site also those of named sites, by identity alone: the same address at two sites is two devices."""
    rows = await conn.execute(
        "SELECT (to_jsonb(d) || jsonb_build_object('status', reachability))::text FROM inventory.devices d WHERE state <> 'merged'"
        " AND (identities && %(identities)s::text[] AND (site = %(site)s OR %(site)s = '')"
        "   OR addresses && %(addresses)s::text[] AND site = %(site)s) ORDER BY first_seen, id",
        {"site": site, "addresses": list(addresses), "identities": list(identities)},
    )
    return [msgspec.json.decode(row[0], type=Candidate) for row in await rows.fetchall()]


async def unseen_devices(conn: AsyncConnection[Any], site: str, operation_id: str) -> list[Candidate]:
    """Active devices of the site, not known to be down, that no probe saw since the operation was requested."""
    rows = await conn.execute(
        "SELECT (to_jsonb(d) || jsonb_build_object('status', reachability))::text FROM inventory.devices d"
        " WHERE site = %s AND state = 'active' AND reachability <> 'down'"
        " AND NOT EXISTS (SELECT 1 FROM work.sightings s JOIN operations.operations o ON o.id = %s::uuid"
        " WHERE s.device_id = d.id AND s.last_seen >= o.requested_at)",
        (site, operation_id),
    )
    return [msgspec.json.decode(row[0], type=Candidate) for row in await rows.fetchall()]


async def named(conn: AsyncConnection[Any], device_ids: Sequence[str]) -> dict[str, str]:
    """Display names by id."""
    rows = await conn.execute(
        "SELECT id::text, name FROM inventory.devices WHERE id = ANY(%s::uuid[])", (list(device_ids),)
    )
    return dict(await rows.fetchall())


async def device_names(conn: AsyncConnection[Any], device_ids: Collection[str]) -> dict[str, str]:
    """The names that these devices have now."""
    if not device_ids:
        return {}
    query = "SELECT id::text, name FROM inventory.devices WHERE id = ANY(%s::uuid[])"
    return dict(await (await conn.execute(query, (sorted(device_ids),))).fetchall())
