"""PPPoE secrets: reading them without their passwords, and making them what is wanted."""

import hmac
from collections.abc import Collection, Mapping

from adapters.routeros.dialogue import Dialogue, any_of
from adapters.routeros.sessions import drop, sessions_of
from adapters.routeros.values import flag
from adapters.routeros.wire import Row
from domain.router_isolation import RouterStep, StepReporter
from domain.router_ports import RouterError
from domain.router_secrets import PppSecret, SecretChange, WantedSecret

MENU = "/ppp/secret"
OTHER = ("routes", "ipv6-routes", "limit-bytes-in", "limit-bytes-out", "remote-ipv6-prefix")
"""Settings that nobody here changes, but that a restoration brings back."""
FIELDS = (
    ".id",
    "name",
    "service",
    "profile",
    "disabled",
    "remote-address",
    "local-address",
    "caller-id",
    "comment",
    *OTHER,
)
UNSET = frozenset({"remote-address", "local-address", "remote-ipv6-prefix"})
"""RouterOS refuses an empty value for these: they are unset instead."""
PPPOE = ("?service=pppoe", "?service=any", "?#|")


async def secrets(dialogue: Dialogue) -> tuple[PppSecret, ...]:
    rows = await dialogue.rows(MENU, FIELDS, *PPPOE)
    return tuple(_secret(row) for row in rows)


async def passwords(dialogue: Dialogue) -> Mapping[str, str]:
    """By secret name; a user without the `sensitive` policy gets none."""
    rows = await dialogue.rows(MENU, ["name", "password"], *PPPOE)
    return {row["name"]: row["password"] for row in rows if "name" in row and "password" in row}


async def profiles(dialogue: Dialogue) -> tuple[str, ...]:
    rows = await dialogue.rows("/ppp/profile", ["name"])
    return tuple(row["name"] for row in rows if "name" in row)


async def find_secret(dialogue: Dialogue, name: str) -> PppSecret | None:
    """The secret of that very name that PPPoE uses."""
    row = await _row(dialogue, name, FIELDS)
    return None if row is None else _secret(row)


async def the_secret(dialogue: Dialogue, name: str) -> PppSecret:
    secret = await find_secret(dialogue, name)
    if secret is None:
        raise RouterError("ROUTER_SECRET_NOT_FOUND", f"this router has no PPPoE secret {name}", username=name)
    return secret


async def _row(dialogue: Dialogue, name: str, fields: tuple[str, ...]) -> Row | None:
    rows = await dialogue.rows(MENU, fields, f"?name={name}", *PPPOE, "?#&")
    return next((row for row in rows if row.get("service") == "pppoe"), rows[0] if rows else None)


async def secrets_named(dialogue: Dialogue, names: Collection[str]) -> tuple[PppSecret, ...]:
    """One of each name that is there, in one question."""
    if not names:
        return ()
    rows = await dialogue.rows(MENU, FIELDS, *any_of("name", names), *PPPOE, "?#&")
    found: dict[str, PppSecret] = {}
    for row in rows:
        if row.get("name") not in found or row.get("service") == "pppoe":
            found[row.get("name", "")] = _secret(row)
    return tuple(found.values())


def _secret(row: Row) -> PppSecret:
    return PppSecret(
        secret_id=row.get(".id", ""),
        name=row.get("name", ""),
        service=row.get("service", "any"),
        profile=row.get("profile", ""),
        disabled=flag(row.get("disabled", "")),
        remote_address=row.get("remote-address", ""),
        local_address=row.get("local-address", ""),
        caller_id=row.get("caller-id", ""),
        comment=row.get("comment", ""),
        other={name: row[name] for name in OTHER if row.get(name)},
    )


def settings(secret: PppSecret) -> Row:
    """A secret in the router's words, empty where it is not set; id and password are no settings."""
    return {
        "name": secret.name,
        "service": secret.service,
        "profile": secret.profile,
        "disabled": "yes" if secret.disabled else "no",
        "remote-address": secret.remote_address,
        "local-address": secret.local_address,
        "caller-id": secret.caller_id,
        "comment": secret.comment,
        **{name: secret.other.get(name, "") for name in OTHER},
    }


async def write(dialogue: Dialogue, secret_id: str, values: Mapping[str, str]) -> None:
    """All that is set goes in one command, so that it is there whole or not at all; what is unset follows."""
    together = {name: value for name, value in values.items() if value or name not in UNSET}
    if together:
        await dialogue.set(MENU, secret_id, together)
    for name in values.keys() - together.keys():
        await dialogue.unset(MENU, secret_id, name)


async def ensure_secret(
    dialogue: Dialogue, wanted: WantedSecret, report: StepReporter, *, create_only: bool
) -> SecretChange:
    """As `Router.ensure_secret`; with `create_only` one that is there already is refused, unless it is as wanted."""
    values = _wanted(wanted)
    row = await _row(dialogue, wanted.name, (*FIELDS, "password"))
    if row is None:
        try:
            return await _create(dialogue, wanted.name, values, report)
        except RouterError as error:
            if error.code != "ROUTER_ITEM_EXISTS":
                raise
        row = await _row(dialogue, wanted.name, (*FIELDS, "password"))
        if row is None:
            raise RouterError(
                "ROUTER_ITEM_EXISTS", f"{wanted.name} is the name of a secret for another service"
            )
    before = _secret(row)
    changes = {name: value for name, value in values.items() if not _same(name, row, before, value)}
    if not changes:
        await report(RouterStep(name="secret.change", state="confirmed", detail="it is so already"))
        return SecretChange(changed=False, before=before, after=before)
    fields = tuple(sorted(changes))
    if create_only:
        raise RouterError(
            "ROUTER_ITEM_EXISTS",
            f"this router has a PPPoE secret {wanted.name} already, with another {', '.join(fields)}",
            fields=list(fields),
        )
    await report(RouterStep(name="secret.change", state="intended", detail=", ".join(fields)))
    await write(dialogue, before.secret_id, changes)
    return await _confirmed(
        dialogue, wanted.name, values, report, before=before, fields=fields, step="secret.change"
    )


def _wanted(wanted: WantedSecret) -> Row:
    values = {
        "name": wanted.name,
        "password": wanted.password,
        "service": wanted.service,
        "profile": wanted.profile,
        "remote-address": wanted.remote_address,
        "local-address": wanted.local_address,
        "caller-id": wanted.caller_id,
        "comment": wanted.comment,
        "disabled": None if wanted.disabled is None else ("yes" if wanted.disabled else "no"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _same(name: str, row: Row, secret: PppSecret, value: str) -> bool:
    if name == "password":  # hidden from users without the `sensitive` policy: then it is written again
        return "password" in row and hmac.compare_digest(row["password"].encode(), value.encode())
    return settings(secret)[name] == value


async def _create(dialogue: Dialogue, name: str, values: Row, report: StepReporter) -> SecretChange:
    await report(RouterStep(name="secret.create", state="intended", detail=name))
    await dialogue.add(MENU, {key: value for key, value in values.items() if value or key not in UNSET})
    return await _confirmed(
        dialogue, name, values, report, before=None, fields=tuple(sorted(values)), step="secret.create"
    )


async def _confirmed(
    dialogue: Dialogue,
    name: str,
    values: Row,
    report: StepReporter,
    *,
    before: PppSecret | None,
    fields: tuple[str, ...],
    step: str,
) -> SecretChange:
    await report(RouterStep(name=step, state="sent", detail=", ".join(fields)))
    row = await _row(dialogue, name, (*FIELDS, "password"))
    after = None if row is None else _secret(row)
    wrong = [key for key, value in values.items() if row is None or not _read_back(key, row, value)]
    if after is None or wrong:
        raise RouterError(
            "ROUTER_READBACK_DIFFERS",
            f"{name} was written but reads back with another {', '.join(wrong)}; somebody else may be changing it",
            sent=True,
            fields=wrong,
        )
    await report(RouterStep(name=step, state="confirmed", detail=", ".join(fields)))
    return SecretChange(changed=True, before=before, after=after, fields=fields)


def _read_back(name: str, row: Row, value: str) -> bool:
    if name == "password" and "password" not in row:
        return True
    return _same(name, row, _secret(row), value)


async def ensure_no_secret(dialogue: Dialogue, name: str, report: StepReporter) -> SecretChange:
    before = await find_secret(dialogue, name)
    if before is not None:
        await report(RouterStep(name="secret.remove", state="intended", detail=name))
        await dialogue.remove(MENU, before.secret_id)
        await report(RouterStep(name="secret.remove", state="sent", detail=name))
        if await find_secret(dialogue, name) is not None:
            raise RouterError("ROUTER_READBACK_DIFFERS", f"{name} was removed but is there again", sent=True)
    await report(RouterStep(name="secret.remove", state="confirmed", detail="there is none"))
    there = await sessions_of(dialogue, name)
    if there:
        await drop(dialogue, name, there, report)
    return SecretChange(changed=before is not None or bool(there), before=before)
