"""One-time passwords: enrolment of an authenticator app, and doing without."""

from uuid import UUID

import pyotp
from litestar import Response, Router, delete, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.caller import AnyRequest, admin, viewer
from api.commands import Reason, why
from api.one_time_passwords import matching_step
from api.provided import Bus, Connect, Do, Secrets
from api.unspoken import Unspoken
from api.user_body import UserBody, own_id, user_body
from api.users import SEEN
from domain.errors import Invalid
from domain.user import USER
from domain.user_commands import DisableTotp, EnableTotp


class TotpCode(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret that was proposed, and a code that the app made from it."""

    secret: str
    code: str
    reason: str = ""


class TotpSecret(Unspoken, frozen=True, kw_only=True):
    """For the app: the secret in base32, and the same as a URI for a QR code."""

    secret: str
    uri: str


@post("/users/me/totp", guards=[viewer], status_code=200)
async def propose_totp(request: AnyRequest) -> Response[TotpSecret]:
    """A fresh secret for an authenticator app; nothing is in force until a code made from it is confirmed."""
    own_id(request.user)
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=request.user.name, issuer_name="Netledger")
    return Response(TotpSecret(secret=secret, uri=uri), headers={"Cache-Control": "no-store"})


@post("/users/me/totp/confirm", guards=[viewer], status_code=200)
async def confirm_totp(
    request: AnyRequest, data: JSONBody[TotpCode], commands: Do, connect: Connect, vault: Secrets
) -> Response[UserBody]:
    """Puts the secret in force: from now on a login needs a code."""
    own = own_id(request.user)
    if matching_step(data.secret, data.code) is None:
        raise Invalid("the code does not match; check the clock of your device", field="code")
    secret_id = await vault.put(data.secret.encode(), purpose="totp")
    enable = EnableTotp(totp_id=secret_id, reason=data.reason)
    await commands.do(USER.to(own, enable), seen_by=SEEN, fresh_secret=secret_id)
    return await commands.answer(await user_body(connect, own))


@delete("/users/me/totp", guards=[viewer], status_code=200)
async def disable_totp(
    request: AnyRequest,
    bus: Bus,
    commands: Do,
    connect: Connect,
    vault: Secrets,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[UserBody]:
    """Logins need no code any more."""
    own = own_id(request.user)
    await _disable(own, why(data, reason), bus, commands, vault)
    return await commands.answer(await user_body(connect, own))


@delete("/users/{user:uuid}/totp", guards=[admin], status_code=200)
async def reset_totp(
    user: FromPath[UUID],
    bus: Bus,
    commands: Do,
    connect: Connect,
    vault: Secrets,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[UserBody]:
    """Disables one-time passwords, for someone who lost the authenticator."""
    await _disable(user, why(data, reason), bus, commands, vault)
    return await commands.answer(await user_body(connect, user))


async def _disable(user: UUID, reason: str, bus: Bus, commands: Do, vault: Secrets) -> None:
    secret_id = (await bus.state(USER, user)).totp_id
    await commands.do(USER.to(user, DisableTotp(reason=reason)), seen_by=SEEN)
    if secret_id:
        await vault.destroy(secret_id)


ROUTER = Router("/", route_handlers=[propose_totp, confirm_totp, disable_totp, reset_totp], tags=["users"])
