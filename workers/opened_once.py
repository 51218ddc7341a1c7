"""Secrets that many devices share, opened once an operation: one event, and no race of hundreds for one credential."""

import asyncio

from domain.access import AnyAccess
from domain.event import Attribution
from domain.ports import SecretOpener


class OpenedOnce:
    """Satisfies SecretOpener for the life of one operation; what it opened is gone with it."""

    def __init__(self, secrets: SecretOpener) -> None:
        self._secrets = secrets
        self._opened: dict[str, AnyAccess] = {}
        self._opening = asyncio.Lock()

    async def open(
        self, credential_id: str, *, purpose: str, by: Attribution, operation_id: str = ""
    ) -> AnyAccess:
        async with self._opening:
            if credential_id not in self._opened:
                self._opened[credential_id] = await self._secrets.open(
                    credential_id, purpose=purpose, by=by, operation_id=operation_id
                )
            return self._opened[credential_id]
