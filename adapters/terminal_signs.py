"""Signs of life of open terminals in PostgreSQL, by its clock."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from domain.terminal_ports import SilentTerminal

_GIVE = """
INSERT INTO work.terminals AS t (session_id, bytes_typed, bytes_shown) VALUES (%s, %s, %s)
ON CONFLICT (session_id) DO UPDATE SET seen_at = now(), signs = t.signs + 1,
    bytes_typed = excluded.bytes_typed, bytes_shown = excluded.bytes_shown
"""
_SILENT = """
SELECT session_id::text AS id, extract(epoch FROM seen_at - began_at)::float AS open_s, bytes_typed, bytes_shown, signs
FROM work.terminals WHERE seen_at < now() - make_interval(secs => %s) ORDER BY seen_at LIMIT 1000
"""


class PostgresTerminalSigns:
    """Satisfies TerminalSigns."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def give(self, session_id: str, *, typed: int, shown: int) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(_GIVE, (session_id, typed, shown))

    async def forget(self, session_id: str) -> None:
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM work.terminals WHERE session_id = %s", (session_id,))

    async def silent(self, for_s: float) -> Sequence[SilentTerminal]:
        async with (
            self._pool.connection() as conn,
            conn.cursor(row_factory=class_row(SilentTerminal)) as cursor,
        ):
            await cursor.execute(_SILENT, (for_s,))
            return await cursor.fetchall()
