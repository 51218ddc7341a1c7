"""Operations: list, look at one, cancel."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.caller import engineer, viewer
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Bus, Connect, Do, Secrets
from domain.application_orders import dropped, sealed
from domain.errors import NotFound
from domain.operation import OPERATION, CancelOperation
from projections import operations
from projections.operations import OperationRow

State = Literal["requested", "running", "succeeded", "failed", "cancelled", "outcome_unknown"]


@get("/operations", guards=[viewer], opt={"reads": ("operations",)})
async def list_operations(
    connect: Connect,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    kind: Annotated[str | None, QueryParameter(max_length=100)] = None,
    device_id: FromQuery[UUID | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[OperationRow]:
    """Newest first."""
    after = decode_cursor(cursor, tuple[datetime, UUID])
    async with connect() as conn:
        rows = await operations.find(
            conn,
            limit=limit + 1,
            state=in_state,
            kind=kind,
            device_id=str(device_id) if device_id else None,
            after=(after[0].isoformat(), str(after[1])) if after else None,
        )
    return page_of(rows, limit, lambda row: (row.requested_at, row.id))


@get("/operations/{operation:uuid}", guards=[viewer], opt={"reads": ("operations",)})
async def get_operation(operation: FromPath[UUID], connect: Connect) -> OperationRow:
    """One operation, with its progress and steps."""
    return await operation_row(connect, operation)


@post("/operations/{operation:uuid}/cancel", guards=[engineer], status_code=200)
async def cancel_operation(
    operation: FromPath[UUID],
    commands: Do,
    connect: Connect,
    bus: Bus,
    vault: Secrets,
    data: JSONBody[CancelOperation | None] = None,
) -> Response[OperationRow]:
    """At once where nobody works on it yet; else the worker stops at its next step. With one over many devices, those of
    the devices are cancelled too."""
    cancel = data or CancelOperation()
    state = await bus.state(OPERATION, operation)
    others = dropped(state.kind, state.params, reason=cancel.reason)
    outcome = await commands.do(OPERATION.to(operation, cancel), *others, seen_by="operations")
    for other, sealed_id in sealed(state.kind, state.params).items():
        if (now := outcome.states.get(other)) is not None and now.state == "cancelled":
            await vault.destroy(sealed_id)
    return await commands.answer(await operation_row(connect, operation))


async def operation_row(
    connect: Connect, operation: FromPath[UUID], code: str = "OPERATION_NOT_FOUND"
) -> OperationRow:
    """The operation with its progress; raises NotFound with the code."""
    async with connect() as conn:
        row = await operations.one(conn, str(operation))
    if row is None:
        raise NotFound("no such operation", code=code)
    return row


ROUTER = Router("/", route_handlers=[list_operations, get_operation, cancel_operation], tags=["operations"])
