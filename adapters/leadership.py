"""Leadership by PostgreSQL's advisory locks: they end with the connection, so a dead leader leads no longer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection


class PostgresLeadership:
    """Satisfies Leadership. What a leader does must be harmless twice: a leader cut off from the database learns of
    its successor late."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    @asynccontextmanager
    async def lead(self, name: str) -> AsyncIterator[None]:
        async with await AsyncConnection.connect(
            self._conninfo, autocommit=True, application_name=f"netledger {name}"
        ) as conn:
            await conn.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (f"netledger {name}",))
            yield
