"""Messages of the network in PostgreSQL: copied in batches, a partition a day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.errors import CheckViolation
from psycopg_pool import AsyncConnectionPool

from domain.network_log import NetworkLog

_DAYS_AHEAD = 2
_LOCK = 0x6C6F6773  # "logs": one worker makes and drops partitions at a time
_COPY = (
    "COPY logs.network (received_at, source, address, device_id, severity, facility, host, app, message, sent_at,"
    " trap_oid, fields) FROM STDIN"
)


class PostgresNetworkLogs:
    """Satisfies NetworkLogStore."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def add(self, logs: Sequence[NetworkLog]) -> None:
        try:
            await self._copy(logs)
        except CheckViolation:  # no partition has that day yet
            await self._make({_day(log.received_at) for log in logs})
            await self._copy(logs)

    async def _copy(self, logs: Sequence[NetworkLog]) -> None:
        async with (
            self._pool.connection() as conn,
            conn.transaction(),
            conn.cursor() as cursor,
            cursor.copy(_COPY) as copy,
        ):
            for log in logs:
                await copy.write_row(_row(log))

    async def expire(self, keep_days: int) -> int:
        today = datetime.now(UTC).date()
        await self._make({today + timedelta(days=ahead) for ahead in range(-1, _DAYS_AHEAD + 1)})
        oldest = f"day_{today - timedelta(days=keep_days):%Y%m%d}"
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            cursor = await conn.execute(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                " WHERE i.inhparent = 'logs.network'::regclass AND c.relname < %s",
                (oldest,),
            )
            gone = [row[0] for row in await cursor.fetchall()]
            for name in gone:
                await conn.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier("logs", name)))
        return len(gone)

    async def _make(self, days: set[Any]) -> None:
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            for day in sorted(days):
                await conn.execute(
                    sql.SQL(
                        "CREATE TABLE IF NOT EXISTS {} PARTITION OF logs.network FOR VALUES FROM ({}) TO ({})"
                    ).format(
                        sql.Identifier("logs", f"day_{day:%Y%m%d}"),
                        sql.Literal(f"{day} 00:00:00+00"),
                        sql.Literal(f"{day + timedelta(days=1)} 00:00:00+00"),
                    )
                )


def _row(log: NetworkLog) -> tuple[Any, ...]:
    return (
        _instant(log.received_at),
        log.source,
        log.address,
        log.device_id or None,
        log.severity,
        log.facility,
        _text(log.host),
        _text(log.app),
        _text(log.message),
        None if log.sent_at is None else _instant(log.sent_at),
        log.trap_oid,
        _text(msgspec.json.encode(log.fields).decode()) if log.fields else None,
    )


def _day(at: float) -> Any:
    return _instant(at).date()


def _instant(at: float) -> datetime:
    """A device may name any time: what PostgreSQL cannot hold is brought to its bounds."""
    return datetime.fromtimestamp(min(max(at, 0.0), 4e9), UTC)


def _text(text: str) -> str:
    """PostgreSQL's text holds no U+0000."""
    return text.replace("\0", "\ufffd").replace("\\u0000", "\\ufffd")
