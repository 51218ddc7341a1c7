"""Receives syslog messages and SNMP traps: keeps them, and hands on what rules and backups wait for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

import msgspec
import structlog

from domain.alerting.finding import Finding, FindingSink, LogFilter
from domain.config_notes import ConfigNotices
from domain.config_text import ConfigAuthor
from domain.network_log import (
    DEFAULT_DAYS,
    RETENTION,
    NetworkLog,
    NetworkLogStore,
    SourceLimits,
    configured_by,
)
from domain.settings import ReceiverSettings
from domain.worker_figures import WorkerFigure
from projections import alert_rules
from projections.network_logs import devices_by_address
from projections.settings import in_force
from workers.inbox import Inbox

Connect = Callable[[], AbstractAsyncContextManager[Any]]
TOGETHER = 1_000
PAUSE_S = 0.2
LOOK_S = 10.0
AGAIN_S = 1.0
TELL_S = 10.0
EXPIRE_S = 3_600.0
log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Where messages arrive: it hands each to the inbox, with the address it came from."""

    async def run(self, inbox: Inbox) -> None: ...


class Receivers:
    def __init__(
        self,
        listeners: Sequence[Listener],
        *,
        connect: Connect,
        store: NetworkLogStore,
        findings: FindingSink,
        notices: ConfigNotices,
    ) -> None:
        self._listeners = listeners
        self._connect = connect
        self._store = store
        self._findings = findings
        self._notices = notices
        self._inbox = Inbox()
        self._devices: Mapping[str, str] = {}
        self._filter = LogFilter([])
        self._settings = ReceiverSettings()
        self._keep_days = DEFAULT_DAYS

    def figures(self) -> Iterable[WorkerFigure]:
        """What was taken and dropped; nothing where nothing is received."""
        return self._inbox.counts.figures() if self._listeners else ()

    async def run(self) -> None:
        """Until cancelled."""
        if not self._listeners:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as group:
            for service in (self._keep_looking, self._keep_storing, self._keep_telling, self._keep_expiring):
                group.create_task(service())
            for listener in self._listeners:
                group.create_task(listener.run(self._inbox))

    async def _keep_looking(self) -> None:
        while True:
            try:
                async with self._connect() as conn:
                    self._devices = await devices_by_address(conn)
                    self._filter = LogFilter(await alert_rules.in_force(conn))
                    settings = await in_force(conn)
                self._keep_days = settings.retention_days.get(RETENTION, DEFAULT_DAYS)
                if settings.receivers != self._settings:
                    self._settings = settings.receivers
                    self._inbox.limits = SourceLimits(
                        rate_per_s=self._settings.rate_per_s, burst=self._settings.burst
                    )
            except Exception as error:  # as it was known
                log.warning("receivers know no news of devices and rules", error=repr(error))
                await asyncio.sleep(AGAIN_S)
            else:
                await asyncio.sleep(LOOK_S)

    async def _keep_storing(self) -> None:
        inbox = self._inbox
        while True:
            await inbox.news.wait()
            inbox.news.clear()
            while inbox.waiting:
                batch = [inbox.waiting[place] for place in range(min(TOGETHER, len(inbox.waiting)))]
                known = [self._of_device(record) for record in batch]
                found = [finding for each in known if (finding := self._finding(each)) is not None]
                await _insist(partial(self._store.add, known), "messages not stored, trying again")
                await _insist(partial(self._hand_on, known, found), "messages not handed on, trying again")
                for _ in batch:
                    inbox.waiting.popleft()
                if len(batch) < TOGETHER:
                    await asyncio.sleep(PAUSE_S)

    def _of_device(self, record: NetworkLog) -> NetworkLog:
        device_id = self._devices.get(
            record.host if record.source == "trap" and record.host else record.address
        )
        device_id = device_id or self._devices.get(record.address)
        return msgspec.structs.replace(record, device_id=device_id) if device_id else record

    async def _hand_on(self, logs: Sequence[NetworkLog], found: Sequence[Finding]) -> None:
        """To alert rules what one of them looks for, to backups whose configuration was changed."""
        if found:
            await self._findings.add(found)
        configured = {
            each.device_id: by for each in logs if each.device_id and (by := configured_by(each)) is not None
        }
        for device_id, by in configured.items():
            await self._notices.configured(device_id, ConfigAuthor(by=by) if by else None)

    def _finding(self, record: NetworkLog) -> Finding | None:
        if not record.device_id or record.source == "receiver":
            return None
        finding = Finding(
            id=str(uuid4()),
            kind="log",
            device_id=record.device_id,
            at=record.received_at,
            text=f"{record.app}: {record.message}" if record.app else record.message,
            source="trap" if record.source == "trap" else "syslog",
            trap_oid=record.trap_oid,
            level=record.severity,
        )
        return finding if self._filter.wants(finding) else None

    async def _keep_telling(self) -> None:
        """Says what was dropped, where the messages are that were not."""
        while True:
            await asyncio.sleep(TELL_S)
            self._inbox.tell()

    async def _keep_expiring(self) -> None:
        while True:
            try:
                dropped = await self._store.expire(self._keep_days)
                if dropped:
                    log.info("old messages of the network dropped", days=dropped)
                await asyncio.sleep(EXPIRE_S)
            except Exception as error:
                log.warning("partitions of messages not kept up", error=repr(error))
                await asyncio.sleep(AGAIN_S)


async def _insist(step: Callable[[], Awaitable[None]], event: str) -> None:
    """Until it succeeds, so that what was stored is not stored again when what follows fails."""
    while True:
        try:
            return await step()
        except Exception as error:
            log.warning(event, error=repr(error))
            await asyncio.sleep(AGAIN_S)
