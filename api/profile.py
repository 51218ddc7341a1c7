"""The caller's own account."""

from typing import Any, Literal

import msgspec
from litestar import Response, Router, get, patch
from litestar.params import JSONBody

from api.caller import AnyRequest, viewer
from api.passwords import check_strength
from api.provided import Bus, Connect, Do, Hashes, LoginSessions, Secrets
from api.unspoken import Unspoken
from api.user_body import UserBody, own_id, profile, user_body
from api.users import READS, SEEN, Email
from domain.errors import Invalid
from domain.user import USER
from domain.user_commands import ChangeUser, ReplacePassword

_NOTIFICATIONS = 16_384
"""Bytes of notification settings, at most: they are somebody's preferences, not a store."""


class OwnChanges(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is left out stays. A new password needs the current one, and ends all other sessions."""

    email: Email | msgspec.UnsetType = msgspec.UNSET
    theme: Literal["system", "light", "dark"] | msgspec.UnsetType = msgspec.UNSET
    notifications: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    current_password: str = ""
    reason: str = ""


@get("/users/me", guards=[viewer], opt=READS)
async def me(request: AnyRequest, connect: Connect) -> UserBody:
    """Who the caller is."""
    return await profile(connect, request.user)


@patch("/users/me", guards=[viewer])
async def change_me(
    request: AnyRequest,
    data: JSONBody[OwnChanges],
    bus: Bus,
    commands: Do,
    connect: Connect,
    vault: Secrets,
    passwords: Hashes,
    sessions: LoginSessions,
) -> Response[UserBody]:
    """Changes one's own e-mail address, password and preferences."""
    own = own_id(request.user)
    if data.notifications and len(msgspec.json.encode(data.notifications)) > _NOTIFICATIONS:
        raise Invalid(f"at most {_NOTIFICATIONS} bytes of settings", field="notifications")
    change = ChangeUser(
        email=data.email, theme=data.theme, notifications=data.notifications, reason=data.reason
    )
    intents = [USER.to(own, change)]
    fresh = old = ""
    if data.password is not msgspec.UNSET:
        check_strength(data.password)
        old = (await bus.state(USER, own)).password_id
        if not await passwords.holds(await vault.read(old), data.current_password):
            raise Invalid("the current password is wrong", field="current_password")
        fresh = await vault.put(await passwords.hash(data.password), purpose="password")
        intents.append(USER.to(own, ReplacePassword(password_id=fresh, reason=data.reason)))
    await commands.do(*intents, seen_by=SEEN, fresh_secret=fresh)
    if fresh:
        await sessions.close_all(str(own), but=request.user.session_id)
        await vault.destroy(old)
    return await commands.answer(await user_body(connect, own))


ROUTER = Router("/", route_handlers=[me, change_me], tags=["users"])
