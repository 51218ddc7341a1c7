"""Credentials for devices: secrets go in and never come out."""

from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, patch, post

from api.caller import admin
from api.conventions import Page, commanded, until_seen
from api.provided import Bus, By, Connect, Key, Opener, Secrets, Snmp, Watch
from domain.access import AnyAccess, SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.credential import (
    CREDENTIAL,
    OPEN_FIELDS,
    ChangeCredential,
    CreateCredential,
    Credential,
    DeleteCredential,
    Kind,
    Name,
    Port,
    ReplaceSecret,
)
from domain.errors import Invalid, NotFound, Refused
from domain.ports import SnmpError
from projections.accounts import listed

_TEST_TIMEOUT_S = 10.0
READS = {"reads": ("accounts",)}


class CredentialBody(msgspec.Struct, frozen=True, kw_only=True):
    """Without any secret; `shown` has the user name and protocols."""

    id: str
    name: str
    kind: str
    port: int | None
    username: str | None = None
    auth_protocol: str | None = None
    priv_protocol: str | None = None
    tls: bool | None = None
    created_at: str
    changed_at: str


class CredentialFields(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Which fields belong to which kind: see the API's contract; a field of another kind is refused."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    port: Port | msgspec.UnsetType = msgspec.UNSET
    community: Annotated[str, msgspec.Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    username: Annotated[str, msgspec.Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    private_key: str | msgspec.UnsetType = msgspec.UNSET
    enable_password: str | msgspec.UnsetType = msgspec.UNSET
    auth_protocol: str | msgspec.UnsetType | None = msgspec.UNSET
    auth_password: str | msgspec.UnsetType = msgspec.UNSET
    priv_protocol: str | msgspec.UnsetType | None = msgspec.UNSET
    priv_password: str | msgspec.UnsetType = msgspec.UNSET
    tls: bool | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""

    def access_fields(self) -> dict[str, Any]:
        """What was sent of the way in itself."""
        fields = msgspec.to_builtins(self)
        return {
            name: value for name, value in fields.items() if name not in ("name", "port", "reason", "kind")
        }


class NewCredential(CredentialFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    kind: Kind


class TestRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to try it."""

    address: str
    reason: str = ""


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool
    message: str
    sys_name: str | None = None
    sys_descr: str | None = None


@get("/credentials", guards=[admin], opt=READS)
async def list_credentials(connect: Connect) -> Page[CredentialBody]:
    async with connect() as conn:
        rows = await listed(conn, "credentials", "created_at, id")
    return Page([_body(row) for row in rows], total=len(rows))


@get("/credentials/{credential:uuid}", guards=[admin], opt=READS)
async def get_credential(credential: UUID, connect: Connect) -> CredentialBody:
    return await _row(connect, credential)


@post("/credentials", guards=[admin])
async def create_credential(
    data: NewCredential, bus: Bus, by: By, key: Key, watch: Watch, connect: Connect, vault: Secrets
) -> Response[CredentialBody]:
    fields = data.access_fields()
    _check(data.kind, fields)
    shown, secret = _parted(fields)
    secret_id = await vault.put(msgspec.json.encode(secret), purpose="credential")
    command = CreateCredential(
        name=data.name,
        kind=data.kind,
        port=0 if data.port is msgspec.UNSET else data.port,
        shown=shown,
        secret_id=secret_id,
        reason=data.reason,
    )
    try:
        outcome = await bus.execute(CREDENTIAL.to(uuid4(), command, new=True), by=by, key=key)
    except Exception:
        await vault.destroy(secret_id)
        raise
    if outcome.repeated:
        await vault.destroy(secret_id)
    await until_seen(watch, "accounts", outcome.position)
    body = await _row(connect, outcome.events[0].originator_id)
    return commanded(body, outcome.position, watch, status=201)


@patch("/credentials/{credential:uuid}", guards=[admin])
async def change_credential(
    credential: UUID, data: CredentialFields, bus: Bus, by: By, watch: Watch, connect: Connect, vault: Secrets
) -> Response[CredentialBody]:
    """Secrets that are left out stay; a changed one replaces the whole secret, and the old is destroyed."""
    state: Credential = await bus.state(CREDENTIAL, credential)
    if state.state != "active":
        raise NotFound("no such credential", code="CREDENTIAL_NOT_FOUND")
    intents = [
        CREDENTIAL.to(credential, ChangeCredential(name=data.name, port=data.port, reason=data.reason))
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
    try:
        outcome = await bus.execute(*intents, by=by)
    except Exception:
        if fresh:
            await vault.destroy(fresh)
        raise
    if fresh:
        await vault.destroy(state.secret_id)
    await until_seen(watch, "accounts", outcome.position)
    return commanded(await _row(connect, credential), outcome.position, watch)


@delete("/credentials/{credential:uuid}", guards=[admin], status_code=204)
async def delete_credential(
    credential: UUID, bus: Bus, by: By, watch: Watch, vault: Secrets, reason: str = ""
) -> Response[None]:
    """The secret is destroyed with it."""
    state: Credential = await bus.state(CREDENTIAL, credential)
    outcome = await bus.execute(CREDENTIAL.to(credential, DeleteCredential(reason=reason)), by=by)
    await vault.destroy(state.secret_id)
    await until_seen(watch, "accounts", outcome.position)
    return commanded(None, outcome.position, watch, status=204)


@post("/credentials/{credential:uuid}/test", guards=[admin], status_code=200)
async def test_credential(
    credential: UUID, data: TestRequest, by: By, opener: Opener, snmp: Snmp
) -> TestResult:
    """Tries it on one device, now."""
    access = await opener.open(str(credential), purpose=f"test on {data.address}", by=by)
    if not isinstance(access, SnmpV1Access | SnmpV2cAccess | SnmpV3Access):
        raise Refused("only SNMP credentials can be tried by themselves", code="CREDENTIAL_NOT_TESTABLE")
    try:
        facts = await snmp.read(data.address, access, timeout_s=_TEST_TIMEOUT_S)
    except SnmpError as error:
        return TestResult(ok=False, message=str(error))
    return TestResult(
        ok=True, message="the agent answers", sys_name=facts.system.sys_name, sys_descr=facts.system.sys_descr
    )


def _check(kind: Kind, fields: dict[str, Any]) -> None:
    """Refuses what does not make a credential of its kind, naming the field."""
    known = _FIELDS[kind]
    for name in fields:
        if name not in known:
            raise Invalid(f"a credential of kind {kind} has no {name}; it has {', '.join(known)}", field=name)
    try:
        access = msgspec.convert({**fields, "kind": kind, "id": "new"}, AnyAccess)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        missing = message.partition("missing required field `")[2].rstrip("`")
        raise Invalid(message, field=path.rstrip("`") or missing) from None
    if isinstance(access, SnmpV3Access):
        _check_v3(access)


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


_FIELDS: dict[Literal["snmp_v1", "snmp_v2c", "snmp_v3", "ssh", "routeros"], tuple[str, ...]] = {
    "snmp_v1": ("community",),
    "snmp_v2c": ("community",),
    "snmp_v3": ("username", "auth_protocol", "auth_password", "priv_protocol", "priv_password"),
    "ssh": ("username", "password", "private_key", "enable_password"),
    "routeros": ("username", "password", "tls"),
}


def _body(row: dict[str, Any]) -> CredentialBody:
    return msgspec.convert({**row, **row["shown"], "port": row["port"] or None}, CredentialBody)


async def _row(connect: Connect, credential: UUID) -> CredentialBody:
    async with connect() as conn:
        rows = [row for row in await listed(conn, "credentials", "id") if row["id"] == str(credential)]
    if not rows:
        raise NotFound("no such credential", code="CREDENTIAL_NOT_FOUND")
    return _body(rows[0])


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
