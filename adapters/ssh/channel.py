"""A conversation with an interactive shell: commands, echoes, prompts, pagers and questions, bounded in time and size."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Protocol

from adapters.ssh.driver import Answer
from adapters.ssh.terminal import Terminal
from domain.config_ports import ConfigError

LARGEST = 64 * 1024 * 1024
"""Bytes of one answer. Configurations of 20 MB exist."""
SILENCE_S = 60.0
"""How long a device may say nothing in the middle of an answer: old ones need long to put a configuration together."""
NUDGE_S = 2.0
"""Silence after which an empty line asks for the prompt that a log message may have hidden; then twice as long, and so on."""
NUDGES = 4
ECHO_LETTERS = 20
"""Of the end of a command, by which its echo is known; the beginning may have scrolled out of a narrow terminal."""
MOST_PAGES = 1_000_000
MOST_ANSWERS = 20


class Bytes(Protocol):
    """What a channel talks through."""

    async def read(self) -> bytes:
        """The next bytes, empty at the end."""
        ...

    def write(self, data: bytes) -> None: ...


class Channel:
    """Speaks with one shell. All waits are bounded by silence here, and by the caller's deadline as a whole."""

    def __init__(
        self,
        stream: Bytes,
        *,
        pager: str,
        pager_key: str,
        line_end: str = "\n",
        silence_s: float = SILENCE_S,
        nudge_s: float = NUDGE_S,
        largest: int = LARGEST,
    ) -> None:
        self._stream = stream
        self._pager = re.compile(pager, re.IGNORECASE) if pager else None
        self._pager_key = pager_key
        self._line_end = line_end
        self._silence_s = silence_s
        self._nudge_s = nudge_s
        self._largest = largest
        self._terminal = Terminal()
        self._pages = 0
        self._echoes = False

    @property
    def tail(self) -> str:
        """The line that the cursor is on: after a command, the prompt."""
        return self._terminal.tail

    def type(self, keys: str) -> None:
        """Key strokes, not waited for."""
        self._stream.write(keys.encode())

    async def prompt(self, prompt: re.Pattern[str], *, answers: Sequence[Answer] = ()) -> list[str]:
        """Waits for the first prompt, answering what is asked before, and gives the lines until then."""
        return await self._until(prompt, answers, echo="", whole=None)

    async def command(
        self,
        line: str,
        prompt: re.Pattern[str],
        *,
        answers: Sequence[Answer] = (),
        whole: Callable[[str], bool] | None = None,
        secret: bool = False,
    ) -> str:
        """Sends a line and gives what the device answers between its echo and the next prompt.

        `whole` tells an answer that is complete; until it does, something that looks like a prompt is doubted and more is
        waited for. A `secret` is not echoed. A line may hold several, sent at once. Raises ConfigError.
        """
        self._begin()
        self.type(line.replace("\n", self._line_end) + self._line_end)
        echo = "" if secret else _squeezed(line.rsplit("\n", 1)[-1])[-ECHO_LETTERS:]
        lines = await self._until(prompt, answers, echo=echo, whole=whole)
        return "\n".join(lines) + "\n" if lines else ""

    async def keys(
        self,
        keys: str,
        prompt: re.Pattern[str],
        *,
        answers: Sequence[Answer] = (),
        whole: Callable[[str], bool] | None = None,
    ) -> str:
        """Presses keys such as control characters and gives what is said, echoes included, until the next prompt."""
        self._begin()
        self.type(keys)
        return "\n".join(await self._until(prompt, answers, echo="", whole=whole))

    def _begin(self) -> None:
        """Forgets what the device said before: it answers nothing that is asked from now on."""
        self._terminal.take()
        self._terminal.clear_tail()
        self._terminal.received = 0
        self._pages = 0

    async def _until(
        self,
        prompt: re.Pattern[str],
        answers: Sequence[Answer],
        *,
        echo: str,
        whole: Callable[[str], bool] | None,
    ) -> list[str]:
        wait = _Wait(echo)
        while True:
            wait.take(self._terminal.take())
            tail = self._terminal.tail
            prompted = bool(tail) and prompt.fullmatch(tail.rstrip()) is not None
            if prompted and wait.echoed:
                wait.drop_prompts(prompt)
                if whole is None or whole("\n".join(wait.lines)):
                    self._echoes = self._echoes or bool(echo)
                    return wait.lines
            self._answer(tail, answers, wait)
            patience_s = self._patience_s(wait)
            try:
                async with asyncio.timeout(patience_s):
                    wait.heard(await self._receive())
            except TimeoutError:
                if prompted and (wait.echoed or not self._echoes):
                    return wait.lines if wait.echoed else wait.before
                wait.silent_s += patience_s
                self._nudge(wait, tail, prompt)

    def _answer(self, tail: str, answers: Sequence[Answer], wait: "_Wait") -> None:
        if not tail:
            return
        if self._pager is not None and self._pager.search(tail):
            self._pages += 1
            if self._pages > MOST_PAGES:
                raise ConfigError("SSH_TOO_LARGE", "the device turns pages without end")
            self._terminal.clear_tail()
            self.type(self._pager_key)
            return
        for answer in answers:
            if re.search(answer.question, tail):
                wait.answered += 1
                if wait.answered > MOST_ANSWERS:
                    raise ConfigError(
                        "SSH_PROMPT_NOT_FOUND", f"the device asks again and again: {tail[-80:]!r}"
                    )
                self._terminal.clear_tail()
                self.type(answer.reply)
                return

    def _patience_s(self, wait: "_Wait") -> float:
        """Short where something can still be done about silence."""
        left = self._silence_s - wait.silent_s
        return left if wait.nudges >= NUDGES else min(left, self._nudge_s * 2**wait.nudges)

    def _nudge(self, wait: "_Wait", tail: str, prompt: re.Pattern[str]) -> None:
        if wait.silent_s >= self._silence_s:
            raise self._silence(wait, tail)
        wait.nudges += 1
        if not tail.strip() or prompt.match(tail):
            self.type(self._line_end)  # never where a question may be open
            wait.nudged = True

    def _silence(self, wait: "_Wait", tail: str) -> ConfigError:
        if wait.lines or wait.before or tail:
            seen = (tail or (wait.lines or wait.before)[-1]).strip()[-80:]
            return ConfigError(
                "SSH_PROMPT_NOT_FOUND",
                f"the device fell silent without a prompt that its driver knows, after {seen!r}; is it the platform that it is taken for?",
            )
        return ConfigError("SSH_TIMEOUT", "the device says nothing")

    async def _receive(self) -> bytes:
        data = await self._stream.read()
        if not data:
            raise ConfigError(
                "SSH_CONNECTION_LOST", "the device closed the session in the middle of an answer"
            )
        self._terminal.feed(data)
        if self._terminal.received > self._largest:
            raise ConfigError("SSH_TOO_LARGE", f"the answer is longer than {self._largest} bytes")
        return data


class _Wait:
    """How far the wait for one prompt is."""

    def __init__(self, echo: str) -> None:
        self.echo = echo
        self.echoed = not echo
        self.lines: list[str] = []
        self.before: list[str] = []
        self.nudges = 0
        self.nudged = False
        self.silent_s = 0.0
        self.answered = 0

    def take(self, lines: list[str]) -> None:
        for at, line in enumerate(lines):
            if self.echoed:
                self.lines += lines[at:]
                return
            previous = self.before[-1] if self.before else ""
            self.before.append(line)
            self.echoed = _squeezed(previous + line).endswith(self.echo)

    def drop_prompts(self, prompt: re.Pattern[str]) -> None:
        """Takes away prompts that empty lines have asked for, with what was written behind them."""
        while self.nudged and self.lines and (not self.lines[-1] or prompt.match(self.lines[-1])):
            self.lines.pop()

    def heard(self, data: bytes) -> None:
        """Ends the silence, unless it was only line ends: those may be the echo of a nudge."""
        if data.strip():
            self.silent_s = 0.0
            self.nudges = 0


def _squeezed(text: str) -> str:
    return "".join(text.split())
