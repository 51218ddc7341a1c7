"""Devices that went down or came up, appended together, however many at once."""

import asyncio
from collections.abc import Sequence

import structlog

from domain.aggregate import Intent
from domain.alert import ALERT, alert_id
from domain.alert_commands import ResolveAlert
from domain.device import DEVICE, unreachable_alert
from domain.device_commands import MarkDown, MarkUp
from domain.errors import DomainError, NotFound, Refused
from domain.event import Actor, Attribution
from domain.ports import CommandBus

TOGETHER = 64
_AGAIN_S = 2.0
log = structlog.get_logger(__name__)


class Verdicts:
    """The last word on each device, until it is in the ledger."""

    def __init__(self, bus: CommandBus, worker_id: str) -> None:
        self._bus = bus
        self._by = Attribution(actor=Actor("worker", worker_id, worker_id), correlation_id=worker_id)
        self._open: dict[str, str] = {}
        """Device to the cause of its being down; empty: it is up."""
        self._news = asyncio.Event()

    def down(self, device_id: str, cause: str) -> None:
        self._open[device_id] = cause
        self._news.set()

    def up(self, device_id: str) -> None:
        self._open[device_id] = ""
        self._news.set()

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._open:
                some = dict(list(self._open.items())[:TOGETHER])
                if not await self._append(some):
                    await asyncio.sleep(_AGAIN_S)

    async def _append(self, some: dict[str, str]) -> bool:
        try:
            await self._execute(list(some.items()))
        except (Refused, NotFound):  # one of them was removed or merged meanwhile
            for each in some.items():
                try:
                    await self._execute([each])
                except (Refused, NotFound) as error:
                    log.info("device neither up nor down", device=each[0], why=error.message)
                except DomainError as error:
                    log.warning("availability not recorded", device=each[0], why=error.message)
        except DomainError as error:
            log.warning("availability not recorded, trying again", devices=len(some), why=error.message)
            return False
        for device_id, cause in some.items():
            if self._open.get(device_id) == cause:
                del self._open[device_id]
        return True

    async def _execute(self, some: Sequence[tuple[str, str]]) -> None:
        intents: list[Intent] = []
        for device_id, cause in some:
            intents.append(DEVICE.to(device_id, MarkDown(cause=cause) if cause else MarkUp()))
            if not cause:
                intents += await self._resolution(device_id)
        await self._bus.execute(*intents, by=self._by)

    async def _resolution(self, device_id: str) -> list[Intent]:
        """Of the alert that a discovery may have raised."""
        alert = alert_id(unreachable_alert(device_id))
        if (await self._bus.state(ALERT, alert)).state in ("absent", "resolved"):
            return []
        return [ALERT.to(alert, ResolveAlert(reason="the device answers again"))]
