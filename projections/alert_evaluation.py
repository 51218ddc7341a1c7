"""Why somebody was told of something, or was not: the stored state of evaluation, its steps, and deliveries."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alerting.evaluator import ON_FACTS, Kept
from domain.alerting.gate import Held
from domain.alerting.ports import FACTS
from domain.alerting.scope import Traits
from domain.telemetry import partition

_kept = msgspec.msgpack.Decoder(list[Kept])


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step that no event of the ledger tells."""

    at: str
    kind: str
    body: dict[str, Any]


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One channel told, or to be told, of one piece of news."""

    channel_id: str
    channel: str | None
    occurrence: int
    kind: str
    state: str
    attempts: int
    error: str
    created_at: str
    next_at: str
    ended_at: str | None


class DeviceState(msgspec.Struct, frozen=True, kw_only=True):
    """What of a device decides about its alerts."""

    traits: Traits
    status: str
    depends_on: list[str]


async def series(conn: AsyncConnection[Any], device_id: str, rule_kind: str) -> tuple[list[Kept], str | None]:
    """The series of a device that rules of the kind watch, as they were stored last, and when their partition last was."""
    place = FACTS if rule_kind in ON_FACTS else partition(device_id)
    cursor = await conn.execute(
        "SELECT series FROM alerting.devices WHERE device_id = %s AND partition = %s", (device_id, place)
    )
    found = [kept for row in await cursor.fetchall() for kept in _kept.decode(row[0])]
    cursor = await conn.execute(
        "SELECT to_json(updated_at) #>> '{}' FROM alerting.places WHERE partition = %s", (place,)
    )
    row = await cursor.fetchone()
    return found, row[0] if row else None


async def steps(conn: AsyncConnection[Any], alert_id: str, *, limit: int) -> list[StepRow]:
    """The newest, oldest of them first."""
    cursor = await conn.execute(
        "SELECT json_build_object('at', at, 'kind', kind, 'body', body)::text FROM"
        " (SELECT * FROM alerting.steps WHERE alert_id = %s ORDER BY seq DESC LIMIT %s) s ORDER BY seq",
        (alert_id, limit),
    )
    return [msgspec.json.decode(row[0], type=StepRow) for row in await cursor.fetchall()]


async def held_of(conn: AsyncConnection[Any], device_id: str) -> list[Held]:
    """What is held back of a device."""
    cursor = await conn.execute(
        "SELECT held::text FROM alerting.held WHERE held -> 'signal' ->> 'device_id' = %s LIMIT 500",
        (device_id,),
    )
    return [msgspec.json.decode(row[0], type=Held) for row in await cursor.fetchall()]


async def deliveries(conn: AsyncConnection[Any], alert_id: str, *, limit: int) -> list[DeliveryRow]:
    """Newest first."""
    cursor = await conn.execute(
        "SELECT json_build_object('channel_id', d.channel_id, 'channel', c.name, 'occurrence', d.occurrence, 'kind', d.kind,"
        " 'state', d.state, 'attempts', d.attempts, 'error', d.error, 'created_at', d.created_at, 'next_at', d.next_at,"
        " 'ended_at', d.ended_at)::text FROM alerting.deliveries d LEFT JOIN channels.channels c ON c.id = d.channel_id"
        " WHERE d.alert_id = %s ORDER BY d.id DESC LIMIT %s",
        (alert_id, limit),
    )
    return [msgspec.json.decode(row[0], type=DeliveryRow) for row in await cursor.fetchall()]


async def group_size(conn: AsyncConnection[Any], group: str) -> int:
    """How many unresolved alerts are told together."""
    cursor = await conn.execute(
        "SELECT count(*) FROM alerts.alerts WHERE \"group\" = %s AND state <> 'resolved'", (group,)
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def device(conn: AsyncConnection[Any], device_id: str) -> DeviceState | None:
    cursor = await conn.execute(
        "SELECT json_build_object('status', status, 'depends_on', depends_on, 'traits', json_build_object('id', id,"
        " 'name', name, 'site', site, 'vendor', vendor, 'type', type, 'labels', labels, 'active', state = 'active'))::text"
        " FROM inventory.devices WHERE id = %s",
        (device_id,),
    )
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=DeviceState) if row else None


async def named(conn: AsyncConnection[Any], device_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """(id, name, status) of these devices."""
    cursor = await conn.execute(
        "SELECT id::text, name, status FROM inventory.devices WHERE id::text = ANY(%s) ORDER BY name, id",
        (list(device_ids),),
    )
    return await cursor.fetchall()
