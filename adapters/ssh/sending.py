"""Lines on their way into a device: the way in that it takes, each line with its answer, and the way out."""

import contextlib
from collections.abc import Sequence

from adapters.ssh.command_line import CommandLine
from adapters.ssh.driver import Change, Driver, Refusal, Step, timed
from domain.config_mask import HIDDEN, mask, secrets
from domain.config_plan import ConfigPlan
from domain.config_ports import ConfigError, ConfigErrorCode, RejectedLine


class Rejected(Exception):
    """The device refused a line, or to commit."""

    def __init__(self, line: RejectedLine) -> None:
        super().__init__(line.answer)
        self.line = line


class Sending:
    """How one change is sent. `within_s` is the time of the safety timer, None without one.

    `begun` turns true before the first command that may change the device; `way` is the way that it took.
    """

    def __init__(self, driver: Driver, platform: str, within_s: int | None) -> None:
        self._driver = driver
        self._platform = platform
        self.within_s = within_s
        self.begun = False
        self.way = Change()

    async def send(self, cli: CommandLine, plan: ConfigPlan) -> None:
        """Enters configuration mode, sends the lines, commits and leaves. Raises Rejected, then still in that mode."""
        await self._enter(cli)
        if plan.method == "load":
            await self._load(cli, "\n".join(plan.lines))
        else:
            for number, line in enumerate(plan.lines, 1):
                await self._line(cli, number, line)
        for step in self.way.commit_timed if self.within_s else self.way.commit:
            await self._judged(cli, step)
        await tolerant(cli, self.way.leave)

    async def _enter(self, cli: CommandLine) -> None:
        words = "its driver knows no way"
        for way in self._driver.changes:
            if self.within_s is None and way.timed_only:
                continue
            if self.within_s is not None and self.within_s > way.longest_s:
                words = f"it waits for at most {way.longest_s} s"
                continue
            self.begun = True
            try:
                for step in (*way.prepare, *(way.arm if self.within_s else ()), *way.enter):
                    await cli.run(timed(step, self.within_s or 0))
            except Refusal as refusal:
                words = str(refusal)
                await tolerant(cli, (*way.leave, *(way.confirm if self.within_s else ())))
                continue
            self.way = way
            return
        timer = " under a safety timer" if self.within_s else ""
        code: ConfigErrorCode = "CONFIG_CONFIRM_UNSUPPORTED" if self.within_s else "SSH_COMMAND_REFUSED"
        raise ConfigError(code, f"the device is not changed{timer}: {words}", words=words)

    async def _load(self, cli: CommandLine, text: str) -> None:
        try:
            await cli.load(self.way, text)
        except Refusal as refusal:
            words = self._without_secrets(refusal.words, text)
            raise Rejected(RejectedLine(number=0, line=refusal.command, answer=words)) from None

    async def _line(self, cli: CommandLine, number: int, line: str) -> None:
        try:
            await cli.run(Step(line, answers=self._driver.questions))
        except Refusal as refusal:
            shown = mask(self._platform, line)
            words = self._without_secrets(refusal.words, line)
            raise Rejected(RejectedLine(number=number, line=shown, answer=words)) from None

    def _without_secrets(self, words: str, sent: str) -> str:
        """What a device says of a line may repeat its secrets anywhere."""
        for secret in secrets(self._platform, sent):
            words = words.replace(secret, HIDDEN)
        return words

    async def _judged(self, cli: CommandLine, step: Step) -> None:
        try:
            await cli.run(timed(step, self.within_s or 0))
        except Refusal as refusal:
            raise Rejected(RejectedLine(number=0, line=refusal.command, answer=refusal.words)) from None


async def in_order(cli: CommandLine, steps: Sequence[Step]) -> str:
    """Runs steps up to the first that the device refuses, and gives its words."""
    try:
        for step in steps:
            await cli.run(timed(step, 0))
    except Refusal as refusal:
        return refusal.words
    return ""


async def tolerant(cli: CommandLine, steps: Sequence[Step]) -> None:
    """Runs all steps whatever the device says to them."""
    for step in steps:
        with contextlib.suppress(Refusal):
            await cli.run(timed(step, 0))
