"""Operations from request to outcome, with their attempts."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.event import Recorded
from domain.operation import (
    OperationCancelled,
    OperationCancelRequested,
    OperationFailed,
    OperationOutcomeUnknown,
    OperationReleased,
    OperationRequested,
    OperationStarted,
    OperationSucceeded,
)
from projections.tables import Key, Rows, Table, as_uuid, instant

OPERATIONS = Table(
    "operations",
    {
        "id": "uuid",
        "kind": "text NOT NULL",
        "state": "text NOT NULL",
        "device_id": "uuid",
        "customer_id": "uuid",
        "params": "jsonb NOT NULL",
        "actor": "jsonb NOT NULL",
        "reason": "text NOT NULL",
        "correlation_id": "text NOT NULL",
        "requested_at": "timestamptz NOT NULL",
        "started_at": "timestamptz",
        "ended_at": "timestamptz",
        "attempt": "int NOT NULL",
        "worker": "text NOT NULL",
        "cancelling": "boolean NOT NULL",
        "held": "boolean NOT NULL",
        "released": "boolean NOT NULL",
        "result": "jsonb",
        "error": "jsonb",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=("(requested_at DESC, id)", "(kind, requested_at DESC)", "(device_id, requested_at)", "(state)"),
)


class Operations:
    """One row an operation."""

    name = "operations"
    version = 2
    tables: Sequence[Table] = (OPERATIONS,)
    topics: Sequence[str] = ("operation.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "operations", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        operation_id, event, meta = str(recorded.originator_id), recorded.event, recorded.meta
        at = instant(meta.occurred_at)

        def update(**values: Any) -> None:
            rows.update("operations", operation_id, position=recorded.position, **values)

        match event:
            case OperationRequested():
                rows.put(
                    "operations",
                    {
                        "id": operation_id,
                        "kind": event.kind,
                        "state": "requested",
                        "device_id": as_uuid(event.device_id),
                        "customer_id": as_uuid(event.customer_id),
                        "params": event.params,
                        "actor": msgspec.to_builtins(meta.actor),
                        "reason": meta.reason,
                        "correlation_id": meta.correlation_id,
                        "requested_at": at,
                        "started_at": None,
                        "ended_at": None,
                        "attempt": 0,
                        "worker": "",
                        "cancelling": False,
                        "held": event.held,
                        "released": False,
                        "result": None,
                        "error": None,
                        "position": recorded.position,
                    },
                )
            case OperationReleased():
                update(held=False, released=True)
            case OperationStarted():
                before = rows.get("operations", operation_id) or {}
                started = before.get("started_at") or at
                update(state="running", attempt=event.attempt, worker=event.worker, started_at=started)
            case OperationSucceeded():
                update(state="succeeded", ended_at=at, result=event.result)
            case OperationFailed():
                error = {"code": event.code, "message": event.message}
                update(state="failed", ended_at=at, result=event.result, error=error)
            case OperationCancelRequested():
                update(cancelling=True)
            case OperationCancelled():
                update(state="cancelled", ended_at=at, result=event.result)
            case OperationOutcomeUnknown():
                update(state="outcome_unknown", error={"code": "OUTCOME_UNKNOWN", "message": event.message})
            case _:
                pass


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the work on a device, as the worker saw it."""

    name: str
    state: str
    at: str
    detail: str = ""


class OperationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One operation as the API shows it; progress and steps come from its worker."""

    id: str
    kind: str
    state: str
    device_id: str | None
    customer_id: str | None
    params: dict[str, Any]
    actor: dict[str, str]
    reason: str
    correlation_id: str
    requested_at: str
    started_at: str | None
    ended_at: str | None
    attempt: int
    worker: str
    cancelling: bool
    held: bool
    """Whether it waits for its release, such as for its wave."""
    progress: dict[str, Any]
    steps: list[Step]
    result: dict[str, Any] | None
    error: dict[str, str] | None


_SELECT = """
SELECT (to_jsonb(o) || jsonb_build_object(
    'progress', jsonb_build_object('done', coalesce(p.done, 0), 'total', coalesce(p.total, 0))
        || coalesce(p.detail, '{}') - 'steps' - 'checkpoint',
    'steps', coalesce(p.detail -> 'steps', '[]')))::text
FROM operations.operations o LEFT JOIN work.progress p ON p.operation_id = o.id
"""


async def find(
    conn: AsyncConnection[Any],
    *,
    limit: int,
    state: str | None = None,
    kind: str | None = None,
    device_id: str | None = None,
    after: tuple[str, str] | None = None,
) -> list[OperationRow]:
    """Newest first; `after` is (requested_at, id) of the last one seen."""
    page = " AND (o.requested_at, o.id) < (%(at)s::timestamptz, %(id)s::uuid)" if after else ""
    cursor = await conn.execute(
        _SELECT
        + "WHERE (%(state)s::text IS NULL OR o.state = %(state)s) AND (%(kind)s::text IS NULL OR o.kind = %(kind)s)"
        " AND (%(device_id)s::uuid IS NULL OR o.device_id = %(device_id)s::uuid)"
        + page
        + " ORDER BY o.requested_at DESC, o.id DESC LIMIT %(limit)s",
        {
            "state": state,
            "kind": kind,
            "device_id": device_id,
            "limit": limit,
            "at": after[0] if after else None,
            "id": after[1] if after else None,
        },
    )
    return [msgspec.json.decode(row[0], type=OperationRow) for row in await cursor.fetchall()]


async def one(conn: AsyncConnection[Any], operation_id: str) -> OperationRow | None:
    cursor = await conn.execute(_SELECT + "WHERE o.id = %s", (operation_id,))
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=OperationRow) if row else None


class Standing(msgspec.Struct, frozen=True):
    """Whose an operation is, and whether somebody asked for its end."""

    attempt: int
    cancelling: bool


async def standing(conn: AsyncConnection[Any], operation_ids: Sequence[str]) -> dict[str, Standing]:
    """By id; what the read model has not seen yet is left out."""
    cursor = await conn.execute(
        "SELECT id::text, attempt, cancelling FROM operations.operations WHERE id = ANY(%s::uuid[])",
        (list(operation_ids),),
    )
    return {row[0]: Standing(row[1], row[2]) for row in await cursor.fetchall()}


async def waiting(conn: AsyncConnection[Any], *, older_than_s: float, kinds: Sequence[str]) -> list[str]:
    """Operations that nobody seems to work on: requested a while ago, or running without a sign of life; those that are
    held are not meant to be, those that were released are from then on."""
    cursor = await conn.execute(
        "SELECT o.id::text FROM operations.operations o LEFT JOIN work.progress p ON p.operation_id = o.id"
        " WHERE o.state IN ('requested', 'running', 'outcome_unknown') AND o.kind = ANY(%s) AND NOT o.held"
        " AND (p.updated_at = to_timestamp(0)"  # its worker left it
        "   OR (o.released AND o.state = 'requested')"
        "   OR greatest(o.requested_at, o.started_at, p.updated_at) < now() - make_interval(secs => %s))"
        " ORDER BY o.requested_at LIMIT 100",
        (list(kinds), older_than_s),
    )
    return [row[0] for row in await cursor.fetchall()]
