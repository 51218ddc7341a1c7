"""Receives syslog messages and SNMP traps: keeps them, and hands on what rules and backups wait for."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
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
from domain.syslog import parse
from domain.traps import Trap, fields, severity, text
from projections import alert_rules
from projections.network_logs import devices_by_address
from projections.settings import in_force

Connect = Callable[[], AbstractAsyncContextManager[Any]]
MOST_WAITING = 50_000
"""Messages that wait for the database; beyond, the newest are dropped and counted."""
TOGETHER = 1_000
PAUSE_S = 0.2
LOOK_S = 10.0
AGAIN_S = 1.0
TELL_S = 10.0
EXPIRE_S = 3_600.0
_MOST_TOLD = 20
log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Where messages arrive: it hands each to the inbox, with the address it came from."""

    async def run(self, inbox: "Inbox") -> None: ...


class Inbox:
    """Takes messages as fast as they come; what is too much is dropped before anything is read of it."""

    def __init__(self) -> None:
        self.waiting: deque[NetworkLog] = deque()
        self.news = asyncio.Event()
        self.limits = SourceLimits(rate_per_s=100.0, burst=1_000)
        self.full = 0
        """Messages dropped because the database was too slow."""

    def admits(self, address: str) -> bool:
        """Whether one more message of the source is taken now."""
        if len(self.waiting) >= MOST_WAITING:
            self.full += 1
            return False
        return self.limits.take(address, time.monotonic())

    def syslog(self, datagram: bytes, address: str) -> None:
        message = parse(datagram)
        words = [message.message_id, message.message] if message.message_id else [message.message]
        self._put(
            NetworkLog(
                received_at=time.time(),
                source="syslog",
                address=address,
                severity=message.severity,
                facility=message.facility,
                host=message.host,
                app=message.app,
                message=" ".join(words).strip(),
                sent_at=message.sent_at,
                fields=dict(message.data),
            )
        )

    def trap(self, trap: Trap, address: str) -> None:
        self._put(
            NetworkLog(
                received_at=time.time(),
                source="trap",
                address=address,
                severity=severity(trap.oid),
                message=text(trap),
                trap_oid=trap.oid,
                host=trap.agent,
                fields=fields(trap),
            )
        )

    def note(self, message: str, address: str = "") -> None:
        """What we have to say ourselves."""
        self._put(
            NetworkLog(
                received_at=time.time(), source="receiver", address=address, severity=4, message=message
            )
        )

    def _put(self, record: NetworkLog) -> None:
        self.waiting.append(record)
        self.news.set()


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
        self._handed_on: deque[tuple[NetworkLog, str]] = deque(maxlen=MOST_WAITING)

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
                try:
                    await self._store.add(known)
                    await self._hand_on(known)
                except Exception as error:
                    log.warning("messages not stored, trying again", messages=len(batch), error=repr(error))
                    await asyncio.sleep(AGAIN_S)
                    continue
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

    async def _hand_on(self, logs: Sequence[NetworkLog]) -> None:
        """To alert rules what one of them looks for, to backups whose configuration was changed."""
        found = [finding for each in logs if (finding := self._finding(each)) is not None]
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
            refused = self._inbox.limits.told()
            for address, count in sorted(refused.items(), key=lambda each: -each[1])[:_MOST_TOLD]:
                self._inbox.note(
                    f"{count} messages of {address or 'new sources'} dropped: rate limit", address
                )
            if len(refused) > _MOST_TOLD:
                self._inbox.note(f"messages of {len(refused) - _MOST_TOLD} more sources dropped: rate limit")
            if self._inbox.full:
                full, self._inbox.full = self._inbox.full, 0
                self._inbox.note(f"{full} messages dropped: the database did not take them fast enough")

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
