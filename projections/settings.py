"""The settings in force: one row, so that every process reads them without folding the ledger."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain import settings as domain_settings
from domain.event import Recorded
from domain.settings import Settings
from projections.tables import Key, Rows, Table, instant

SETTINGS = Table(
    "settings",
    {
        "id": "uuid",
        "values": "jsonb NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
)


class SettingsInForce:
    """Folds with the aggregate's own evolve, so that both always agree."""

    name = "settings"
    version = 1
    tables: Sequence[Table] = (SETTINGS,)
    topics: Sequence[str] = ("settings.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "settings", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        key = str(recorded.originator_id)
        row = rows.get("settings", key)
        before = msgspec.convert(row["values"], Settings) if row else Settings()
        after = domain_settings.evolve(before, recorded.event)
        rows.put(
            "settings",
            {
                "id": key,
                "values": msgspec.to_builtins(after),
                "changed_at": instant(recorded.meta.occurred_at),
                "position": recorded.position,
            },
        )


async def in_force(conn: AsyncConnection[Any]) -> Settings:
    """The settings now; defaults where nobody changed any."""
    cursor = await conn.execute('SELECT "values"::text FROM settings.settings')
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=Settings) if row else Settings()
