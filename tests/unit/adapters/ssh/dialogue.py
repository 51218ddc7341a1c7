"""A device that plays a recorded dialogue, in portions of any size."""

import asyncio
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "data" / "ssh"
SIGNS = str.maketrans({"␛": "\x1b", "␈": "\b", "␍": "\r"})


class Unexpected(AssertionError):
    """The client typed something else than was recorded."""


class Dialogue:
    """The port of a channel: bytes to read, and what is typed compared with the record."""

    def __init__(self, text: str, *, portion: int = 65_536) -> None:
        self._portion = portion
        self._exchanges = _parse(text)
        self._waiting = bytearray(self._exchanges.pop(0)[2].encode())
        self._typed = ""
        self._news = asyncio.Event()

    @classmethod
    def of(cls, name: str, *, portion: int = 65_536) -> "Dialogue":
        return cls((FOLDER / f"{name}#dialogue.txt").read_text(), portion=portion)

    @property
    def over(self) -> bool:
        return not self._exchanges

    async def read(self) -> bytes:
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        part = bytes(self._waiting[: self._portion])
        del self._waiting[: self._portion]
        return part

    def write(self, data: bytes) -> None:
        self._typed += data.decode()
        if not self._exchanges:
            raise Unexpected(f"nothing more was recorded, but {self._typed!r} was typed")
        kind, expected, answer = self._exchanges[0]
        wanted = expected if kind == "_" else None
        typed = self._typed.replace("\r", "\n")
        if wanted is None and typed != expected + "\n" and (expected + "\n").startswith(typed):
            return
        if typed != (wanted if wanted is not None else expected + "\n"):
            raise Unexpected(f"{expected!r} was recorded, {self._typed!r} was typed")
        self._typed = ""
        self._exchanges.pop(0)
        echo = {"<": expected + "\r\n", "!": "\r\n", "_": ""}[kind]
        self._waiting += (echo + answer).encode()
        self._news.set()


def _parse(text: str) -> list[tuple[str, str, str]]:
    """Exchanges of what is typed and what comes then; the first has nothing typed."""
    exchanges: list[tuple[str, str, list[str]]] = [("<", "", [])]
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith(("<<< ", "<<! ", "<<_ ")):
            typed = line[4:]
            exchanges.append((line[2], " " if typed == "SP" else typed, []))
        else:
            exchanges[-1][2].append(line.translate(SIGNS))
    return [(kind, typed, "\r\n".join(lines)) for kind, typed, lines in exchanges]
