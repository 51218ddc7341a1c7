"""Handler of operations that apply a template to many devices: in waves, until too many have failed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from domain.application_orders import APPLY_BULK, BulkOrder, DeviceInWave
from domain.operation import ENDED, OPERATION, DropOperation, Operation, ReleaseOperation
from domain.ports import CommandBus, Vault
from workers.operation import OperationCancelledError, OperationFailedError, Work

LOOK_S = 0.5
"""How often the operations of a wave are looked at."""
SETTLED = ENDED | {"outcome_unknown"}
"""A device that nobody can reach holds up no other; it counts as failed, and its own operation goes on."""


class TemplateWaves:
    """Handler of `template.apply_bulk` operations. The operations of the devices are asked for from the beginning and
    released wave by wave, for whichever worker takes them; whoever follows a dead worker sees by them how far it was."""

    kind = APPLY_BULK

    def __init__(self, bus: CommandBus, vault: Vault, *, look_s: float = LOOK_S) -> None:
        self._bus = bus
        self._vault = vault
        self._look_s = look_s

    async def run(self, work: Work) -> dict[str, Any]:
        order = msgspec.convert(work.params, BulkOrder)
        waves: dict[int, list[DeviceInWave]] = {}
        for device in order.devices:
            waves.setdefault(device.wave, []).append(device)
        course = _Course(work, self._bus, order, len(waves))
        await course.look(everywhere=True)
        for number in sorted(waves):
            if work.cancelled or course.failures > order.max_failures:
                break
            course.wave = number
            await course.look()
            await course.release(waves[number])
            while not course.settled(waves[number]) and not work.cancelled:
                async with work.aside():
                    await asyncio.sleep(self._look_s)
                await course.look()
        stopped = course.failures > order.max_failures
        why = (
            f"more than {order.max_failures} devices failed"
            if stopped
            else "the bulk operation was cancelled"
        )
        if stopped or work.cancelled:
            await course.look(everywhere=True)
            await self._stop(course, work, order, why)
        await self._tidy(course, order)
        result = course.result()
        if work.cancelled:
            raise OperationCancelledError(result)
        if stopped:
            untouched = course.counts["cancelled"]
            raise OperationFailedError(
                "FAILURE_LIMIT_REACHED",
                f"{course.failures} of {len(order.devices)} devices failed; {untouched} were left as they were",
                result,
            )
        if course.failures == len(order.devices):
            raise OperationFailedError(
                "NO_DEVICE_CHANGED", f"none of {len(order.devices)} devices took the template", result
            )
        return result

    async def _stop(self, course: "_Course", work: Work, order: BulkOrder, why: str) -> None:
        """What has not begun never begins; what runs ends by itself, or at its next step when it was cancelled."""
        for device in order.devices:
            state = course.states[device.device_id]
            if state.state in SETTLED or (state.state == "running" and not work.cancelled):
                continue
            drop = DropOperation(reason=why)
            await self._bus.execute(OPERATION.to(device.operation_id, drop), by=work.by)
        while True:
            await course.look(everywhere=True)
            if course.settled(order.devices):
                return
            async with work.aside():
                await asyncio.sleep(self._look_s)

    async def _tidy(self, course: "_Course", order: BulkOrder) -> None:
        """What was to be sent is kept no longer than it may be needed."""
        for device in order.devices:
            if course.states[device.device_id].state in ENDED:
                await self._vault.destroy(device.sealed_id)


class _Course:
    """How far the devices are, by what the ledger says of their operations."""

    def __init__(self, work: Work, bus: CommandBus, order: BulkOrder, waves: int) -> None:
        self._work = work
        self._bus = bus
        self._order = order
        self._waves = waves
        self._told: dict[str, Any] = {}
        self.states: dict[str, Operation] = {}
        self.wave = 0

    async def look(self, *, everywhere: bool = False) -> None:
        """What has not ended is asked for anew; what is held changes little until its wave."""
        for device in self._order.devices:
            known = self.states.get(device.device_id)
            due = everywhere or device.wave <= self.wave
            if known is None or (due and known.state not in ENDED):
                self.states[device.device_id] = await self._bus.state(OPERATION, UUID(device.operation_id))
        await self._tell()

    async def release(self, devices: Sequence[DeviceInWave]) -> None:
        for device in devices:
            if self.states[device.device_id].held:
                await self._work.execute(OPERATION.to(device.operation_id, ReleaseOperation()))

    def settled(self, devices: Sequence[DeviceInWave]) -> bool:
        return all(self.states[device.device_id].state in SETTLED for device in devices)

    @property
    def counts(self) -> Counter[str]:
        return Counter(state.state for state in self.states.values())

    @property
    def failures(self) -> int:
        return self.counts["failed"] + self.counts["outcome_unknown"]

    def result(self) -> dict[str, Any]:
        """What became of each device, those that failed first; its own operation has the rest."""
        ranks = {"failed": 0, "outcome_unknown": 1, "cancelled": 2}
        devices = [
            {
                "device_id": device.device_id,
                "operation_id": device.operation_id,
                "wave": device.wave,
                "state": self.states[device.device_id].state,
            }
            for device in self._order.devices
        ]
        devices.sort(key=lambda each: ranks.get(str(each["state"]), 3))
        return {**self._figures(), "devices": devices}

    def _figures(self) -> dict[str, Any]:
        counts = self.counts
        return {
            "total": len(self._order.devices),
            "succeeded": counts["succeeded"],
            "failed": self.failures,
            "cancelled": counts["cancelled"],
            "wave": self.wave,
            "waves": self._waves,
        }

    async def _tell(self) -> None:
        figures = self._figures()
        if figures == self._told:
            return
        self._told = figures
        done = sum(state.state in SETTLED for state in self.states.values())
        await self._work.report(done=done, total=figures["total"], detail=figures)
