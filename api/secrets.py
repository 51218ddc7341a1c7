"""PPPoE secrets on routers: create, change, delete; each is an operation, since a router must act."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.caller import engineer
from api.commands import Accepted, Reason, why
from api.provided import Bus, Connect, Do, Secrets
from api.routers import router_row
from domain.customer import CUSTOMER, customer_id
from domain.customer_commands import Comment, Username, Word
from domain.customer_orders import (
    SECRET_CHANGE,
    SECRET_CREATE,
    SECRET_DELETE,
    SealedSecret,
    SecretOrder,
    waits_until,
)
from domain.customer_state import Customer
from domain.errors import Conflict, NotFound, Refused
from domain.operation import OPERATION, RequestOperation
from projections.settings import in_force

Password = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class SecretChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that is left out stays as it is. The password goes in and never comes out."""

    password: Password | None = None
    profile: Word | None = None
    service: Word | None = None
    remote_address: Word | None = None
    local_address: Word | None = None
    caller_id: Word | None = None
    comment: Comment | None = None
    disabled: bool | None = None
    reason: str = ""

    def __repr__(self) -> str:
        return "<SecretChanges>"


class NewSecret(SecretChanges, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret that the router has not got yet."""

    router_id: UUID
    username: Username
    password: Password
    profile: Word = "default"
    service: Word = "pppoe"

    def __repr__(self) -> str:
        return f"<NewSecret {self.username}>"


@post("/secret", guards=[engineer], status_code=202)
async def create_secret(
    data: JSONBody[NewSecret], commands: Do, connect: Connect, bus: Bus, vault: Secrets
) -> Response[Accepted]:
    """409 where the router has a customer of that name."""
    await router_row(connect, data.router_id)
    known = await bus.state(CUSTOMER, customer_id(data.router_id, data.username))
    if known.state not in ("absent", "deleted"):
        raise Conflict(f"this router has a customer {data.username} already", code="CUSTOMER_EXISTS")
    return await _ordered(SECRET_CREATE, str(data.router_id), data.username, data, commands, connect, vault)


@patch("/secret/{secret:uuid}", guards=[engineer], status_code=202)
async def change_secret(
    secret: FromPath[UUID],
    data: JSONBody[SecretChanges],
    commands: Do,
    connect: Connect,
    bus: Bus,
    vault: Secrets,
) -> Response[Accepted]:
    """`secret` is the customer's id. 422 while the customer is isolated: a release would bring back the old secret."""
    customer = await _settled(bus, secret)
    if customer.memento is not None:
        raise Refused(
            f"{customer.username} is isolated; release the customer first", code="CUSTOMER_ISOLATED"
        )
    return await _ordered(
        SECRET_CHANGE, customer.router_id, customer.username, data, commands, connect, vault
    )


@delete("/secret/{secret:uuid}", guards=[engineer], status_code=202)
async def delete_secret(
    secret: FromPath[UUID],
    commands: Do,
    connect: Connect,
    bus: Bus,
    vault: Secrets,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[Accepted]:
    """Removes the secret from its router and drops its session. `secret` is the customer's id."""
    customer = await _settled(bus, secret)
    order = SecretChanges(reason=why(data, reason))
    return await _ordered(
        SECRET_DELETE, customer.router_id, customer.username, order, commands, connect, vault
    )


async def _settled(bus: Bus, customer: UUID) -> Customer:
    found = await bus.state(CUSTOMER, customer)
    if found.state in ("absent", "deleted"):
        raise NotFound("no such secret", code="SECRET_NOT_FOUND")
    if found.pending:
        raise Refused(f"{found.username} is being changed; wait until that is done", code="CUSTOMER_CHANGING")
    return found


async def _ordered(
    kind: str,
    router_id: str,
    username: str,
    data: SecretChanges,
    commands: Do,
    connect: Connect,
    vault: Secrets,
) -> Response[Accepted]:
    async with connect() as conn:
        settings = await in_force(conn)
    sealed_id = ""
    if data.password is not None or data.comment is not None:
        sealed = SealedSecret(password=data.password, comment=data.comment)
        sealed_id = await vault.put(msgspec.json.encode(sealed), purpose="pppoe order")
    order = SecretOrder(
        router_id=router_id,
        username=username,
        until=waits_until(settings.isolation, datetime.now(UTC)),
        sealed_id=sealed_id,
        service=data.service,
        profile=data.profile,
        remote_address=data.remote_address,
        local_address=data.local_address,
        caller_id=data.caller_id,
        disabled=data.disabled,
    )
    request = RequestOperation(
        kind=kind,
        params=msgspec.to_builtins(order),
        device_id=router_id,
        customer_id=str(customer_id(router_id, username)),
        reason=data.reason,
    )
    return await commands.accepted(OPERATION.to(uuid4(), request, new=True))


ROUTER = Router("/", route_handlers=[create_secret, change_secret, delete_secret], tags=["customers"])
