"""Regular expressions that engineers write: matched in time that grows with the text alone, whatever the expression."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

LONGEST_PATTERN = 500
"""Characters."""


class Match(NamedTuple):
    """Where in the text it was found, in characters; `stop` is after the last one."""

    start: int
    stop: int


class Lines:
    """Texts of a line or a few each, of which the matching ones are found in one go."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def joined(self) -> bytes:
        """UTF-8, a line feed after each."""
        return b"".join(text.encode() + b"\n" for text in self.texts)

    @cached_property
    def starts(self) -> list[int]:
        """Where in `joined` each begins."""
        starts, at = [], 0
        for text in self.texts:
            starts.append(at)
            at += len(text.encode()) + 1
        return starts


class Pattern(Protocol):
    """One expression."""

    def search(self, text: str, start: int = 0) -> Match | None:
        """The first place at or after `start`."""
        ...

    def among(self, lines: Lines) -> Iterator[int]:
        """The numbers, from 0, of the texts that it matches, each looked at by itself."""
        ...

    def fits(self, text: str) -> bool:
        """Whether it matches the whole text."""
        ...


class Patterns(Protocol):
    """Compiles expressions of RE2's syntax, in which `^` and `$` are the ends of a line."""

    def compile(self, pattern: str) -> Pattern:
        """Raises Invalid with the reason and code PATTERN_INVALID: back-references and look-around do not exist."""
        ...
