"""Handler of restore operations: the device is brought to run what a backup holds, or stays as it was."""

from typing import Any

import msgspec

from domain.aggregate import Intent
from domain.config import CONFIG, config_id
from domain.config_commands import RecordFailedRestore, RecordRestore
from domain.config_orders import RESTORE, RestoreOrder
from domain.config_ports import ConfigStore
from domain.operation import OPERATION, FailOperation, SucceedOperation
from domain.ports import EventLog, PositionWatch
from projections.config_queries import ways_in
from projections.settings import in_force
from workers.change_done import ChangeDone, failure_of
from workers.config_backup import Connect
from workers.config_change import ConfigChanges, WantedChange
from workers.operation import OperationFailedError, Work
from workers.read_models import caught_up


class ConfigRestores:
    """Handler of `config.restore` operations. The outcome and the word of it on the device's record are appended together."""

    kind = RESTORE

    def __init__(
        self,
        changes: ConfigChanges,
        store: ConfigStore,
        *,
        connect: Connect,
        events: EventLog,
        watch: PositionWatch,
    ) -> None:
        self._changes = changes
        self._store = store
        self._connect = connect
        self._events = events
        self._watch = watch

    async def run(self, work: Work) -> dict[str, Any]:
        order = msgspec.convert(work.params, RestoreOrder)
        await caught_up(self._events, self._watch, "inventory", "accounts")
        async with self._connect() as conn:
            settings = (await in_force(conn)).config
            found = await ways_in(conn, [work.device_id])
        backup = (await work.state(CONFIG, config_id(work.device_id))).backups.get(order.backup_id)
        if not found or backup is None:
            raise OperationFailedError("DEVICE_NOT_FOUND", "the device or its backup is no longer there")
        wanted = WantedChange(
            kind="replace",
            text=await self._store.read(work.device_id, backup.content),
            confirm_within_s=order.confirm_within_s,
            purpose="config restore",
        )
        done = await self._changes.carry_out(work, found[0], wanted, settings)
        return await self._conclude(work, order, done)

    async def _conclude(self, work: Work, order: RestoreOrder, done: ChangeDone) -> dict[str, Any]:
        result: dict[str, Any] = msgspec.to_builtins(done)
        if done.state in ("applied", "unchanged"):
            record = RecordRestore(
                backup_id=order.backup_id,
                operation_id=str(work.operation_id),
                before_id=done.before_id,
                after_id=done.after_id,
                lines=done.lines,
                confirmed_by=done.confirmed_by,
                missing=done.missing,
                observed=done.observed,
                reason=work.requested.meta.reason,
            )
            await self._append(work, record, SucceedOperation(attempt=work.attempt, result=result))
            return result
        code, message = failure_of(done)
        failed = RecordFailedRestore(
            backup_id=order.backup_id,
            operation_id=str(work.operation_id),
            before_id=done.before_id,
            state="differs" if done.state == "differs" else "rolled_back",
            message=message,
            rejected=done.rejected,
            reason=work.requested.meta.reason,
        )
        outcome = FailOperation(attempt=work.attempt, code=code, message=message, result=result)
        await self._append(work, failed, outcome)
        raise OperationFailedError(code, message, result)

    async def _append(
        self,
        work: Work,
        record: RecordRestore | RecordFailedRestore,
        outcome: SucceedOperation | FailOperation,
    ) -> None:
        intents: list[Intent] = [
            CONFIG.to(config_id(work.device_id), record),
            OPERATION.to(work.operation_id, outcome),
        ]
        await work.execute(*intents)
