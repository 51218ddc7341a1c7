"""Says that this worker is here, and what it counts, so that /health and /metrics can tell."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from domain.worker_figures import WorkerFigure

_EVERY_S = 5.0


class Register(Protocol):
    """Where workers say that they live."""

    async def present(self, worker_id: str, kind: str, figures: Sequence[WorkerFigure]) -> None: ...

    async def leave(self, worker_id: str) -> None: ...


class Presence:
    def __init__(
        self, register: Register, worker_id: str, kinds: str, figures: Callable[[], Sequence[WorkerFigure]]
    ) -> None:
        self._register = register
        self._worker_id = worker_id
        self._kinds = kinds
        self._figures = figures

    async def run(self) -> None:
        try:
            while True:
                await self._register.present(self._worker_id, self._kinds, self._figures())
                await asyncio.sleep(_EVERY_S)
        finally:
            await self._register.leave(self._worker_id)
