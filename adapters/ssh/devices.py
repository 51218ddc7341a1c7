"""The port `ConfigDevices`: every platform behind one interface, every wait bounded, a limited number of devices at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from adapters.ssh.change import ChangeRun
from adapters.ssh.drivers import driver_of
from adapters.ssh.drivers.linux import FILES, UNDO
from adapters.ssh.linux import LinuxDevice
from adapters.ssh.session import Timing, session
from adapters.ssh.transport import presented_key
from domain.config_ports import (
    ChangeOutcome,
    ConfigChange,
    ConfigError,
    ConfigTarget,
    HostKeySeen,
    RunningConfig,
    StepReporter,
)

LINUX = ("linux",)
AT_ONCE = 250
"""Open connections of one process, each of about 60 kB."""


class SshConfigDevices:
    """Reads and changes configurations. `at_once` bounds open connections; the rest waits, inside its own deadline."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        timing: Timing | None = None,
        linux_files: tuple[str, ...] = FILES,
        linux_undo: str = UNDO,
    ) -> None:
        self._linux_files = linux_files
        self._linux_undo = linux_undo
        self._slots = asyncio.Semaphore(at_once)
        self._timing = timing or Timing()

    async def read(
        self, target: ConfigTarget, *, known: Callable[[str], bool] | None = None, deadline_s: float = 120.0
    ) -> RunningConfig:
        """As the port says. A connection that breaks is opened once more."""
        async with self._bounded(target, deadline_s, "reading the configuration"):
            try:
                return await self._read(target, known)
            except ConfigError as error:
                if error.code != "SSH_CONNECTION_LOST":
                    raise
            return await self._read(target, known)

    async def _read(self, target: ConfigTarget, known: Callable[[str], bool] | None) -> RunningConfig:
        if target.platform in LINUX:
            return await LinuxDevice(target, paths=self._linux_files).read()
        async with session(target, driver_of(target.platform), self._timing) as one:
            text, reads = await one.config(known)
            return RunningConfig(
                platform=target.platform, text=text, seen=one.seen, author=await one.author(text), reads=reads
            )

    async def host_key(self, target: ConfigTarget, *, deadline_s: float = 10.0) -> HostKeySeen:
        async with self._bounded(target, deadline_s, "asking for the host key"):
            return await presented_key(target)

    async def apply(
        self, target: ConfigTarget, change: ConfigChange, *, report: StepReporter, deadline_s: float = 300.0
    ) -> ChangeOutcome:
        run: ChangeRun | LinuxDevice
        if target.platform in LINUX:
            run = LinuxDevice(target, paths=self._linux_files, undo=self._linux_undo)
        else:
            run = ChangeRun(target, driver_of(target.platform), self._timing)
        async with self._bounded(target, deadline_s, "changing the configuration", lambda: run.sent):
            return await run.apply(change, report)

    @asynccontextmanager
    async def _bounded(
        self, target: ConfigTarget, deadline_s: float, doing: str, sent: Callable[[], bool] = lambda: False
    ) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(deadline_s), self._slots:
                yield
        except TimeoutError:
            raise ConfigError(
                "SSH_TIMEOUT", f"{target.address}: {doing} took longer than {deadline_s:g} s", sent=sent()
            ) from None
        except ConfigError as error:
            if sent() and not error.sent:
                error.sent = True
            raise
