"""A session with one device: connected, its host key checked, its command line ready."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from adapters.ssh.channel import Channel
from adapters.ssh.command_line import CommandLine
from adapters.ssh.driver import Driver, Refusal
from adapters.ssh.transport import connected
from domain.config_dialect import compiled
from domain.config_ports import ConfigError, ConfigTarget, HostKeySeen
from domain.config_text import ConfigAuthor, author, clean, ends_well, flaw, has_end_marker, same

READS = 4
"""How often a configuration is read until it is beyond doubt."""

LARGE_TEXT = 200_000
"""Characters from which on a text is worked on beside the event loop, so that other devices do not wait for it."""

P = ParamSpec("P")
T = TypeVar("T")


async def considered(work: Callable[P, T], *texts: P.args, **options: P.kwargs) -> T:
    """What `work` makes of texts that may be large."""
    if sum(len(text) for text in texts if isinstance(text, str)) < LARGE_TEXT:
        return work(*texts, **options)
    return await asyncio.to_thread(work, *texts, **options)


class Timing:
    """How long devices may be silent; tests are less patient."""

    def __init__(self, *, silence_s: float = 60.0, nudge_s: float = 2.0, retry_s: float = 1.0) -> None:
        self.silence_s = silence_s
        self.nudge_s = nudge_s
        self.retry_s = retry_s


class Session:
    """A command line and what is known of the device behind it."""

    def __init__(self, cli: CommandLine, seen: HostKeySeen, platform: str) -> None:
        self.cli = cli
        self.seen = seen
        self.platform = platform

    async def config(self, known: Callable[[str], bool] | None = None) -> tuple[str, int]:
        """The whole running configuration and how often it was read.

        A text with a flaw is read again; one of a platform without an end marker counts when it is known, or when two
        reads in a row agree. Raises ConfigError CONFIG_INCOMPLETE.
        """
        doubt = ""
        before: str | None = None
        for reads in range(1, READS + 1):
            shown = await self._shown()
            doubt = await considered(flaw, self.platform, shown)
            if doubt:
                before = None
                continue
            text = await considered(clean, self.platform, shown)
            if has_end_marker(self.platform) or (known is not None and await considered(known, text)):
                return text, reads
            if before is not None and await considered(same, self.platform, before, text):
                return text, reads
            before, doubt = text, "no two reads in a row agree"
        raise ConfigError("CONFIG_INCOMPLETE", f"read {READS} times and never whole: {doubt}")

    async def _shown(self) -> str:
        *first, last = self.cli.driver.show
        for command in first:
            try:
                return await self.cli.show(command, self._whole)
            except Refusal:
                continue
        try:
            return await self.cli.show(last, self._whole)
        except Refusal as refusal:
            raise ConfigError(
                "SSH_COMMAND_REFUSED",
                f"the device refuses `{last}`: {refusal.words}; the account may lack the right to read",
                words=refusal.words,
            ) from None

    def _whole(self, shown: str) -> bool:
        return ends_well(self.platform, shown)

    async def author(self, text: str) -> ConfigAuthor:
        """Who changed the configuration last, from itself or by asking; empty where the device cannot tell."""
        written = author(self.platform, text)
        driver = self.cli.driver
        if written.by or not driver.who:
            return written
        try:
            answer = await self.cli.show(driver.who, lambda shown: True)
        except Refusal:
            return written
        found = compiled(driver.who_answer).search(answer)
        if found is None:
            return written
        groups = {name: (value or "").strip()[:200] for name, value in found.groupdict().items()}
        return ConfigAuthor(by=groups.get("by", ""), at=groups.get("at", ""), action=groups.get("action", ""))


@asynccontextmanager
async def session(target: ConfigTarget, driver: Driver, timing: Timing) -> AsyncIterator[Session]:
    """Logs in, raises rights and turns pages off. Raises ConfigError."""
    async with connected(target, username=target.access.username + driver.login_suffix) as transport:
        channel = Channel(
            await transport.shell(),
            pager=driver.pager,
            pager_key=driver.pager_key,
            line_end=driver.line_end,
            silence_s=timing.silence_s,
            nudge_s=timing.nudge_s,
        )
        cli = CommandLine(driver, channel, target.access, platform=target.platform)
        try:
            await cli.begin()
        except Refusal as refusal:
            raise ConfigError("SSH_COMMAND_REFUSED", str(refusal), words=refusal.words) from None
        yield Session(cli, transport.seen, target.platform)
