"""Settles customers whose change was cut off, and forgets sessions that ended long ago."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from domain.customer import CUSTOMER
from domain.customer_commands import AbandonChange
from domain.errors import DomainError
from domain.event import Actor, Attribution
from domain.ports import CommandBus, Leadership
from domain.router_ownership import SessionLog
from projections import customers
from projections.settings import in_force

Connect = Callable[[], AbstractAsyncContextManager[Any]]
SETTLE_S = 2.0
FIRST_FORGET_S, FORGET_S = 60.0, 3_600.0
SESSIONS_DAYS = 365
"""How long sessions are kept where the settings' `retention_days` does not name `customer_sessions`."""
log = structlog.get_logger(__name__)


class CutOffChanges:
    """Settles customers whose operation was ended before it was carried out: cancelled while it waited, or given up. And
    forgets sessions that ended longer ago than they are to be kept."""

    def __init__(
        self, bus: CommandBus, connect: Connect, leadership: Leadership, sessions: SessionLog
    ) -> None:
        self._bus = bus
        self._connect = connect
        self._leadership = leadership
        self._sessions = sessions
        self._by = Attribution(
            actor=Actor("policy", "customers", "customers"), correlation_id="cut-off changes"
        )

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        forget_at = loop.time() + FIRST_FORGET_S
        async with self._leadership.lead("cut-off changes"):
            while True:
                await asyncio.sleep(SETTLE_S)
                if loop.time() >= forget_at:
                    forget_at = loop.time() + FORGET_S
                    await self._forget()
                async with self._connect() as conn:
                    ended = await customers.cut_off(conn)
                for key, operation_id, state in ended:
                    message = f"its operation was {state} before it was carried out"
                    abandon = AbandonChange(
                        operation_id=operation_id, code="OPERATION_ENDED", message=message
                    )
                    try:
                        await self._bus.execute(CUSTOMER.to(key, abandon), by=self._by)
                    except DomainError as error:
                        log.warning("customer not settled", customer=key, why=error.message)

    async def _forget(self) -> None:
        async with self._connect() as conn:
            kept = (await in_force(conn)).retention_days
        await self._sessions.forget(kept.get("customer_sessions", SESSIONS_DAYS))
