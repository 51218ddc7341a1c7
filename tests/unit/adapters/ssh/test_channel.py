"""The channel's bounds: silence, size, pages and questions without end."""

import asyncio
import re

import pytest

from adapters.ssh.channel import MOST_ANSWERS, Channel
from adapters.ssh.driver import Answer
from domain.config_ports import ConfigError

PROMPT = re.compile(r"r1(?:\([^)]*\))?[>#]")


class Script:
    """Answers each thing typed by the next of its texts; None: says nothing."""

    def __init__(self, *texts: str | None, always: str | None = None) -> None:
        self._texts = list(texts)
        self._always = always
        self._out: asyncio.Queue[bytes] = asyncio.Queue()
        self.typed: list[str] = []

    async def read(self) -> bytes:
        return await self._out.get()

    def write(self, data: bytes) -> None:
        self.typed.append(data.decode())
        text = self._texts.pop(0) if self._texts else self._always
        if text is not None:
            self._out.put_nowait(text.encode())


def channel(script: Script, **options: float | int) -> Channel:
    limits = {"silence_s": 0.3, "nudge_s": 0.02, **options}
    return Channel(script, pager=r"--more--", pager_key=" ", **limits)  # type: ignore[arg-type]  # numbers


async def test_the_answer_stands_between_echo_and_prompt() -> None:
    script = Script("old noise\r\nr1#show clock\r\n10:00\r\nr1#")
    assert await channel(script).command("show clock", PROMPT) == "10:00\n"


async def test_a_wrapped_echo_is_found() -> None:
    script = Script("r1#show something that is lo\r\nng and wrapped\r\nanswer\r\nr1#")
    assert await channel(script).command("show something that is long and wrapped", PROMPT) == "answer\n"


async def test_a_device_without_an_echo_is_understood() -> None:
    script = Script("10:00\r\nr1#")
    assert await channel(script).command("show clock", PROMPT) == "10:00\n"


async def test_a_hidden_prompt_is_asked_for_again() -> None:
    script = Script("r1#show clock\r\n10:00\r\nr1#%LOG-1-X: something\r\n", "\r\nr1#")
    assert await channel(script).command("show clock", PROMPT) == "10:00\n"
    assert script.typed == ["show clock\n", "\n"]


async def test_an_open_question_is_not_answered_by_a_nudge() -> None:
    script = Script("r1#reload\r\nProceed with reload? [confirm]")
    with pytest.raises(ConfigError) as raised:
        await channel(script).command("reload", PROMPT)
    assert raised.value.code == "SSH_PROMPT_NOT_FOUND"
    assert script.typed == ["reload\n"], "an empty line would have confirmed it"


async def test_pages_are_turned() -> None:
    script = Script("r1#show\r\none\r\n --More-- ", "\b\b\b\b\b\b\b\b\b         \b\b\b\b\b\b\b\b\btwo\r\nr1#")
    assert await channel(script).command("show", PROMPT) == "one\ntwo\n"
    assert script.typed == ["show\n", " "]


async def test_questions_are_answered_but_not_for_ever() -> None:
    script = Script("r1#reload in 5\r\nSave? [yes/no]: ", "no\r\nProceed? [confirm]", "\r\nr1#")
    answers = [Answer(r"\[yes/no\]: $", "no\n"), Answer(r"\[confirm\]$", "\n")]
    await channel(script).command("reload in 5", PROMPT, answers=answers)
    assert script.typed == ["reload in 5\n", "no\n", "\n"]
    endless = Script("r1#x\r\nSure? [yes/no]: ", always="Sure? [yes/no]: ")
    with pytest.raises(ConfigError, match="asks again and again"):
        await channel(endless).command("x", PROMPT, answers=answers)
    assert len(endless.typed) == MOST_ANSWERS + 1


async def test_what_looks_like_a_prompt_is_doubted_until_the_answer_is_whole() -> None:
    script = Script("r1#show\r\nbanner\r\nr1#")
    talking = channel(script)

    async def more() -> None:
        script._out.put_nowait(b"\r\nend\r\nr1#")

    asyncio.get_running_loop().call_later(0.005, lambda: asyncio.ensure_future(more()))
    assert await talking.command("show", PROMPT, whole=lambda text: "end" in text) == "banner\nr1#\nend\n"


async def test_silence_has_an_end() -> None:
    with pytest.raises(ConfigError) as raised:
        await channel(Script(None)).command("show", PROMPT)
    assert raised.value.code == "SSH_TIMEOUT"


async def test_an_answer_to_every_nudge_but_never_a_prompt_ends_too() -> None:
    with pytest.raises(ConfigError) as raised:
        await channel(Script(always="\r\n")).command("show", PROMPT)
    assert raised.value.code in ("SSH_PROMPT_NOT_FOUND", "SSH_TIMEOUT")


async def test_size_is_bounded() -> None:
    with pytest.raises(ConfigError) as raised:
        await channel(Script("r1#show\r\n" + "x" * 2000), largest=1000).command("show", PROMPT)
    assert raised.value.code == "SSH_TOO_LARGE"
