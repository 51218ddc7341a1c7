"""Says that this worker is here, so that /health can tell how many are."""

import asyncio
from typing import Protocol

_EVERY_S = 5.0


class Register(Protocol):
    """Where workers say that they live."""

    async def present(self, worker_id: str, kind: str) -> None: ...

    async def leave(self, worker_id: str) -> None: ...


class Presence:
    def __init__(self, register: Register, worker_id: str, kinds: str) -> None:
        self._register = register
        self._worker_id = worker_id
        self._kinds = kinds

    async def run(self) -> None:
        try:
            while True:
                await self._register.present(self._worker_id, self._kinds)
                await asyncio.sleep(_EVERY_S)
        finally:
            await self._register.leave(self._worker_id)
