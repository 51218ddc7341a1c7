"""Asks the inventory for pairs of records that may be of one device."""

from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.device_identity import Known, Run

MOST_SHARED = 4
"""What more records than this have in common, such as a name from the factory, says nothing."""

_PAIRS = """
WITH active AS (SELECT * FROM inventory.devices WHERE state = 'active'),
keys AS (
    SELECT id, unnest(identities) AS key FROM active
    UNION SELECT id, 'name:' || lower(name) FROM active WHERE name <> '' AND NOT name = ANY(addresses)
    UNION SELECT id, 'address:' || site || ' ' || unnest(addresses) FROM active
),
shared AS (SELECT array_agg(id ORDER BY id) AS ids FROM keys GROUP BY key HAVING count(*) BETWEEN 2 AND %(most)s),
pairs AS (SELECT one, other, count(*) AS kinds FROM shared, unnest(ids) one, unnest(ids) other WHERE one < other GROUP BY 1, 2),
chosen AS (
    SELECT p.* FROM pairs p JOIN active a ON a.id = p.one JOIN active b ON b.id = p.other
    WHERE NOT p.other::text = ANY(a.apart) AND NOT p.one::text = ANY(b.apart)
    ORDER BY kinds DESC, one, other LIMIT %(limit)s
)
SELECT json_build_array(l.record, r.record)::text FROM chosen c, {one} l, {other} r
"""
_RECORD = """
LATERAL (SELECT json_build_object('id', d.id, 'name', d.name, 'address', d.address, 'addresses', d.addresses,
    'vendor', d.vendor, 'model', d.model, 'serial', d.serial, 'status', d.status, 'site', d.site,
    'identities', d.identities, 'identified', d.identified, 'apart', d.apart, 'first_seen', d.first_seen,
    'last_seen', s.last_seen, 'seen_at', extract(epoch FROM s.last_seen), 'uptime_s', s.uptime_s) AS record
    FROM inventory.devices d LEFT JOIN work.sightings s ON s.device_id = d.id WHERE d.id = c.{side})
"""


class AlikeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One of a pair."""

    id: str
    name: str
    address: str
    addresses: tuple[str, ...]
    vendor: str
    model: str
    serial: str
    status: str
    site: str
    identities: tuple[str, ...]
    identified: bool
    apart: tuple[str, ...]
    first_seen: str
    last_seen: str | None
    seen_at: float | None
    uptime_s: float | None

    def as_known(self) -> Known:
        run = None
        if self.seen_at is not None and self.uptime_s is not None:
            run = Run(since=self.seen_at - self.uptime_s, until=self.seen_at)
        return Known(
            id=self.id,
            site=self.site,
            addresses=self.addresses,
            identities=self.identities,
            identified=self.identified,
            apart=self.apart,
            run=run,
        )


async def alike(conn: AsyncConnection[Any], *, limit: int) -> list[tuple[AlikeRecord, AlikeRecord]]:
    """Pairs of active records with an identity, a name or an address in common; those with most in common first."""
    query = _PAIRS.format(one=_RECORD.format(side="one"), other=_RECORD.format(side="other"))
    rows = await conn.execute(query, {"limit": limit, "most": MOST_SHARED})
    return [
        msgspec.json.decode(text, type=tuple[AlikeRecord, AlikeRecord]) for (text,) in await rows.fetchall()
    ]
