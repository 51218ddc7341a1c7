"""Users, API keys and credentials, without any secret."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.api_key import ApiKeyCreated, ApiKeyRevoked
from domain.credential import (
    CredentialChanged,
    CredentialCreated,
    CredentialDeleted,
    CredentialSecretReplaced,
)
from domain.event import Change, Recorded
from domain.user_events import (
    UserCreated,
    UserDeleted,
    UserDisabled,
    UserEmailChanged,
    UserEnabled,
    UserLoggedIn,
    UserPasswordReplaced,
    UserPreferencesChanged,
    UserRoleChanged,
    UserTotpDisabled,
    UserTotpEnabled,
)
from domain.user_views import UserViewForgotten, UserViewSaved, View, evolve
from projections.tables import Key, Row, Rows, Table, instant

USERS = Table(
    "users",
    {
        "id": "uuid",
        "username": "text NOT NULL",
        "email": "text NOT NULL",
        "role": "text NOT NULL",
        "disabled": "boolean NOT NULL",
        "totp": "boolean NOT NULL",
        "theme": "text NOT NULL",
        "notifications": "jsonb NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "last_login_at": "timestamptz",
        "password_changed_at": "timestamptz NOT NULL",
    },
    key=("id",),
)
VIEWS = Table("views", {"user_id": "uuid", "views": "jsonb NOT NULL"}, key=("user_id",))
"""The views that a user keeps, by list and name: apart from the user, who is read with every request."""
API_KEYS = Table(
    "api_keys",
    {
        "id": "uuid",
        "name": "text NOT NULL",
        "role": "text NOT NULL",
        "digest": "text NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "created_by": "text NOT NULL",
        "expires_at": "timestamptz",
        "revoked": "boolean NOT NULL",
    },
    key=("id",),
    indexes=("(digest)",),
)
CREDENTIALS = Table(
    "credentials",
    {
        "id": "uuid",
        "name": "text NOT NULL",
        "kind": "text NOT NULL",
        "port": "int NOT NULL",
        "shown": "jsonb NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
)


class Accounts:
    """Who may come in, and what Netledger itself comes in with."""

    name = "accounts"
    version = 2
    tables: Sequence[Table] = (USERS, VIEWS, API_KEYS, CREDENTIALS)
    topics: Sequence[str] = ("user.", "api_key.", "credential.")

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield _TABLES[recorded.aggregate], (str(recorded.originator_id),)
        if isinstance(recorded.event, UserViewSaved | UserViewForgotten | UserDeleted):
            yield "views", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        {"user": _user, "api_key": _api_key, "credential": _credential}[recorded.aggregate](recorded, rows)


_VIEWS = dict[str, dict[str, View]]
_TABLES = {"user": "users", "api_key": "api_keys", "credential": "credentials"}


def _user(recorded: Recorded, rows: Rows) -> None:
    user_id, event = str(recorded.originator_id), recorded.event
    at = instant(recorded.meta.occurred_at)
    match event:
        case UserCreated():
            rows.put(
                "users",
                {
                    "id": user_id,
                    "username": event.username,
                    "email": event.email,
                    "role": event.role,
                    "disabled": False,
                    "totp": False,
                    "theme": "system",
                    "notifications": {},
                    "created_at": at,
                    "last_login_at": None,
                    "password_changed_at": at,
                },
            )
        case UserRoleChanged():
            rows.update("users", user_id, role=event.new)
        case UserEmailChanged():
            rows.update("users", user_id, email=event.new)
        case UserPreferencesChanged():
            rows.update("users", user_id, **_columns(USERS, event.changes))
        case UserViewSaved() | UserViewForgotten():
            kept = rows.get("views", user_id)
            before = msgspec.convert(kept["views"], _VIEWS) if kept else {}
            rows.put("views", {"user_id": user_id, "views": msgspec.to_builtins(evolve(before, event))})
        case UserDisabled():
            rows.update("users", user_id, disabled=True)
        case UserEnabled():
            rows.update("users", user_id, disabled=False)
        case UserPasswordReplaced():
            rows.update("users", user_id, password_changed_at=at)
        case UserTotpEnabled():
            rows.update("users", user_id, totp=True)
        case UserTotpDisabled():
            rows.update("users", user_id, totp=False)
        case UserLoggedIn():
            rows.update("users", user_id, last_login_at=at)
        case UserDeleted():
            rows.delete("users", user_id)
            rows.delete("views", user_id)
        case _:
            pass


def _api_key(recorded: Recorded, rows: Rows) -> None:
    key_id, event = str(recorded.originator_id), recorded.event
    match event:
        case ApiKeyCreated():
            rows.put(
                "api_keys",
                {
                    "id": key_id,
                    "name": event.name,
                    "role": event.role,
                    "digest": event.digest,
                    "created_at": instant(recorded.meta.occurred_at),
                    "created_by": recorded.meta.actor.name,
                    "expires_at": instant(event.expires_at) if event.expires_at else None,
                    "revoked": False,
                },
            )
        case ApiKeyRevoked():
            rows.update("api_keys", key_id, revoked=True)
        case _:
            pass


def _credential(recorded: Recorded, rows: Rows) -> None:
    credential_id, event = str(recorded.originator_id), recorded.event
    stamp = {"changed_at": instant(recorded.meta.occurred_at), "position": recorded.position}
    match event:
        case CredentialCreated():
            rows.put(
                "credentials",
                {
                    "id": credential_id,
                    "name": event.name,
                    "kind": event.kind,
                    "port": event.port,
                    "shown": event.shown,
                    "created_at": instant(recorded.meta.occurred_at),
                    **stamp,
                },
            )
        case CredentialChanged():
            rows.update("credentials", credential_id, **_columns(CREDENTIALS, event.changes), **stamp)
        case CredentialSecretReplaced():
            rows.update("credentials", credential_id, shown=event.shown, **stamp)
        case CredentialDeleted():
            rows.delete("credentials", credential_id)
        case _:
            pass


def _columns(table: Table, changes: Iterable[Change]) -> Row:
    """New values by column; a field that a later release dropped is passed over."""
    return {change.field: change.new for change in changes if change.field in table.columns}


async def listed(conn: AsyncConnection[Any], table: str, order: str) -> list[dict[str, Any]]:
    """All rows of one of the three tables, whose numbers are those of people and not of devices."""
    assert table in _TABLES.values()
    cursor = await conn.execute(f"SELECT row_to_json(t)::text FROM accounts.{table} t ORDER BY {order}")
    return [msgspec.json.decode(row[0]) for row in await cursor.fetchall()]


async def views_of(conn: AsyncConnection[Any], user_id: str) -> dict[str, dict[str, View]]:
    """The views that a user keeps, by list and name."""
    cursor = await conn.execute("SELECT views::text FROM accounts.views WHERE user_id = %s", (user_id,))
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0], type=_VIEWS) if row else {}


async def api_key_by_digest(conn: AsyncConnection[Any], digest: str) -> dict[str, Any] | None:
    """The key that hashes to this, neither revoked nor expired. Looking up by digest leaks nothing of the key."""
    cursor = await conn.execute(
        "SELECT row_to_json(t)::text FROM accounts.api_keys t"
        " WHERE digest = %s AND NOT revoked AND (expires_at IS NULL OR expires_at > now())",
        (digest,),
    )
    row = await cursor.fetchone()
    return msgspec.json.decode(row[0]) if row else None
