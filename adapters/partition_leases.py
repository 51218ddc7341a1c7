"""Leases of telemetry's partitions in PostgreSQL: which worker does a service's work for which devices."""

from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.telemetry import PARTITIONS

LEASE_S = 6.0
"""Without renewal another worker takes over after so long, which with the pause between claims stays within 10 s."""
_LOCK = 0x7061727469  # "parti": one worker claims at a time

_GONE = """
DELETE FROM work.partition_owners WHERE service = %(service)s AND seen_at < now() - make_interval(secs => %(lease_s)s)
"""
_EXPIRED = "DELETE FROM work.partition_leases WHERE service = %(service)s AND expires_at < now()"
_HERE = """
INSERT INTO work.partition_owners VALUES (%(service)s, %(owner)s, now())
ON CONFLICT (service, owner) DO UPDATE SET seen_at = now()
"""
_SHARE = "SELECT count(*) FROM work.partition_owners WHERE service = %(service)s"
_RENEW = """
UPDATE work.partition_leases SET expires_at = now() + make_interval(secs => %(lease_s)s)
WHERE service = %(service)s AND owner = %(owner)s RETURNING partition
"""
_GIVE_UP = "DELETE FROM work.partition_leases WHERE service = %(service)s AND owner = %(owner)s AND partition = ANY(%(over)s)"
_TAKE = """
INSERT INTO work.partition_leases (service, partition, owner, expires_at)
SELECT %(service)s, p, %(owner)s, now() + make_interval(secs => %(lease_s)s)
FROM generate_series(0, %(partitions)s - 1) p
WHERE NOT EXISTS (SELECT 1 FROM work.partition_leases l WHERE l.service = %(service)s AND l.partition = p)
ORDER BY p LIMIT %(free)s
RETURNING partition
"""


class PostgresPartitionLeases:
    """Satisfies PartitionLeases for one service. Time is the database's alone, so that clocks of hosts may differ."""

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        service: str,
        *,
        partitions: int = PARTITIONS,
        lease_s: float = LEASE_S,
    ) -> None:
        self._pool = pool
        self._service = service
        self._partitions = partitions
        self._lease_s = lease_s

    async def claim(self, owner: str) -> frozenset[int]:
        """What `owner` holds from now on: renewed, taken where free, and given up beyond its fair share."""
        values: dict[str, Any] = {
            "service": self._service,
            "owner": owner,
            "lease_s": self._lease_s,
            "partitions": self._partitions,
        }
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            for statement in (_GONE, _EXPIRED, _HERE):
                await conn.execute(statement, values)
            share = await self._share(conn, values)
            held = sorted(row[0] for row in await (await conn.execute(_RENEW, values)).fetchall())
            if len(held) > share:
                await conn.execute(_GIVE_UP, {**values, "over": held[share:]})
                held = held[:share]
            elif len(held) < share:
                taken = await conn.execute(_TAKE, {**values, "free": share - len(held)})
                held += [row[0] for row in await taken.fetchall()]
        return frozenset(held)

    async def _share(self, conn: AsyncConnection[Any], values: dict[str, Any]) -> int:
        """Rounded up, so that nothing is left over."""
        row = await (await conn.execute(_SHARE, values)).fetchone()
        return -(-self._partitions // (int(row[0]) if row else 1))

    async def leave(self, owner: str) -> None:
        """Gives up everything: this worker ends."""
        values = (self._service, owner)
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("DELETE FROM work.partition_leases WHERE service = %s AND owner = %s", values)
            await conn.execute("DELETE FROM work.partition_owners WHERE service = %s AND owner = %s", values)
