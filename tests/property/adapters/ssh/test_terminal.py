"""What a terminal shows does not depend on the portions in which its bytes come, and nothing that comes breaks it."""

import asyncio
import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ssh.channel import Channel
from adapters.ssh.terminal import Terminal, shown
from domain.config_ports import ConfigError

PIECES = st.sampled_from(
    [
        b"hostname r1",
        b"\r\n",
        b"\n",
        b"\r",
        b"\b",
        b"\b\b\b   \b\b\b",
        b"--More--",
        b"\x1b[K",
        b"\x1b[42D",
        b"\x1b[24;1H",
        b"\x1bE",
        b"\x1b[2J",
        b"\x1b]0;t\x07",
        b"\xe4",
        "ü".encode(),
        b" ",
        b"\x00",
        b"\x07",
    ]
)
SCREENS = st.lists(PIECES | st.binary(max_size=6), max_size=40).map(b"".join)
PROMPT = re.compile(r"r1[>#]")


@given(data=SCREENS, cuts=st.lists(st.integers(0, 300), max_size=12))
def test_portions_do_not_matter(data: bytes, cuts: list[int]) -> None:
    whole, cut = Terminal(), Terminal()
    whole.feed(data)
    places = sorted({0, len(data), *(at for at in cuts if at < len(data))})
    for start, stop in pairwise(places):
        cut.feed(data[start:stop])
    assert (cut.lines, cut.tail) == (whole.lines, whole.tail)
    single = Terminal()
    for byte in data:
        single.feed(bytes([byte]))
    assert (single.lines, single.tail) == (whole.lines, whole.tail)


@given(st.binary(max_size=300))
def test_any_line_can_be_shown(data: bytes) -> None:
    text = shown(data.replace(b"\n", b""))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)


@given(st.text("abc xyz", max_size=40))
def test_what_a_pager_wipes_is_gone(text: str) -> None:
    wiped = b" --More-- " + b"\b" * 10 + b" " * 10 + b"\b" * 10 + text.encode()
    assert shown(wiped).rstrip() == text.rstrip()
    assert (
        shown(b"  ---- More ----\x1b[42D" + b" " * 42 + b"\x1b[42D" + text.encode()).rstrip() == text.rstrip()
    )


class Babble:
    """A device that says what it wants and then hangs up."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    async def read(self) -> bytes:
        return self._parts.pop(0) if self._parts else b""

    def write(self, data: bytes) -> None:
        """Does not listen."""


@settings(max_examples=60)
@given(st.lists(PIECES | st.sampled_from([b"r1#", b"r1>", b"show run"]), max_size=30))
def test_babble_ends_in_an_answer_or_an_error(parts: list[bytes]) -> None:
    async def ask() -> str:
        channel = Channel(
            Babble([part for part in parts if part]),
            pager="--more--",
            pager_key=" ",
            silence_s=0.05,
            nudge_s=0.01,
        )
        async with asyncio.timeout(5):
            return await channel.command("show run", PROMPT)

    try:
        answer = asyncio.run(ask())
    except ConfigError as error:
        assert error.code in ("SSH_CONNECTION_LOST", "SSH_PROMPT_NOT_FOUND", "SSH_TIMEOUT", "SSH_TOO_LARGE")
    else:
        assert isinstance(answer, str)
