"""Makes a database ready: its tables, and the first admin."""

import asyncio
import secrets

import psycopg
from argon2 import PasswordHasher

from adapters.schema import migrate
from cli.console import Console
from domain.user import USER, user_id
from domain.user_commands import CreateUser
from projections.store import ensure_positions

ADMIN = "admin"


async def prepare_database(url: str) -> None:
    """Brings the tables up to this release."""
    await asyncio.to_thread(migrate, url)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        await ensure_positions(conn)


async def ensure_admin(console: Console, given_password: str) -> str | None:
    """Creates `admin` on an installation without one; returns the password where it was generated."""
    account = user_id(ADMIN)
    if (await console.bus.state(USER, account)).state != "absent":
        return None
    password = given_password or secrets.token_urlsafe(15)
    hashed = PasswordHasher().hash(password)
    password_id = await console.vault.put(hashed.encode(), purpose="password")
    command = CreateUser(username=ADMIN, role="admin", password_id=password_id, reason="first start")
    await console.bus.execute(USER.to(account, command), by=console.by())
    return None if given_password else password
