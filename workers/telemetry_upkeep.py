"""Packs and rolls up what was recorded, and drops what is old: one worker at a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog

from domain.ports import Leadership
from domain.telemetry_history import TelemetryUpkeep

LOOK_S = 60.0
EXPIRE_S = 3_600.0
"""How often the oldest partition of each kind may go: a clock that jumped ahead cannot take much before it is noticed."""
_FIRST_EXPIRE_S = 600.0
log = structlog.get_logger(__name__)


class TelemetryUpkeepService:
    def __init__(
        self,
        upkeep: TelemetryUpkeep,
        leadership: Leadership,
        retention_days: Callable[[], Awaitable[Mapping[str, int]]],
        *,
        look_s: float = LOOK_S,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._upkeep = upkeep
        self._leadership = leadership
        self._retention_days = retention_days
        self._look_s = look_s
        self._now = now

    async def run(self) -> None:
        async with self._leadership.lead("telemetry upkeep"):
            expire_at = time.monotonic() + _FIRST_EXPIRE_S
            while True:
                await self._compact()
                if time.monotonic() >= expire_at:
                    expire_at = time.monotonic() + EXPIRE_S
                    kept = await self._retention_days()
                    dropped = await asyncio.to_thread(self._upkeep.expire, self._now(), kept)
                    if dropped:
                        log.info("old telemetry dropped", partitions=dropped)
                await asyncio.sleep(self._look_s)

    async def _compact(self) -> None:
        """All that is due, in parts between which it can be stopped."""
        packed = -1
        while packed:
            packed = await asyncio.to_thread(self._upkeep.compact, self._now())
