"""The terminal end of a simulated device: echo, line editing, pages, and the faults that strike on the way out."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.ssh.faults import Fault

if TYPE_CHECKING:
    import asyncssh

FLOOD = 80 * 1024 * 1024
CHUNK = 65_536


class Gone(Exception):
    """The other end has left, or a fault broke the connection."""


@dataclass(frozen=True, slots=True)
class Pager:
    """What stands at the end of a page, and how it is wiped away again."""

    text: str = " --More-- "
    wipe: str = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"


class Console:
    """Bytes in, lines out. What is typed ahead is echoed when it is read, as devices do."""

    def __init__(self, channel: "asyncssh.SSHServerChannel[bytes]", *, line_end: str = "\r\n") -> None:
        self._channel = channel
        self._line_end = line_end
        self._typed = bytearray()
        self._news = asyncio.Event()
        self._closed = False
        self._ended = False
        self.page_lines = 24
        self.pager = Pager()

    def feed(self, data: bytes) -> None:
        self._typed += data
        self._news.set()

    def end(self) -> None:
        """Nothing more will be typed."""
        self._ended = True
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

    def write(self, text: str) -> None:
        if self._closed or self._channel.is_closing():
            raise Gone
        self._channel.write(text.replace("\n", self._line_end).encode())

    def abort(self) -> None:
        """Breaks the connection, not only the session."""
        self._channel.get_connection().abort()
        self.close()
        raise Gone

    async def key(self) -> str:
        while not self._typed:
            if self._closed or self._ended:
                raise Gone
            self._news.clear()
            await self._news.wait()
        code = self._typed.pop(0)
        return chr(code)

    async def line(self, *, echo: bool = True, controls: str = "") -> str:
        """What is typed until return; or a single one of `controls`, at once."""
        text = ""
        shown = ""
        while True:
            if not self._typed and shown:
                self.write(shown)
                shown = ""
            key = await self.key()
            if key in controls:
                return key
            if key in "\r\n":
                if key == "\r" and self._typed[:1] == b"\n":
                    del self._typed[:1]
                self.write(shown + "\n")
                return text
            if key in "\x7f\b":
                shown += "\b \b" if echo and text else ""
                text = text[:-1]
            elif key.isprintable() or key == "\t":
                text += key
                shown += key if echo else ""

    async def say(self, text: str, fault: Fault | None = None) -> None:
        """An answer, in pages where the terminal has any, and with what goes wrong."""
        if text and not text.endswith("\n"):
            text += "\n"
        if fault is not None:
            text = await self._struck(text, fault)
        if self.page_lines <= 0:
            self.write(text)
        else:
            await self._pages(text)

    async def _pages(self, text: str) -> None:
        lines = text.splitlines(keepends=True)
        at = 0
        while at < len(lines):
            page = self.page_lines - 1
            self.write("".join(lines[at : at + page]))
            at += page
            if at >= len(lines):
                return
            self.write(self.pager.text)
            key = await self.key()
            self.write(self.pager.wipe)
            if key == "q":
                return

    async def _struck(self, text: str, fault: Fault) -> str:
        half = text[: text.rfind("\n", 0, max(2, len(text) // 2)) + 1]
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.delay_s)
            case "trickle":
                for number, byte in enumerate(text):
                    self.write(byte)
                    if number % 50 == 0:
                        await asyncio.sleep(fault.delay_s)
                return ""
            case "chatty":
                lines = text.splitlines(keepends=True)
                middle = len(lines) // 2
                return "".join((*lines[:middle], fault.message + "\n", *lines[middle:]))
            case "drop":
                self.write(half)
                self.abort()
            case "truncate":
                return half
            case "interrupt":
                return half + (fault.message or "% Error: the configuration could not be read") + "\n"
            case "hang":
                self.write(half)
                while True:
                    await self.key()
            case "flood":
                for _ in range(FLOOD // CHUNK):
                    self.write("!" * CHUNK)
                    await asyncio.sleep(0)
            case _:
                pass
        return text
