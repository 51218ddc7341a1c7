"""A device's command line, logged in and ready: its prompt known, its rights raised, its pages off."""

import re
from collections.abc import Callable, Sequence

from adapters.ssh.channel import Channel
from adapters.ssh.driver import Answer, Change, Driver, Refusal, Step
from domain.access import SshAccess
from domain.config_dialect import compiled, matches
from domain.config_mask import mask
from domain.config_ports import ConfigError

LONGEST_REFUSAL = 600
"""Characters; longer answers are configurations, in which anything may stand."""


class CommandLine:
    """One shell of one device, spoken to in its driver's words. Raises ConfigError; a refused command is a Refusal."""

    def __init__(self, driver: Driver, channel: Channel, access: SshAccess, *, platform: str) -> None:
        self.driver = driver
        self.platform = platform
        self._channel = channel
        self._access = access
        self.ended = False
        """Whether a command has ended the session."""
        self._any = self._pattern(driver.name)
        self._own = self._any

    async def begin(self) -> None:
        """From the login to a prompt with all rights, and no pages."""
        driver = self.driver
        await self._channel.prompt(self._any, answers=self._with_secrets(driver.login))
        if driver.enable is not None:
            await self._enable()
        for step in driver.setup:
            await self.run(step)
        named = driver.prompt.replace("{name}", f"(?P<name>{driver.name})", 1).replace("{name}", driver.name)
        found = re.fullmatch(named, self._channel.tail.rstrip())
        if found is not None and found["name"]:
            self._own = self._pattern(re.escape(found["name"]))

    async def run(self, step: Step) -> str:
        """Sends a command and gives the answer. Raises Refusal unless the step may be refused."""
        try:
            if step.raw:
                answer = await self._channel.keys(
                    step.send, self._any, answers=self._with_secrets(step.answers)
                )
            else:
                answer = await self._channel.command(
                    step.send, self._any, answers=self._with_secrets(step.answers)
                )
        except ConfigError as error:
            if step.ends and error.code in ("SSH_CONNECTION_LOST", "SSH_PROMPT_NOT_FOUND", "SSH_TIMEOUT"):
                self.ended = True
                return ""
            raise
        words = self.refusal(answer)
        if words and not step.optional:
            raise Refusal(step.send, words)
        return answer

    async def show(self, command: str, whole: Callable[[str], bool]) -> str:
        """The answer to a command whose text may contain anything, also what looks like another device's prompt."""
        answer = await self._channel.command(command, self._own, whole=whole)
        if len(answer) < LONGEST_REFUSAL and (words := self.refusal(answer)):
            raise Refusal(command, words)
        return self._quiet(answer)

    async def load(self, way: Change, text: str) -> None:
        """Gives a whole configuration as one text. Raises Refusal with what the device found wrong in it."""
        answer = await self._channel.keys(
            f"{way.load}\n{text}{way.load_end}",
            self._any,
            whole=lambda said: re.search(way.load_done, said) is not None,
        )
        judgement = "\n".join(line for line in answer.splitlines() if line.strip() not in text)
        if words := self.refusal(judgement):
            raise Refusal(way.load, words)

    def refusal(self, answer: str) -> str:
        """The line by which the device refuses, secrets masked; empty when it does not."""
        lines = [line.strip() for line in self._quiet(answer).splitlines()]
        refused = (line for line in lines if matches(self.driver.refused, line))
        return mask(self.platform, next(refused, ""))[:300]

    def _quiet(self, answer: str) -> str:
        """The answer without the lines that have nothing to do with it."""
        if not any(compiled(pattern).search(answer) for pattern in self.driver.noise):
            return answer
        return "".join(
            line for line in answer.splitlines(keepends=True) if not matches(self.driver.noise, line)
        )

    async def _enable(self) -> None:
        enable = self.driver.enable
        assert enable is not None
        if not re.search(enable.when, self._channel.tail):
            return
        typed = False
        answers: Sequence[Answer] = ()
        if enable.question:
            answers = [Answer(enable.question, self._secret("{enable}\n"))]
            typed = True
        answer = await self._channel.command(enable.send, self._any, answers=answers)
        if not re.search(enable.until, self._channel.tail):
            raise ConfigError(
                "SSH_ENABLE_REFUSED",
                "the device gives no privileged mode"
                + ("; give the credential an enable password that it accepts" if typed else ""),
                words=mask(self.platform, answer.strip())[-200:],
            )

    def _with_secrets(self, answers: Sequence[Answer]) -> list[Answer]:
        return [Answer(one.question, self._secret(one.reply)) for one in answers]

    def _secret(self, reply: str) -> str:
        enable = self._access.enable_password or self._access.password
        return reply.replace("{password}", self._access.password).replace("{enable}", enable)

    def _pattern(self, name: str) -> re.Pattern[str]:
        return re.compile(self.driver.prompt.replace("{name}", name))
