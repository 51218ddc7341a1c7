"""A change of one device: sent under a safety timer, read back, confirmed over a new connection, or taken back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import msgspec

from adapters.ssh.driver import Driver
from adapters.ssh.sending import Rejected, Sending, in_order, tolerant
from adapters.ssh.session import Session, Timing, considered, session
from domain.config_plan import ConfigPlan, plan, unmet
from domain.config_ports import (
    ChangeOutcome,
    ChangeState,
    ConfigChange,
    ConfigError,
    ConfigStep,
    ConfigTarget,
    HostKeySeen,
    RejectedLine,
    StepReporter,
)
from domain.config_text import same

AWAY = ("SSH_UNREACHABLE", "SSH_TIMEOUT", "SSH_CONNECTION_LOST", "SSH_PROMPT_NOT_FOUND", "SSH_LOGIN_REFUSED")
"""What a device on its way down or up answers."""

RESTART_TRIES = 10


class ChangeRun:
    """One application to one device; the caller bounds its time."""

    def __init__(self, target: ConfigTarget, driver: Driver, timing: Timing) -> None:
        self._target = target
        self._platform = target.platform
        self._driver = driver
        self._timing = timing
        self._sending = Sending(driver, target.platform, None)

    @property
    def sent(self) -> bool:
        """Whether anything that may change the device was sent."""
        return self._sending.begun

    async def apply(self, change: ConfigChange, report: StepReporter) -> ChangeOutcome:
        """As the port says."""
        self._sending = Sending(self._driver, self._platform, change.confirm_within_s)
        async with self._session() as one:
            running, _ = await one.config()
            wanted = await considered(plan, self._platform, change.kind, running, change.text)
            before = running if change.before is None else change.before
            if not wanted.lines:
                return await self._settled(one, change, wanted, before, running)
            lines = len(wanted.lines)
            await report(
                ConfigStep(name="configuration", state="intended", detail=f"{lines} lines", before=before)
            )
            try:
                await self._sending.send(one.cli, wanted)
            except Rejected as rejected:
                return await self._bring_back(one, wanted, before, rejected.line)
            await report(ConfigStep(name="configuration", state="sent", sent_lines=lines))
            if change.confirm_within_s is None:
                return await self._kept(one, change, wanted, before, report)
        return await self._confirmed(change, change.confirm_within_s, wanted, before, report)

    async def _settled(
        self, one: Session, change: ConfigChange, wanted: ConfigPlan, before: str, running: str
    ) -> ChangeOutcome:
        """Nothing to send. An earlier attempt may have died between sending and confirming; that is made up for."""
        if change.before is not None:
            self._sending.begun = True
            for way in self._driver.changes:
                await tolerant(one.cli, (*way.confirm, *way.forget))
            await self._save(one, change)
        state: ChangeState = (
            "unchanged" if await considered(same, self._platform, before, running) else "applied"
        )
        return self._outcome(state, wanted, before, running, one.seen)

    async def _confirmed(
        self, change: ConfigChange, within_s: int, wanted: ConfigPlan, before: str, report: StepReporter
    ) -> ChangeOutcome:
        """Reaches the device anew, as whoever depends on it must, and stops its timer; or finds it as it was before."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        reason = f"the device was not reached within {within_s} s of the change"
        while True:
            async with self._returned() as one:
                if loop.time() < until:
                    words = await in_order(one.cli, self._sending.way.confirm)
                    if not words:
                        return await self._kept(one, change, wanted, before, report)
                    reason = f"the device refuses to confirm: {words}"
            async with (
                self._returned() as one
            ):  # another, since nobody knows in which mode a refusal leaves the first
                after, _ = await one.config()
                back = await considered(same, self._platform, after, before)
                if back or loop.time() >= until:
                    state: ChangeState = "rolled_back" if back else "reverting"
                    return self._outcome(state, wanted, before, after, one.seen, reason=reason)
            await asyncio.sleep(self._timing.retry_s)  # somebody else may hold the configuration for a moment

    async def _kept(
        self, one: Session, change: ConfigChange, wanted: ConfigPlan, before: str, report: StepReporter
    ) -> ChangeOutcome:
        """Reads back what is in force now, and saves it."""
        after, _ = await one.config()
        if change.confirm_within_s is not None and await considered(same, self._platform, after, before):
            return self._outcome(
                "rolled_back",
                wanted,
                before,
                after,
                one.seen,
                reason="the device took the change back by itself",
            )
        await self._save(one, change)
        await tolerant(one.cli, self._sending.way.forget)
        await report(ConfigStep(name="configuration", state="confirmed", sent_lines=len(wanted.lines)))
        missing = await considered(unmet, self._platform, change.kind, after, change.text)
        state: ChangeState = (
            "unchanged" if await considered(same, self._platform, before, after) else "applied"
        )
        return self._outcome(state, wanted, before, after, one.seen, missing=missing)

    async def _save(self, one: Session, change: ConfigChange) -> None:
        if change.save and (words := await in_order(one.cli, self._driver.save)):
            raise ConfigError(
                "SSH_COMMAND_REFUSED",
                f"the change is in force, but the device does not save it: {words}",
                sent=True,
                words=words,
            )

    async def _bring_back(
        self, one: Session, wanted: ConfigPlan, before: str, rejected: RejectedLine
    ) -> ChangeOutcome:
        """After a rejected line: takes back what was sent and reads until the device is what it was.

        What is not committed is discarded, what is in force is undone by the device's own means, and where it has none
        by the lines that lead back. Where all fail, a timer that runs is left to do it.
        """
        way = self._sending.way
        await tolerant(one.cli, way.discard or way.leave)
        after, seen = await self._restored(one, before, discarded=bool(way.discard))
        if await considered(same, self._platform, after, before):
            return self._outcome("rolled_back", wanted, before, after, seen, rejected=rejected)
        reason = "what was sent before the rejected line could not be taken back"
        if self._sending.within_s is None:
            raise ConfigError(
                "CONFIG_READBACK_DIFFERS",
                f"`{rejected.line}` was rejected ({rejected.answer}), and {reason}; restore the configuration from before",
                sent=True,
                words=rejected.answer,
                line=rejected.line,
            )
        return self._outcome("reverting", wanted, before, after, seen, rejected=rejected, reason=reason)

    async def _restored(self, one: Session, before: str, *, discarded: bool) -> tuple[str, HostKeySeen]:
        """Tries one means after the other; gives what the device runs then. Its timer is stopped when all is as before."""
        way = self._sending.way
        async with self._alive(one) as now:
            after, _ = await now.config()
            if await considered(same, self._platform, after, before):
                await self._disarm(now)
                return after, now.seen
            if not way.undo or (discarded and not way.restarts):
                await self._send_back(now, after, before)
            else:
                await tolerant(now.cli, way.undo)
        return await self._read_until_back(before, tries=RESTART_TRIES if way.restarts else 1)

    async def _read_until_back(self, before: str, *, tries: int) -> tuple[str, HostKeySeen]:
        """A device that restarts may still answer for a moment, or break off in the middle."""
        while True:
            tries -= 1
            try:
                async with self._returned() as now:
                    after, _ = await now.config()
                    back = await considered(same, self._platform, after, before)
                    if back:
                        await self._disarm(now)
                    if back or tries <= 0:
                        return after, now.seen
            except ConfigError as error:
                if error.code not in AWAY or tries <= 0:
                    raise
            await asyncio.sleep(self._timing.retry_s)

    async def _send_back(self, one: Session, running: str, before: str) -> None:
        """The lines that lead back, as far as the device takes them."""
        back = await considered(plan, self._platform, "replace", running, before)
        sending = Sending(self._driver, self._platform, None)
        lines = list(back.lines)
        while lines:
            try:
                await sending.send(one.cli, msgspec.structs.replace(back, lines=tuple(lines)))
                return
            except Rejected as rejected:
                await tolerant(one.cli, sending.way.discard or sending.way.leave)
                if not rejected.line.number:
                    return
                # Lines in force before the rejected one need not go again; those that are staged do.
                lines = (
                    lines[: rejected.line.number - 1] * bool(sending.way.commit)
                    + lines[rejected.line.number :]
                )

    async def _disarm(self, one: Session) -> None:
        if self._sending.within_s is not None:
            await tolerant(one.cli, self._sending.way.confirm)
        await tolerant(one.cli, self._sending.way.forget)

    @asynccontextmanager
    async def _alive(self, one: Session) -> AsyncIterator[Session]:
        """The session itself, or another where taking back has ended it."""
        if one.cli.ended:
            async with self._returned() as another:
                yield another
        else:
            yield one

    @asynccontextmanager
    async def _returned(self) -> AsyncIterator[Session]:
        """A new session, tried for until the caller's time is up: the device may be restarting."""
        async with AsyncExitStack() as opened:
            while True:
                try:
                    one = await opened.enter_async_context(self._session())
                    break
                except ConfigError as error:
                    if error.code not in AWAY:
                        raise
                await asyncio.sleep(self._timing.retry_s)
            yield one

    def _session(self) -> AbstractAsyncContextManager[Session]:
        return session(self._target, self._driver, self._timing)

    def _outcome(
        self,
        state: ChangeState,
        wanted: ConfigPlan,
        before: str,
        after: str,
        seen: HostKeySeen,
        *,
        rejected: RejectedLine | None = None,
        reason: str = "",
        missing: tuple[str, ...] = (),
    ) -> ChangeOutcome:
        return ChangeOutcome(
            state=state,
            plan=wanted,
            before=before,
            after=after,
            seen=seen,
            rejected=rejected,
            reason=reason or (f"rejected: {rejected.line} ({rejected.answer})" if rejected else ""),
            missing=missing,
            confirmed_by=self._sending.way.undone_by if self._sending.within_s is not None else "",
        )
