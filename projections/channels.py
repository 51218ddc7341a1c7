"""Channels that alerts are told to."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alert_commands import Severity
from domain.alerting.scope import Matchers
from domain.channel import (
    ChannelAddressReplaced,
    ChannelChanged,
    ChannelCreated,
    ChannelDeleted,
    ChannelKind,
)
from domain.event import Recorded
from projections.tables import Key, Rows, Table, instant

CHANNELS = Table(
    "channels",
    {
        "id": "uuid",
        "name": "text NOT NULL",
        "kind": "text NOT NULL",
        "target": "text NOT NULL",
        "enabled": "boolean NOT NULL",
        "min_severity": "text NOT NULL",
        "tell_resolved": "boolean NOT NULL",
        "matchers": "jsonb NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
)


class Channels:
    """One row a channel that is not deleted."""

    name = "channels"
    version = 1
    tables: Sequence[Table] = (CHANNELS,)
    topics: Sequence[str] = ("channel.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "channels", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        channel_id, event = str(recorded.originator_id), recorded.event
        at = instant(recorded.meta.occurred_at)
        stamp = {"changed_at": at, "position": recorded.position}
        match event:
            case ChannelCreated():
                fields = {
                    name: getattr(event, name)
                    for name in ("name", "kind", "target", "enabled", "min_severity", "tell_resolved")
                }
                matchers = msgspec.to_builtins(event.matchers)
                rows.put(
                    "channels", {"id": channel_id, **fields, "matchers": matchers, "created_at": at, **stamp}
                )
            case ChannelChanged():
                values = {
                    change.field: change.new for change in event.changes if change.field in CHANNELS.columns
                }
                rows.update("channels", channel_id, **values, **stamp)
            case ChannelAddressReplaced():
                rows.update("channels", channel_id, target=event.target, **stamp)
            case ChannelDeleted():
                rows.delete("channels", channel_id)
            case _:
                pass


class ChannelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One channel, without its secrets."""

    id: str
    name: str
    kind: ChannelKind
    target: str
    enabled: bool
    min_severity: Severity
    tell_resolved: bool
    matchers: Matchers
    created_at: str
    changed_at: str


async def all_channels(conn: AsyncConnection[Any], kind: str | None = None) -> list[ChannelRow]:
    """By name; there are few."""
    cursor = await conn.execute(
        "SELECT row_to_json(c)::text FROM channels.channels c WHERE %(kind)s::text IS NULL OR kind = %(kind)s"
        " ORDER BY name, id",
        {"kind": kind},
    )
    return [msgspec.json.decode(row[0], type=ChannelRow) for row in await cursor.fetchall()]
