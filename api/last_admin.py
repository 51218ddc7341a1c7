"""Keeps an admin: the last one can neither be disabled, nor lose the role, nor be deleted."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

from api.positions import seen
from domain.errors import Refused, Unavailable
from domain.event import Command
from domain.ports import EventLog, PositionWatch
from domain.user_commands import ChangeUser, DeleteUser
from projections.accounts import listed

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_LOCK = 0x61646D696E  # "admin": of two admins who demote each other the second is refused


class LastAdmin:
    def __init__(self, connect: Connect, watch: PositionWatch, events: EventLog) -> None:
        self._connect = connect
        self._watch = watch
        self._events = events

    @contextlib.asynccontextmanager
    async def kept(self, user: UUID, *commands: Command) -> AsyncIterator[None]:
        """Carry the commands out inside; raises Refused where no admin would be left."""
        if not any(map(_unmakes, commands)):
            yield
            return
        async with self._connect() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if not await seen(self._watch, "accounts", await self._events.head()):
                raise Unavailable("the read model accounts is behind; try again", code="READ_MODEL_BEHIND")
            rows = await listed(conn, "users", "username")
            admins = [row["id"] for row in rows if row["role"] == "admin" and not row["disabled"]]
            if admins == [str(user)]:
                raise Refused("this is the last admin; make another one first", code="LAST_ADMIN")
            yield


def _unmakes(command: Command) -> bool:
    if isinstance(command, ChangeUser):
        return command.disabled is True or command.role in ("viewer", "engineer")
    return isinstance(command, DeleteUser)
