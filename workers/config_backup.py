"""Reads a device's configuration and keeps it: in the store, and as an event where it is another than the time before."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

from domain.config import CONFIG, config_id
from domain.config_access import ConfigAccess, WaysIn
from domain.config_commands import Cause, RecordBackup
from domain.config_notes import ConfigNotes, ConfigRead
from domain.config_ports import ConfigReader, ConfigStore, ConfigTarget, RunningConfig
from domain.config_text import ConfigAuthor, content_address
from domain.event import Attribution
from domain.ports import CommandBus, DeviceTurns
from workers.opened_once import OpenedOnce

Connect = Callable[[], AbstractAsyncContextManager[Any]]
TURN_S = 900.0
"""How long a device that others work on is waited for."""


class ConfigKeeper:
    """Keeps configurations that were read; what a change of a device keeps goes through it too."""

    def __init__(
        self,
        *,
        bus: CommandBus,
        devices: ConfigReader,
        access: ConfigAccess,
        store: ConfigStore,
        notes: ConfigNotes,
        turns: DeviceTurns,
    ) -> None:
        self._bus = bus
        self._devices = devices
        self._access = access
        self._store = store
        self._notes = notes
        self._turns = turns

    def shared_access(self) -> ConfigAccess:
        """For one operation on many devices: each credential is opened once."""
        return self._access.opening(OpenedOnce(self._access.secrets))

    async def back_up(
        self,
        ways: WaysIn,
        *,
        by: Attribution,
        operation_id: str,
        cause: Cause,
        author: ConfigAuthor | None = None,
        deadline_s: float,
        reason: str = "",
        access: ConfigAccess | None = None,
    ) -> ConfigRead:
        """Raises ConfigError or Refused where the device cannot be read."""
        latest = (await self._bus.state(CONFIG, config_id(ways.device_id))).latest_content
        token = self._store.token(ways.device_id)

        def known(text: str) -> bool:
            return content_address(ways.platform, text, token) == latest

        async def read(target: ConfigTarget) -> RunningConfig:
            return await self._devices.read(target, known=known, deadline_s=deadline_s)

        async with self._turns.turn(ways.device_id, operation_id, wait_s=TURN_S):
            running, credential_id = await (access or self._access).use(
                ways, read, purpose="config backup", by=by, operation_id=operation_id
            )
        told = running.author if running.author.by else author or running.author
        return await self.keep(
            ways.device_id,
            running.platform,
            running.text,
            by=by,
            operation_id=operation_id,
            cause=cause,
            author=told,
            credential_id=credential_id,
            reason=reason,
        )

    async def keep(
        self,
        device_id: str,
        platform: str,
        text: str,
        *,
        by: Attribution,
        operation_id: str,
        cause: Cause,
        author: ConfigAuthor | None = None,
        credential_id: str,
        reason: str = "",
    ) -> ConfigRead:
        """In the store first, so that no event ever names what is not there."""
        stored = await self._store.put(device_id, platform, text)
        record = RecordBackup(
            device_id=device_id,
            backup_id=str(uuid4()),
            content=stored.content,
            platform=platform,
            size_bytes=stored.size_bytes,
            lines=stored.lines,
            author=author or ConfigAuthor(),
            cause=cause,
            operation_id=operation_id,
            reason=reason,
        )
        outcome = await self._bus.execute(CONFIG.to(config_id(device_id), record), by=by)
        note = ConfigRead(
            device_id=device_id,
            credential_id=credential_id,
            content=stored.content,
            backup_id=outcome.states[config_id(device_id)].latest,
            changed=bool(outcome.events),
            operation_id=operation_id,
        )
        await self._notes.read(note)
        return note
