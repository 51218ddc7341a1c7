"""Handler of operations that apply a template to one device: it runs what was rendered, or what it ran before."""

from typing import Any

import msgspec

from domain.application import (
    APPLICATION,
    NotApplied,
    RecordApplication,
    RecordFailedApplication,
    application_id,
)
from domain.application_orders import APPLY, ApplyOrder, SealedConfig, veiled
from domain.config_ports import RejectedLine
from domain.errors import DomainError, NotFound, Unavailable
from domain.operation import OPERATION, FailOperation, SucceedOperation
from domain.ports import EventLog, PositionWatch, Vault
from projections.config_queries import ways_in
from projections.settings import in_force
from workers.change_done import ChangeDone, failure_of
from workers.config_backup import Connect
from workers.config_change import ConfigChanges, WantedChange
from workers.operation import OperationCancelledError, OperationFailedError, Work
from workers.read_models import caught_up


class TemplateApplication:
    """Handler of `template.apply` operations. The outcome and the word of it are appended together."""

    kind = APPLY

    def __init__(
        self,
        changes: ConfigChanges,
        vault: Vault,
        *,
        connect: Connect,
        events: EventLog,
        watch: PositionWatch,
    ) -> None:
        self._changes = changes
        self._vault = vault
        self._connect = connect
        self._events = events
        self._watch = watch

    async def run(self, work: Work) -> dict[str, Any]:
        order = msgspec.convert(work.params, ApplyOrder)
        sealed = await self._sealed(order)
        try:
            done = await self._carried_out(work, order, sealed)
        except Unavailable:
            raise
        except OperationCancelledError:  # before anything was sent
            await self._vault.destroy(order.sealed_id)
            raise
        except OperationFailedError as failed:  # the device did not come back
            await self._failed(work, order, sealed, "unknown", failed.code, str(failed), failed.result)
            raise
        except DomainError as refused:
            if refused.code == "OPERATION_FENCED":
                raise
            await self._failed(work, order, sealed, "unchanged", refused.code, refused.message, {})
            raise OperationFailedError(refused.code, veiled(refused.message, sealed.secrets)) from None
        return await self._concluded(work, order, sealed, done)

    async def _carried_out(self, work: Work, order: ApplyOrder, sealed: SealedConfig) -> ChangeDone:
        await caught_up(self._events, self._watch, "inventory", "accounts")
        async with self._connect() as conn:
            settings = (await in_force(conn)).config
            found = await ways_in(conn, [work.device_id])
        if not found:
            raise NotFound("the device is no longer there", code="DEVICE_NOT_FOUND")
        wanted = WantedChange(
            kind="merge",
            text=sealed.text,
            confirm_within_s=order.confirm_within_s,
            purpose="template application",
        )
        return await self._changes.carry_out(work, found[0], wanted, settings)

    async def _sealed(self, order: ApplyOrder) -> SealedConfig:
        try:
            raw = await self._vault.read(order.sealed_id)
        except NotFound:
            raise OperationFailedError(
                "TEMPLATE_ORDER_LOST",
                "what was to be sent is no longer in the vault; apply the template again",
            ) from None
        return msgspec.json.decode(raw, type=SealedConfig)

    async def _concluded(
        self, work: Work, order: ApplyOrder, sealed: SealedConfig, done: ChangeDone
    ) -> dict[str, Any]:
        hidden = _veiled(done, sealed.secrets)
        result: dict[str, Any] = msgspec.to_builtins(hidden)
        if hidden.state not in ("applied", "unchanged"):
            code, message = failure_of(hidden)
            state: NotApplied = "differs" if hidden.state == "differs" else "rolled_back"
            await self._failed(work, order, sealed, state, code, message, result, hidden.rejected)
            raise OperationFailedError(code, message, result)
        record = RecordApplication(
            **_which(work, order),
            before_id=hidden.before_id,
            after_id=hidden.after_id,
            lines=hidden.lines,
            confirmed_by=hidden.confirmed_by,
            missing=hidden.missing,
            observed=hidden.observed,
        )
        await self._appended(work, record, SucceedOperation(attempt=work.attempt, result=result))
        await self._vault.destroy(order.sealed_id)
        return result

    async def _failed(
        self,
        work: Work,
        order: ApplyOrder,
        sealed: SealedConfig,
        state: NotApplied,
        code: str,
        message: str,
        result: dict[str, Any],
        rejected: RejectedLine | None = None,
    ) -> None:
        told = veiled(message, sealed.secrets)
        record = RecordFailedApplication(
            **_which(work, order),
            state=state,
            code=code,
            message=told,
            before_id=str(result.get("before_id", "")),
            rejected=rejected,
        )
        outcome = FailOperation(attempt=work.attempt, code=code, message=told, result=result)
        await self._appended(work, record, outcome)
        await self._vault.destroy(order.sealed_id)

    async def _appended(
        self,
        work: Work,
        record: RecordApplication | RecordFailedApplication,
        outcome: SucceedOperation | FailOperation,
    ) -> None:
        await work.execute(
            APPLICATION.to(application_id(work.operation_id), record),
            OPERATION.to(work.operation_id, outcome),
        )


def _which(work: Work, order: ApplyOrder) -> dict[str, Any]:
    return {
        "template_id": order.template_id,
        "template": order.template,
        "version": order.version,
        "device_id": work.device_id,
        "operation_id": str(work.operation_id),
        "reason": work.requested.meta.reason,
    }


def _veiled(done: ChangeDone, secrets: tuple[str, ...]) -> ChangeDone:
    rejected = done.rejected
    if rejected is not None:
        rejected = msgspec.structs.replace(
            rejected, line=veiled(rejected.line, secrets), answer=veiled(rejected.answer, secrets)
        )
    return msgspec.structs.replace(
        done,
        rejected=rejected,
        message=veiled(done.message, secrets),
        missing=tuple(veiled(line, secrets) for line in done.missing),
    )
