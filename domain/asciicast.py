"""Recordings of terminals in the asciicast format, version 2 (https://docs.asciinema.org/manual/asciicast/v2/)."""

import codecs
from typing import Any

import msgspec


class Asciicast:
    """Lines of a recording: what was shown, and changes of size. What was typed is not recorded: passwords are among it,
    and what a device echoes is shown anyway."""

    def __init__(self, *, largest: int) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._left = largest
        self.whole = True
        """Whether everything is in it: at the bound it ends."""

    def begin(self, columns: int, rows: int, at: float, title: str) -> str:
        """`at` is seconds since 1970."""
        header = {"version": 2, "width": columns, "height": rows, "timestamp": int(at), "title": title}
        return self._kept(header)

    def shown(self, elapsed_s: float, data: bytes) -> str:
        """Bytes that are no UTF-8 become U+FFFD; a character may come in two portions."""
        text = self._decoder.decode(data)
        return self._kept([round(elapsed_s, 6), "o", text]) if text else ""

    def resized(self, elapsed_s: float, columns: int, rows: int) -> str:
        return self._kept([round(elapsed_s, 6), "r", f"{columns}x{rows}"])

    def _kept(self, value: Any) -> str:
        line = msgspec.json.encode(value).decode() + "\n"
        if not self.whole or len(line) > self._left:
            self.whole = False
            return ""
        self._left -= len(line)
        return line
