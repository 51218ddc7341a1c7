"""Regular expressions that engineers write: matched in time that grows with the text alone, whatever the expression."""

from typing import NamedTuple, Protocol

LONGEST_PATTERN = 500
"""Characters."""


class Match(NamedTuple):
    """Where in the text it was found, in characters; `stop` is after the last one."""

    start: int
    stop: int


class Pattern(Protocol):
    """One expression."""

    def search(self, text: str, start: int = 0) -> Match | None:
        """The first place at or after `start`."""
        ...

    def fits(self, text: str) -> bool:
        """Whether it matches the whole text."""
        ...


class Patterns(Protocol):
    """Compiles expressions of RE2's syntax, in which `^` and `$` are the ends of a line."""

    def compile(self, pattern: str) -> Pattern:
        """Raises Invalid with the reason and code PATTERN_INVALID: back-references and look-around do not exist."""
        ...
