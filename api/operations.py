"""Operations: list, look at one, cancel."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import Parameter

from api.caller import engineer, viewer
from api.conventions import Cursor, Limit, Page, commanded, decode_cursor, page_of, until_seen
from api.provided import Bus, By, Connect, Key, Watch
from domain.errors import NotFound
from domain.operation import OPERATION, CancelOperation
from projections import operations
from projections.operations import OperationRow

State = Literal["requested", "running", "succeeded", "failed", "cancelled", "outcome_unknown"]


@get("/operations", guards=[viewer], opt={"reads": ("operations",)})
async def list_operations(
    connect: Connect,
    in_state: Annotated[State | None, Parameter(query="state")] = None,
    kind: str | None = None,
    device_id: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[OperationRow]:
    """Newest first."""
    after = decode_cursor(cursor, str, str)
    async with connect() as conn:
        rows = await operations.find(
            conn,
            limit=limit + 1,
            state=in_state,
            kind=kind,
            device_id=str(device_id) if device_id else None,
            after=(after[0], after[1]) if after else None,
        )
    return page_of(rows, limit, lambda row: (row.requested_at, row.id))


@get("/operations/{operation:uuid}", guards=[viewer], opt={"reads": ("operations",)})
async def get_operation(operation: UUID, connect: Connect) -> OperationRow:
    return await operation_row(connect, operation)


@post("/operations/{operation:uuid}/cancel", guards=[engineer], status_code=200)
async def cancel_operation(
    operation: UUID,
    bus: Bus,
    by: By,
    key: Key,
    watch: Watch,
    connect: Connect,
    data: CancelOperation | None = None,
) -> Response[OperationRow]:
    """At once where nobody works on it yet; else the worker stops at its next step."""
    outcome = await bus.execute(OPERATION.to(operation, data or CancelOperation()), by=by, key=key)
    await until_seen(watch, "operations", outcome.position)
    return commanded(await operation_row(connect, operation), outcome.position, watch)


async def operation_row(connect: Connect, operation: UUID) -> OperationRow:
    """The operation with its progress; raises NotFound."""
    async with connect() as conn:
        row = await operations.one(conn, str(operation))
    if row is None:
        raise NotFound("no such operation", code="OPERATION_NOT_FOUND")
    return row


ROUTER = Router("/", route_handlers=[list_operations, get_operation, cancel_operation], tags=["operations"])
