"""`netledger user`: accounts, from the machine itself, for when nobody can log in any more."""

import secrets
from uuid import UUID

import msgspec
from argon2 import PasswordHasher
from rich.console import Console as Terminal
from rich.table import Table

from cli.console import Console
from domain.errors import Invalid, NotFound
from domain.role import Role
from domain.user import USER, user_id
from domain.user_commands import ChangeUser, CreateUser, DisableTotp, ReplacePassword, Username
from projections.accounts import listed


async def create(console: Console, terminal: Terminal, username: str, role: Role, email: str) -> None:
    try:
        msgspec.convert(username, Username)
    except msgspec.ValidationError:
        raise Invalid(
            "a user name has up to 64 letters, digits and . _ @ -, and begins with a letter or a digit",
            field="username",
        ) from None
    password, password_id = await _new_password(console)
    command = CreateUser(username=username, role=role, email=email, password_id=password_id)
    try:
        await console.bus.execute(USER.to(user_id(username), command), by=console.by())
    except Exception:
        await console.vault.destroy(password_id)
        raise
    terminal.print(f"user [bold]{username}[/] ({role}), password [bold]{password}[/]  (shown this once)")


async def set_password(console: Console, terminal: Terminal, username: str) -> None:
    """A new generated password; the user's one-time passwords are switched off, and all sessions end."""
    account = await _existing(console, username)
    state = await console.bus.state(USER, account)
    password, password_id = await _new_password(console)
    intents = [USER.to(account, ReplacePassword(password_id=password_id))]
    if state.totp_id:
        intents.append(USER.to(account, DisableTotp()))
    await console.bus.execute(*intents, by=console.by())
    for old in filter(None, (state.password_id, state.totp_id)):
        await console.vault.destroy(old)
    async with console.pool.connection() as conn:
        await conn.execute("UPDATE auth.sessions SET revoked = true WHERE user_id = %s", (account,))
        await conn.execute("DELETE FROM auth.failures WHERE username = %s", (username.casefold(),))
    terminal.print(f"user [bold]{username}[/], password [bold]{password}[/]  (shown this once)")


async def set_disabled(console: Console, username: str, *, disabled: bool) -> None:
    account = await _existing(console, username)
    await console.bus.execute(USER.to(account, ChangeUser(disabled=disabled)), by=console.by())


async def show(console: Console, terminal: Terminal) -> None:
    async with console.pool.connection() as conn:
        rows = await listed(conn, "users", "username")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("user", "role", "state", "one-time passwords", "last login (UTC)"):
        table.add_column(heading)
    for row in rows:
        state = "disabled" if row["disabled"] else "active"
        last = (row["last_login_at"] or "never")[:19].replace("T", " ")
        table.add_row(row["username"], row["role"], state, "on" if row["totp"] else "off", last)
    terminal.print(table)


async def _existing(console: Console, username: str) -> UUID:
    account = user_id(username)
    if (await console.bus.state(USER, account)).state in ("absent", "deleted"):
        raise NotFound(f"no user {username}", code="USER_NOT_FOUND")
    return account


async def _new_password(console: Console) -> tuple[str, str]:
    password = secrets.token_urlsafe(15)
    hashed = PasswordHasher().hash(password)
    return password, await console.vault.put(hashed.encode(), purpose="password")
