"""Credentials for devices: secrets go in and never come out."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.addresses import one_address
from api.bodies import told
from api.caller import admin
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, page_of_all
from api.provided import Bus, Connect, Destroy, Do, Logins, Opener, Secrets, Snmp
from api.unspoken import Unspoken
from domain.access import (
    AnyAccess,
    SnmpAuth,
    SnmpPrivacy,
    SnmpV1Access,
    SnmpV2cAccess,
    SnmpV3Access,
    SshAccess,
)
from domain.credential import (
    CREDENTIAL,
    OPEN_FIELDS,
    ChangeCredential,
    CreateCredential,
    Credential,
    DeleteCredential,
    Kind,
    Name,
    ReplaceSecret,
)
from domain.errors import DomainError, Invalid, NotFound
from domain.ports import LoginTrial, SnmpError, SnmpReader
from projections.accounts import listed

_TEST_TIMEOUT_S = 10.0
SEEN = "accounts"
READS = {"reads": (SEEN,)}
Text = Annotated[str, msgspec.Meta(max_length=1_000)]
Given = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
GivenPort = Annotated[int, msgspec.Meta(ge=1, le=65535)]
KeyText = Annotated[str, msgspec.Meta(max_length=20_000)]


class CredentialBody(msgspec.Struct, frozen=True, kw_only=True):
    """Without any secret. `port` null is the protocol's standard port."""

    id: str
    name: str
    kind: Kind
    port: int | None
    username: str | None = None
    auth_protocol: str | None = None
    priv_protocol: str | None = None
    tls: bool | None = None
    created_at: datetime
    changed_at: datetime


class CredentialFields(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which fields belong to which kind: see the API's contract; a field of another kind is refused."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    port: GivenPort | msgspec.UnsetType | None = msgspec.UNSET
    community: Given | msgspec.UnsetType = msgspec.UNSET
    username: Given | msgspec.UnsetType = msgspec.UNSET
    password: Text | msgspec.UnsetType = msgspec.UNSET
    private_key: KeyText | msgspec.UnsetType = msgspec.UNSET
    enable_password: Text | msgspec.UnsetType = msgspec.UNSET
    auth_protocol: SnmpAuth | msgspec.UnsetType | None = msgspec.UNSET
    auth_password: Text | msgspec.UnsetType = msgspec.UNSET
    priv_protocol: SnmpPrivacy | msgspec.UnsetType | None = msgspec.UNSET
    priv_password: Text | msgspec.UnsetType = msgspec.UNSET
    tls: bool | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""

    def access_fields(self) -> dict[str, Any]:
        """What was sent of the way in itself."""
        fields = msgspec.to_builtins(self)
        return {
            name: value for name, value in fields.items() if name not in ("name", "port", "reason", "kind")
        }


class NewCredential(CredentialFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way into devices; its secrets go to the vault and are never shown."""

    name: Name
    kind: Kind


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address of a device to try it on."""

    address: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    reason: str = ""


class TrialResult(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the device let us in, and who it says it is."""

    ok: bool
    message: str
    sys_name: str | None = None
    sys_descr: str | None = None


@get("/credentials", guards=[admin], opt=READS)
async def list_credentials(
    connect: Connect, limit: Limit = 50, cursor: Cursor = None
) -> Page[CredentialBody]:
    """Oldest first, which is also the order in which a discovery tries them."""
    return page_of_all(
        await _all(connect), limit, cursor, lambda each: (each.created_at.isoformat(), each.id)
    )


@get("/credentials/{credential:uuid}", guards=[admin], opt=READS)
async def get_credential(credential: FromPath[UUID], connect: Connect) -> CredentialBody:
    """One credential, without its secrets."""
    return await _one(connect, credential)


@post("/credentials", guards=[admin])
async def create_credential(
    data: JSONBody[NewCredential], commands: Do, connect: Connect, vault: Secrets
) -> Response[CredentialBody]:
    """Stores a credential; 400 names a field that is missing or does not belong to its kind."""
    fields = data.access_fields()
    _check(data.kind, fields)
    shown, secret = _parted(fields)
    secret_id = await vault.put(msgspec.json.encode(secret), purpose="credential")
    command = CreateCredential(
        name=data.name,
        kind=data.kind,
        port=data.port or 0,
        shown=shown,
        secret_id=secret_id,
        reason=data.reason,
    )
    outcome = await commands.do(
        CREDENTIAL.to(uuid4(), command, new=True), seen_by=SEEN, fresh_secret=secret_id
    )
    return await commands.answer(await _one(connect, outcome.events[0].originator_id), status=201)


@patch("/credentials/{credential:uuid}", guards=[admin])
async def change_credential(
    credential: FromPath[UUID],
    data: JSONBody[CredentialFields],
    bus: Bus,
    commands: Do,
    connect: Connect,
    vault: Secrets,
) -> Response[CredentialBody]:
    """Secrets that are left out stay; a changed one replaces the whole secret, and the old is destroyed."""
    state: Credential = await bus.state(CREDENTIAL, credential)
    if state.state != "active":
        raise _not_found()
    intents = [
        CREDENTIAL.to(
            credential,
            ChangeCredential(name=data.name, port=0 if data.port is None else data.port, reason=data.reason),
        )
    ]
    sent = data.access_fields()
    fresh = ""
    if sent:
        old = msgspec.json.decode(await vault.read(state.secret_id))
        fields = {**state.shown, **old, **sent}
        _check(state.kind, fields)
        shown, secret = _parted(fields)
        fresh = await vault.put(msgspec.json.encode(secret), purpose="credential")
        intents.append(
            CREDENTIAL.to(credential, ReplaceSecret(secret_id=fresh, shown=shown, reason=data.reason))
        )
    await commands.do(*intents, seen_by=SEEN, fresh_secret=fresh)
    if fresh:
        await vault.destroy(state.secret_id)
    return await commands.answer(await _one(connect, credential))


@delete("/credentials/{credential:uuid}", guards=[admin], status_code=204)
async def delete_credential(
    credential: FromPath[UUID],
    commands: Do,
    destroyer: Destroy,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[None]:
    """The secret is destroyed with it."""
    command = DeleteCredential(reason=why(data, reason))
    await commands.do(CREDENTIAL.to(credential, command), seen_by=SEEN)
    await destroyer.follow(credential)
    return await commands.answer(None, status=204)


@post("/credentials/{credential:uuid}/test", guards=[admin], status_code=200)
async def test_credential(
    credential: FromPath[UUID],
    data: JSONBody[Trial],
    commands: Do,
    opener: Opener,
    snmp: Snmp,
    logins: Logins,
) -> Response[TrialResult]:
    """Tries it on one device, now: reads an SNMP agent, or logs in and leaves."""
    address = one_address(data.address)
    by = msgspec.structs.replace(commands.by, reason=data.reason)
    access = await opener.open(str(credential), purpose=f"test on {address}", by=by)
    if isinstance(access, SnmpV1Access | SnmpV2cAccess | SnmpV3Access):
        result = await _read(snmp, address, access)
    else:
        kind = "ssh" if isinstance(access, SshAccess) else "routeros"
        result = await _log_in(logins[kind], address, access)
    return await commands.answer(result)


async def _read(
    snmp: SnmpReader, address: str, access: SnmpV1Access | SnmpV2cAccess | SnmpV3Access
) -> TrialResult:
    try:
        facts = await snmp.read(address, access, timeout_s=_TEST_TIMEOUT_S)
    except SnmpError as error:
        return TrialResult(ok=False, message=str(error))
    return TrialResult(
        ok=True, message="the agent answers", sys_name=facts.system.sys_name, sys_descr=facts.system.sys_descr
    )


async def _log_in(login: LoginTrial, address: str, access: AnyAccess) -> TrialResult:
    try:
        async with asyncio.timeout(_TEST_TIMEOUT_S):
            return TrialResult(ok=True, message=await login(address, access))
    except TimeoutError:
        return TrialResult(ok=False, message=f"no answer within {_TEST_TIMEOUT_S:g} s")
    except DomainError as error:
        return TrialResult(ok=False, message=error.message)


def _check(kind: Kind, fields: dict[str, Any]) -> None:
    """Refuses what does not make a credential of its kind, naming the field."""
    known = _FIELDS[kind]
    for name in fields:
        if name not in known:
            raise Invalid(f"a credential of kind {kind} has no {name}; it has {', '.join(known)}", field=name)
    try:
        access = msgspec.convert({**fields, "kind": kind, "id": "new"}, AnyAccess)
    except msgspec.ValidationError as error:
        message, field = told(error)
        raise Invalid(message, field=field) from None
    if isinstance(access, SnmpV3Access):
        _check_v3(access)
    if isinstance(access, SshAccess) and not (access.password or access.private_key):
        raise Invalid("an SSH login needs a password or a private key", field="password")


def _check_v3(access: SnmpV3Access) -> None:
    """RFC 3414, 11.2: passwords have at least 8 characters; privacy needs authentication."""
    if access.priv_protocol and not access.auth_protocol:
        raise Invalid("privacy needs authentication: set auth_protocol too", field="auth_protocol")
    for field, protocol in (("auth_password", access.auth_protocol), ("priv_password", access.priv_protocol)):
        if protocol and len(getattr(access, field)) < 8:
            raise Invalid("SNMPv3 passwords have at least 8 characters", field=field)


def _parted(fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = {name: value for name, value in fields.items() if name in OPEN_FIELDS}
    return shown, {name: value for name, value in fields.items() if name not in OPEN_FIELDS}


_FIELDS: dict[Kind, tuple[str, ...]] = {
    "snmp_v1": ("community",),
    "snmp_v2c": ("community",),
    "snmp_v3": ("username", "auth_protocol", "auth_password", "priv_protocol", "priv_password"),
    "ssh": ("username", "password", "private_key", "enable_password"),
    "routeros": ("username", "password", "tls"),
}


def _body(row: dict[str, Any]) -> CredentialBody:
    return msgspec.convert({**row, **row["shown"], "port": row["port"] or None}, CredentialBody)


async def _all(connect: Connect) -> list[CredentialBody]:
    async with connect() as conn:
        return [_body(row) for row in await listed(conn, "credentials", "created_at, id")]


async def _one(connect: Connect, credential: FromPath[UUID]) -> CredentialBody:
    found = next((each for each in await _all(connect) if each.id == str(credential)), None)
    if found is None:
        raise _not_found()
    return found


def _not_found() -> NotFound:
    return NotFound("no such credential", code="CREDENTIAL_NOT_FOUND")


ROUTER = Router(
    "/",
    route_handlers=[
        list_credentials,
        get_credential,
        create_credential,
        change_credential,
        delete_credential,
        test_credential,
    ],
    tags=["credentials"],
)
