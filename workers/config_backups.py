"""Handler of backup operations: one device, or all of them side by side, with a result each."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from domain.config_access import WaysIn
from domain.config_notes import ConfigNotes, ConfigRead
from domain.config_orders import BACKUP, BackupOrder
from domain.config_settings import ConfigSettings
from domain.errors import DomainError, Unavailable
from domain.ports import EventLog, PositionWatch
from projections.config_queries import ways_in
from projections.settings import in_force
from workers.config_backup import ConfigKeeper, Connect
from workers.operation import OperationCancelledError, OperationFailedError, Work
from workers.read_models import caught_up

_TOLD_S = 0.5
_RESULTS_TOLD = 2_000
"""Devices of which the operation's own result tells; the rest is only counted there."""
log = structlog.get_logger(__name__)


class DeviceResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one device: changed, unchanged or failed."""

    device_id: str
    name: str = ""
    state: str
    backup_id: str = ""
    code: str = ""
    message: str = ""


class ConfigBackups:
    """Handler of `config.backup` operations. Whoever follows a dead worker reads only what that one had not read."""

    kind = BACKUP

    def __init__(
        self,
        keeper: ConfigKeeper,
        *,
        connect: Connect,
        events: EventLog,
        watch: PositionWatch,
        notes: ConfigNotes,
    ) -> None:
        self._keeper = keeper
        self._connect = connect
        self._events = events
        self._watch = watch
        self._notes = notes

    async def run(self, work: Work) -> dict[str, Any]:
        order = msgspec.convert(work.params, BackupOrder)
        await caught_up(self._events, self._watch, "inventory", "accounts")
        async with self._connect() as conn:
            settings = (await in_force(conn)).config
            found = await ways_in(conn, None if order.all else order.device_ids)
        if order.all:
            found = [ways for ways in found if ways.platform and ways.credential_ids]
        run = _Run(work, order, settings, self._keeper, self._notes)
        run.missing(set(order.device_ids) - {ways.device_id for ways in found})
        await run.all(found, await self._notes.read_by(str(work.operation_id)))
        return run.ending(single=len(order.device_ids) == 1 and not order.all)


class _Run:
    """One attempt at one operation."""

    def __init__(
        self,
        work: Work,
        order: BackupOrder,
        settings: ConfigSettings,
        keeper: ConfigKeeper,
        notes: ConfigNotes,
    ) -> None:
        self._work = work
        self._order = order
        self._settings = settings
        self._keeper = keeper
        self._notes = notes
        self._access = keeper.shared_access()
        self._free = asyncio.Semaphore(settings.parallel)
        self._results: list[DeviceResult] = []
        self._total = 0

    def missing(self, device_ids: set[str]) -> None:
        self._total += len(device_ids)
        for device_id in sorted(device_ids):
            self._results.append(
                DeviceResult(
                    device_id=device_id,
                    state="failed",
                    code="DEVICE_NOT_FOUND",
                    message="the device is not in the inventory",
                )
            )

    async def all(self, devices: Sequence[WaysIn], read: dict[str, ConfigRead]) -> None:
        self._total += len(devices)
        telling = asyncio.create_task(self._keep_telling())
        try:
            async with asyncio.TaskGroup() as group:
                for ways in devices:
                    if note := read.get(ways.device_id):
                        self._results.append(_read(ways, note))
                    else:
                        group.create_task(self._one(ways))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        await self._tell()

    async def _one(self, ways: WaysIn) -> None:
        async with self._free:
            if self._work.cancelled:
                return
            operation_id = str(self._work.operation_id)
            try:
                note = await self._keeper.back_up(
                    ways,
                    by=self._work.by,
                    operation_id=operation_id,
                    cause=self._order.cause,
                    author=self._order.authors.get(ways.device_id),
                    deadline_s=self._settings.read_timeout_s,
                    reason=self._work.requested.meta.reason,
                    access=self._access,
                )
            except Unavailable:
                raise
            except DomainError as error:
                await self._failed(ways, error.code, error.message)
            except Exception as error:  # a fault of ours must not cost the other devices their backup
                log.error("backup crashed", device=ways.device_id, exc_info=error)
                message = f"an unexpected {type(error).__name__} stopped it"
                await self._failed(ways, "INTERNAL_ERROR", message)
            else:
                self._results.append(_read(ways, note))

    async def _failed(self, ways: WaysIn, code: str, message: str) -> None:
        await self._notes.failed(ways.device_id, str(self._work.operation_id), code, message)
        self._results.append(
            DeviceResult(device_id=ways.device_id, name=ways.name, state="failed", code=code, message=message)
        )

    def ending(self, *, single: bool) -> dict[str, Any]:
        """The operation's result. Raises where nothing was read, or where it was cancelled."""
        result = self._summary()
        if self._work.cancelled:
            raise OperationCancelledError(result)
        failed = [each for each in self._results if each.state == "failed"]
        if single and failed:
            raise OperationFailedError(failed[0].code, failed[0].message, result)
        if failed and len(failed) == self._total:
            raise OperationFailedError(
                "NO_DEVICE_READ",
                f"none of {self._total} devices could be read; the first: {failed[0].message}",
                result,
            )
        return result

    def _summary(self) -> dict[str, Any]:
        """Failures first, then what changed."""
        ranks = {"failed": 0, "changed": 1, "unchanged": 2}
        ordered = sorted(self._results, key=lambda each: (ranks[each.state], each.name, each.device_id))
        return {**self._counts(), "devices": [msgspec.to_builtins(each) for each in ordered[:_RESULTS_TOLD]]}

    def _counts(self) -> dict[str, int]:
        states = [each.state for each in self._results]
        return {
            "total": self._total,
            **{state: states.count(state) for state in ("changed", "unchanged", "failed")},
        }

    async def _tell(self) -> None:
        await self._work.report(done=len(self._results), total=self._total, detail=self._summary_so_far())

    def _summary_so_far(self) -> dict[str, Any]:
        counts = self._counts()
        del counts["total"]
        failures = [msgspec.to_builtins(each) for each in self._results if each.state == "failed"]
        return {**counts, "failures": failures[-50:]}

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(_TOLD_S)
            await self._tell()


def _read(ways: WaysIn, note: ConfigRead) -> DeviceResult:
    return DeviceResult(
        device_id=ways.device_id,
        name=ways.name,
        state="changed" if note.changed else "unchanged",
        backup_id=note.backup_id,
    )
