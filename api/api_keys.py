"""API keys: made for programs, shown once, revoked."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, post

from api.caller import admin
from api.conventions import Page, commanded, until_seen
from api.provided import Bus, By, Connect, Key, Watch
from domain.api_key import API_KEY, ApiKey, CreateApiKey, RevokeApiKey
from domain.errors import Invalid
from domain.user import Role
from projections.accounts import listed


class ApiKeyBody(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: str
    created_at: str
    created_by: str
    expires_at: str | None
    revoked: bool


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    role: Role
    expires_at: datetime | None = None
    reason: str = ""


class IssuedApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is shown this once; a repeated request answers without it, since only its digest is kept."""

    id: str
    name: str
    role: str
    expires_at: datetime | None
    key: str | None


@get("/api-keys", guards=[admin], opt={"reads": ("accounts",)})
async def list_api_keys(connect: Connect) -> Page[ApiKeyBody]:
    async with connect() as conn:
        rows = await listed(conn, "api_keys", "created_at DESC")
    return Page(msgspec.convert(rows, list[ApiKeyBody]), total=len(rows))


@post("/api-keys", guards=[admin])
async def create_api_key(data: NewApiKey, bus: Bus, by: By, key: Key, watch: Watch) -> Response[IssuedApiKey]:
    if data.expires_at is not None:
        if data.expires_at.tzinfo is None:
            raise Invalid("a time needs its zone: append Z for UTC", field="expires_at")
        if data.expires_at <= datetime.now(UTC):
            raise Invalid("the key would have expired already", field="expires_at")
    secret = f"nlk_{secrets.token_urlsafe(32)}"
    command = CreateApiKey(
        name=data.name,
        role=data.role,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        expires_at=data.expires_at,
        reason=data.reason,
    )
    outcome = await bus.execute(API_KEY.to(uuid4(), command, new=True), by=by, key=key)
    key_id = outcome.events[0].originator_id
    state: ApiKey = outcome.states[key_id]
    await until_seen(watch, "accounts", outcome.position)
    body = IssuedApiKey(
        id=str(key_id),
        name=state.name,
        role=state.role,
        expires_at=state.expires_at,
        key=None if outcome.repeated else secret,
    )
    return commanded(body, outcome.position, watch, status=201, headers={"Cache-Control": "no-store"})


@delete("/api-keys/{api_key:uuid}", guards=[admin], status_code=204)
async def revoke_api_key(api_key: UUID, bus: Bus, by: By, watch: Watch, reason: str = "") -> Response[None]:
    outcome = await bus.execute(API_KEY.to(api_key, RevokeApiKey(reason=reason)), by=by)
    await until_seen(watch, "accounts", outcome.position)
    return commanded(None, outcome.position, watch, status=204)


ROUTER = Router("/", route_handlers=[list_api_keys, create_api_key, revoke_api_key], tags=["api keys"])
