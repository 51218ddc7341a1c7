"""Carries a change of one device through whatever happens: what it ran before is kept first, lost connections are waited
for, and whoever follows a dead worker finishes or takes back what that one began."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from domain.config_access import ConfigAccess, WaysIn
from domain.config_ports import (
    ChangeOutcome,
    ConfigChange,
    ConfigDevices,
    ConfigError,
    ConfigStep,
    ConfigStore,
    ConfigTarget,
    FactState,
    RejectedLine,
    RunningConfig,
)
from domain.config_settings import ConfigSettings
from domain.config_text import same
from domain.errors import Unavailable
from domain.ports import DeviceTurns
from workers.change_done import ChangeDone, DoneState
from workers.config_backup import TURN_S, ConfigKeeper
from workers.operation import CHECKPOINT, OperationCancelledError, OperationFailedError, Work

AWAY = frozenset(
    {"SSH_UNREACHABLE", "SSH_TIMEOUT", "SSH_CONNECTION_LOST", "SSH_PROMPT_NOT_FOUND", "SSH_LOGIN_REFUSED"}
)
"""What a device that restarts may answer."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
OBSERVE_S = 30.0
"""How long a device that was changed for good may take to answer a new connection."""
REVERT_GRACE_S = 180.0
"""How much later than its timer a device may be back with what it ran before: it may have to restart."""


class WantedChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a device shall run. As ConfigChange: `merge` adds the lines of `text`, `replace` makes it the whole."""

    kind: Literal["merge", "replace"]
    text: str
    confirm_within_s: int | None = None
    purpose: str
    """Why its credential is opened."""

    def __repr__(self) -> str:
        return f"<WantedChange {self.kind} {len(self.text)} characters>"


class _Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What the next attempt goes on from; `before` is the address of what the device ran before."""

    before: str
    before_id: str
    lines: int = 0


@dataclass(frozen=True, kw_only=True)
class ConfigChanges:
    """`carry_out` may be called again at any point by another worker with the same operation."""

    devices: ConfigDevices
    access: ConfigAccess
    store: ConfigStore
    turns: DeviceTurns
    keeper: ConfigKeeper
    first_pause_s: float = FIRST_PAUSE_S
    observe_s: float = OBSERVE_S

    async def carry_out(
        self, work: Work, ways: WaysIn, wanted: WantedChange, settings: ConfigSettings
    ) -> ChangeDone:
        """Raises ConfigError or Refused where nothing was changed; OperationFailedError where the device did not come
        back in time, and nobody knows."""
        async with AsyncExitStack() as stack:
            await self._take_turn(stack, work, ways.device_id)
            course = _Course(self, work, ways, wanted, settings)
            await course.remember()
            return await course.run()

    async def _take_turn(self, stack: AsyncExitStack, work: Work, device_id: str) -> None:
        """Only who really waits gives its place in the worker away."""
        holder = str(work.operation_id)
        try:
            await stack.enter_async_context(self.turns.turn(device_id, holder, wait_s=0))
        except Unavailable:
            async with work.aside():
                await stack.enter_async_context(self.turns.turn(device_id, holder, wait_s=TURN_S))


class _Course:
    """One attempt at one change."""

    def __init__(
        self, parts: ConfigChanges, work: Work, ways: WaysIn, wanted: WantedChange, settings: ConfigSettings
    ) -> None:
        self._parts = parts
        self._work = work
        self._ways = ways
        self._wanted = wanted
        self._settings = settings
        self._steps: list[dict[str, str]] = list(work.earlier.get("steps", []))
        self._checkpoint: _Checkpoint | None = None
        self._before: str | None = None
        self._target: ConfigTarget | None = None
        self._until = asyncio.get_running_loop().time() + settings.reconcile_s

    async def remember(self) -> None:
        """What an earlier attempt kept before it sent anything."""
        kept = self._work.earlier.get(CHECKPOINT)
        if kept:
            self._checkpoint = msgspec.convert(kept, _Checkpoint)
            self._before = await self._parts.store.read(self._ways.device_id, self._checkpoint.before)

    async def run(self) -> ChangeDone:
        while True:
            if self._work.cancelled and self._checkpoint is None:
                raise OperationCancelledError({})
            try:
                await self._work.resume()
                outcome, _ = await self._use(self._apply)
                return await self._concluded(outcome)
            except ConfigError as error:
                if error.outcome_unknown or (self._checkpoint is not None and error.code in AWAY):
                    await self._wait_for_return(error)
                elif error.sent:
                    return await self._read_back(error)
                else:
                    raise

    async def _use(self, act: Any) -> Any:
        return await self._parts.access.use(
            self._ways,
            act,
            purpose=self._wanted.purpose,
            by=self._work.by,
            operation_id=str(self._work.operation_id),
        )

    async def _apply(self, target: ConfigTarget) -> ChangeOutcome:
        self._target = target
        wanted = self._wanted
        change = ConfigChange(
            kind=wanted.kind,
            text=wanted.text,
            confirm_within_s=wanted.confirm_within_s,
            before=self._before,
        )
        return await self._parts.devices.apply(
            target,
            change,
            report=self._report,
            deadline_s=self._settings.change_timeout_s + (wanted.confirm_within_s or 0),
        )

    async def _report(self, step: ConfigStep) -> None:
        """Before anything is sent, what the device runs is in the store, and this attempt still holds the operation."""
        if step.before is not None and self._checkpoint is None:
            kept = await self._keep(step.before, "before_change")
            self._before = step.before
            self._checkpoint = _Checkpoint(before=kept[0], before_id=kept[1])
        if step.sent_lines and self._checkpoint is not None:
            self._checkpoint = msgspec.structs.replace(self._checkpoint, lines=step.sent_lines)
        await self._tell(step.state, step.detail or (f"{step.sent_lines} lines" if step.sent_lines else ""))
        await self._work.execute()

    async def _tell(self, state: FactState | str, detail: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._steps.append({"name": "configuration", "state": state, "at": at, "detail": detail})
        told: dict[str, Any] = {"steps": self._steps}
        if self._checkpoint is not None:
            told[CHECKPOINT] = msgspec.to_builtins(self._checkpoint)
        done = {"intended": 0, "sent": 1, "confirmed": 2, "observed": 3}.get(state, 0)
        await self._work.report(done=done, total=3, detail=told)

    async def _keep(self, text: str, cause: Literal["before_change", "after_change"]) -> tuple[str, str]:
        """Address and backup of what the device ran or runs."""
        assert self._target is not None  # it was read from somewhere
        note = await self._parts.keeper.keep(
            self._ways.device_id,
            self._ways.platform,
            text,
            by=self._work.by,
            operation_id=str(self._work.operation_id),
            cause=cause,
            credential_id=self._target.access.id,
            reason=self._work.requested.meta.reason,
        )
        return note.content, note.backup_id

    async def _wait_for_return(self, error: ConfigError) -> None:
        """Nobody knows what the device did. As soon as it answers again, the change is gone about anew: what is there
        already is not sent again."""
        await self._tell("unknown", error.message)
        await self._work.lose(error.message)
        assert self._target is not None  # something was sent to it
        pause_s = self._parts.first_pause_s
        while True:
            async with self._work.aside():
                await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
            if self._work.cancelled or asyncio.get_running_loop().time() > self._until:
                await self._work.resume()
                raise OperationFailedError(
                    "OUTCOME_UNKNOWN",
                    f"the device did not come back, and nobody knows what it runs: {error.message}",
                    self._known(),
                )
            try:
                await self._parts.devices.host_key(self._target)
            except ConfigError:
                continue
            return

    def _known(self) -> dict[str, Any]:
        return {"before_id": self._checkpoint.before_id} if self._checkpoint is not None else {}

    async def _concluded(self, outcome: ChangeOutcome) -> ChangeDone:
        if self._checkpoint is None:  # nothing had to be sent
            kept = await self._keep(outcome.before, "before_change")
            self._checkpoint = _Checkpoint(before=kept[0], before_id=kept[1])
            self._before = outcome.before
        after = outcome.after
        state: DoneState
        if outcome.state == "reverting":
            state, after = await self._reverted(after)
        else:
            state = outcome.state
        observed = True
        if state == "applied":
            observed, after = await self._observed(after)
        _, after_id = await self._keep(after, "after_change")
        return ChangeDone(
            state=state,
            before_id=self._checkpoint.before_id,
            after_id=after_id,
            lines=self._checkpoint.lines,
            rejected=outcome.rejected,
            message=outcome.reason,
            missing=outcome.missing[:100],
            confirmed_by=outcome.confirmed_by,
            observed=observed,
        )

    async def _observed(self, after: str) -> tuple[bool, str]:
        """The effect: the device still answers a new connection, with what it was changed to."""
        running = await self._read_within(self._parts.observe_s)
        if running is None:
            await self._tell("unobserved", "the device does not answer a new connection")
            return False, after
        await self._tell("observed", "read again over a new connection")
        return True, running

    async def _reverted(self, after: str) -> tuple[Literal["rolled_back", "differs"], str]:
        """The device's own timer brings it back; that is waited for."""
        await self._tell("reverting", "the device brings itself back")
        loop = asyncio.get_running_loop()
        until = loop.time() + (self._wanted.confirm_within_s or 0) + REVERT_GRACE_S
        while loop.time() < until:
            running = await self._read_within(max(0.0, until - loop.time()))
            if running is not None:
                after = running
                if await self._is_as_before(running):
                    return "rolled_back", after
            async with self._work.aside():
                await asyncio.sleep(self._parts.first_pause_s)
        return "differs", after

    async def _read_back(self, error: ConfigError) -> ChangeDone:
        """The device refused something on the way, in whatever state that left it."""
        assert self._checkpoint is not None  # nothing is sent before it is made
        running = await self._read_within(self._parts.observe_s)
        if running is None:
            raise OperationFailedError("OUTCOME_UNKNOWN", error.message, self._known())
        back = await self._is_as_before(running)
        _, after_id = await self._keep(running, "after_change")
        line = str(error.details.get("line", ""))
        rejected = (
            RejectedLine(number=0, line=line, answer=str(error.details.get("words", ""))) if line else None
        )
        return ChangeDone(
            state="rolled_back" if back else "differs",
            before_id=self._checkpoint.before_id,
            after_id=after_id,
            lines=self._checkpoint.lines,
            rejected=rejected,
            message=error.message,
        )

    async def _is_as_before(self, running: str) -> bool:
        return await asyncio.to_thread(same, self._ways.platform, self._before or "", running)

    async def _read_within(self, within_s: float) -> str | None:
        """What the device runs; None where it does not answer for so long."""

        async def read(target: ConfigTarget) -> RunningConfig:
            self._target = target
            return await self._parts.devices.read(target, deadline_s=self._settings.read_timeout_s)

        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while True:
            try:
                running, _ = await self._use(read)
                return str(running.text)
            except ConfigError as error:
                if error.code not in AWAY:
                    raise
                if loop.time() >= until:
                    return None
            await asyncio.sleep(self._parts.first_pause_s)
