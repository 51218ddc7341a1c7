"""What a device writes to its terminal, as the lines that a person would see."""

import re

LONGEST_TAIL = 16_384
"""Bytes of an unfinished line that may still be a prompt."""
WIDEST = 8_192
"""Columns that the cursor can be sent to."""

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_PIECES = re.compile(
    r"(?P<text>[^\x00-\x08\x0b-\x1f\x7f]+)"
    r"|\x1b\[(?P<arguments>[0-9;?]*)(?P<csi>[@-~])"  # ECMA-48 control sequences
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles of windows
    r"|\x1b[()][0-9A-Za-z]|\x1b[^\[\]()]"
    r"|(?P<control>[\x00-\x08\x0b-\x1f\x7f])"
)


class Terminal:
    """Takes bytes in whatever portions; gives finished lines, and the one that the cursor is on."""

    def __init__(self) -> None:
        self._raw = bytearray()
        self.lines: list[str] = []
        self.received = 0

    def feed(self, data: bytes) -> None:
        self.received += len(data)
        if self._raw[-1:] == b"\x1b":  # a sequence may come in two portions
            data = b"\x1b" + data
            del self._raw[-1:]
        data = data.replace(b"\x1bE", b"\n")  # ECMA-48 next line, as ProVision ends lines
        first, *more = data.split(b"\n")
        self._raw += first
        for part in more:
            self.lines.append(shown(bytes(self._raw)))
            self._raw = bytearray(part)

    @property
    def tail(self) -> str:
        """The unfinished line as it shows; empty while it is too long to be a prompt."""
        return shown(bytes(self._raw)) if len(self._raw) <= LONGEST_TAIL else ""

    def clear_tail(self) -> None:
        """Forgets the unfinished line, as a pager does that was answered."""
        self._raw.clear()

    def take(self) -> list[str]:
        """All finished lines, which are then forgotten."""
        lines, self.lines = self.lines, []
        return lines


def shown(raw: bytes) -> str:
    """A line after all moves of the cursor in it. Bytes that are no UTF-8 are read as Latin-1."""
    raw = raw.rstrip(b"\r")
    if _CONTROL.search(raw) is None:
        return _decoded(raw)
    cells: list[str] = []
    column = 0
    for piece in _PIECES.finditer(_decoded(raw)):
        if text := piece["text"]:
            if column > len(cells):
                cells += " " * (column - len(cells))
            cells[column : column + len(text)] = text
            column += len(text)
        elif piece["csi"]:
            column = _moved(cells, column, piece["csi"], piece["arguments"])
        elif piece["control"] == "\r":
            column = 0
        elif piece["control"] == "\b":
            column = max(0, column - 1)
    return "".join(cells).rstrip(" ")  # blanks behind a line are what wiped a pager away


def _moved(cells: list[str], column: int, command: str, arguments: str) -> int:
    """Carries out an ECMA-48 control sequence and gives the new column."""
    numbers = [int(part[:5]) for part in arguments.strip("?").split(";") if part.isdecimal()]
    first = numbers[0] if numbers else 0
    match command:
        case "K" | "J":
            _erase(cells, column, first)
        case "P":
            del cells[column : column + max(1, first)]
        case "D":
            return max(0, column - max(1, first))
        case "C":
            return min(WIDEST, column + max(1, first))
        case "G":
            return min(WIDEST, max(1, first) - 1)
        case "H" | "f":  # full-screen devices write their last line again and again
            return min(WIDEST, (numbers[1] if len(numbers) > 1 else 1) - 1)
    return column


def _erase(cells: list[str], column: int, which: int) -> None:
    match which:
        case 0:
            del cells[column:]
        case 1:
            cells[:column] = " " * min(column, len(cells))
        case _:
            cells.clear()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
