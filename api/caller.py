"""Who calls: a user by token or cookie, or a program by API key, with a role; and the guards on routes."""

from typing import Any, Literal
from uuid import uuid4

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from domain.event import Actor, Attribution
from domain.role import Role, covers

Connection = ASGIConnection[Any, Any, Any, Any]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated caller. `session_id` is of a login, empty for an API key."""

    kind: Literal["user", "api_key"]
    id: str
    name: str
    role: Role
    session_id: str = ""

    def may(self, role: Role) -> bool:
        return covers(self.role, role)


AnyRequest = Request[Caller, Any, Any]


def attribution(connection: Connection, actor: Actor | None = None) -> Attribution:
    """What the ledger keeps of who asked: the caller, unless it is said otherwise, and the request's id."""
    if actor is None:
        caller: Caller = connection.scope["user"]
        actor = Actor(caller.kind, caller.id, caller.name)
    request_id = connection.scope.get("state", {}).get("request_id", "") or str(uuid4())
    return Attribution(actor=actor, correlation_id=request_id, causation_id=f"command:{request_id}")


def _guard(role: Role, connection: Connection) -> None:
    caller = connection.scope.get("user")
    if not isinstance(caller, Caller):
        wrong = connection.scope.get("auth")
        raise (
            wrong
            if isinstance(wrong, HTTPException)
            else NotAuthorizedException("log in, or send an API key in X-App-Key")
        )
    if not caller.may(role):
        raise PermissionDeniedException(f"this needs the role {role}; you are {caller.role}")


async def viewer(connection: Connection, _: BaseRouteHandler) -> None:
    _guard("viewer", connection)


async def engineer(connection: Connection, _: BaseRouteHandler) -> None:
    _guard("engineer", connection)


async def admin(connection: Connection, _: BaseRouteHandler) -> None:
    _guard("admin", connection)
