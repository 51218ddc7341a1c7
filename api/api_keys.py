"""API keys: made for programs, shown once, revoked."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.caller import admin
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, page_of_all
from api.provided import Connect, Do
from api.unspoken import Unspoken
from domain.api_key import API_KEY, ApiKey, CreateApiKey, RevokeApiKey
from domain.errors import Invalid
from domain.role import Role
from projections.accounts import listed

SEEN = "accounts"
Zoned = Annotated[datetime, msgspec.Meta(tz=True)]


class ApiKeyBody(msgspec.Struct, frozen=True, kw_only=True):
    """Without the key itself, of which only a digest is kept."""

    id: str
    name: str
    role: Role
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked: bool


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without an end the key is good until it is revoked."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    role: Role
    expires_at: Zoned | None = None
    reason: str = ""


class IssuedApiKey(Unspoken, frozen=True, kw_only=True):
    """`key` is shown this once; it is null where the request was repeated after its answer was forgotten."""

    id: str
    name: str
    role: Role
    expires_at: datetime | None
    key: str | None


@get("/api-keys", guards=[admin], opt={"reads": (SEEN,)})
async def list_api_keys(connect: Connect, limit: Limit = 50, cursor: Cursor = None) -> Page[ApiKeyBody]:
    """Newest first, the revoked among them."""
    async with connect() as conn:
        rows = msgspec.convert(await listed(conn, "api_keys", "created_at"), list[ApiKeyBody])
    return page_of_all(
        rows, limit, cursor, lambda key: (key.created_at.isoformat(), key.id), newest_first=True
    )


@post("/api-keys", guards=[admin])
async def create_api_key(data: JSONBody[NewApiKey], commands: Do) -> Response[IssuedApiKey]:
    """The answer has the key, which cannot be shown again."""
    if data.expires_at is not None and data.expires_at <= datetime.now(UTC):
        raise Invalid("the key would have expired already", field="expires_at")
    secret = f"nlk_{secrets.token_urlsafe(32)}"
    command = CreateApiKey(
        name=data.name,
        role=data.role,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        expires_at=data.expires_at,
        reason=data.reason,
    )
    outcome = await commands.do(API_KEY.to(uuid4(), command, new=True), seen_by=SEEN)
    key_id = outcome.events[0].originator_id
    state: ApiKey = outcome.states[key_id]
    body = IssuedApiKey(
        id=str(key_id),
        name=state.name,
        role=state.role,
        expires_at=state.expires_at,
        key=None if outcome.repeated else secret,
    )
    return await commands.answer(body, status=201, headers={"Cache-Control": "no-store"})


@delete("/api-keys/{api_key:uuid}", guards=[admin], status_code=204)
async def revoke_api_key(
    api_key: FromPath[UUID], commands: Do, data: JSONBody[Reason | None] = None, reason: FromQuery[str] = ""
) -> Response[None]:
    """From now on the key opens nothing."""
    await commands.do(API_KEY.to(api_key, RevokeApiKey(reason=why(data, reason))), seen_by=SEEN)
    return await commands.answer(None, status=204)


ROUTER = Router("/", route_handlers=[list_api_keys, create_api_key, revoke_api_key], tags=["api keys"])
