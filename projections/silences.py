"""Silences and maintenance windows, past ones among them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alerting.scope import Matchers
from domain.event import Change, Recorded
from domain.silence import SilenceChanged, SilenceCreated, SilenceEnded, SilenceResumed
from projections.tables import Key, Rows, Table, instant

SILENCES = Table(
    "silences",
    {
        "id": "uuid",
        "ended": "boolean NOT NULL",
        "matchers": "jsonb NOT NULL",
        "starts_at": "timestamptz NOT NULL",
        "ends_at": "timestamptz NOT NULL",
        "why": "text NOT NULL",
        "maintenance": "boolean NOT NULL",
        "created_by": "text NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "ended_at": "timestamptz",
        "ended_by": "text NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=("(ends_at DESC, id)",),
)


class Silences:
    """One row a silence; whether it holds now follows from its times, which no fold can know."""

    name = "silences"
    version = 1
    tables: Sequence[Table] = (SILENCES,)
    topics: Sequence[str] = ("silence.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "silences", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        silence_id, event = str(recorded.originator_id), recorded.event
        at, by = instant(recorded.meta.occurred_at), recorded.meta.actor.name
        match event:
            case SilenceCreated():
                rows.put(
                    "silences",
                    {
                        "id": silence_id,
                        "ended": False,
                        "matchers": msgspec.to_builtins(event.matchers),
                        "starts_at": instant(event.starts_at),
                        "ends_at": instant(event.ends_at),
                        "why": event.why,
                        "maintenance": event.maintenance,
                        "created_by": by,
                        "created_at": at,
                        "ended_at": None,
                        "ended_by": "",
                        "position": recorded.position,
                    },
                )
            case SilenceChanged():
                values = {
                    change.field: _value(change)
                    for change in event.changes
                    if change.field in SILENCES.columns
                }
                rows.update("silences", silence_id, **values, position=recorded.position)
            case SilenceEnded():
                rows.update(
                    "silences", silence_id, ended=True, ended_at=at, ended_by=by, position=recorded.position
                )
            case SilenceResumed():
                rows.update(
                    "silences",
                    silence_id,
                    ended=False,
                    ended_at=None,
                    ended_by="",
                    position=recorded.position,
                )
            case _:
                pass


def _value(change: Change) -> Any:
    return instant(datetime.fromisoformat(change.new)) if change.field in SILENCES.times else change.new


class SilenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One silence; `state` is pending, active, expired, or ended before its time."""

    id: str
    state: str
    matchers: Matchers
    starts_at: str
    ends_at: str
    why: str
    maintenance: bool
    created_by: str
    created_at: str
    ended_at: str | None
    ended_by: str


_SELECT = """
SELECT (to_jsonb(s) || jsonb_build_object('state', s.state))::text FROM (
    SELECT *, CASE WHEN ended THEN 'ended' WHEN now() < starts_at THEN 'pending'
                   WHEN now() >= ends_at THEN 'expired' ELSE 'active' END AS state
    FROM silences.silences) s
"""


async def find(
    conn: AsyncConnection[Any], *, limit: int, state: str | None = None, after: tuple[str, str] | None = None
) -> list[SilenceRow]:
    """Those that end last come first; `after` is (ends_at, id) of the last one seen."""
    cursor = await conn.execute(
        _SELECT + "WHERE (%(state)s::text IS NULL OR s.state = %(state)s)"
        " AND (%(at)s::timestamptz IS NULL OR (s.ends_at, s.id) < (%(at)s::timestamptz, %(id)s::uuid))"
        " ORDER BY s.ends_at DESC, s.id DESC LIMIT %(limit)s",
        {
            "state": state,
            "at": after[0] if after else None,
            "id": after[1] if after else None,
            "limit": limit,
        },
    )
    return [msgspec.json.decode(row[0], type=SilenceRow) for row in await cursor.fetchall()]


async def one(conn: AsyncConnection[Any], silence_id: str) -> SilenceRow | None:
    cursor = await conn.execute(_SELECT + "WHERE s.id = %s", (silence_id,))
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=SilenceRow) if row else None


async def not_over(conn: AsyncConnection[Any]) -> list[SilenceRow]:
    """The active and the pending ones."""
    cursor = await conn.execute(_SELECT + "WHERE s.state IN ('active', 'pending') ORDER BY s.id")
    return [msgspec.json.decode(row[0], type=SilenceRow) for row in await cursor.fetchall()]
