"""Satisfies Patterns by RE2, which has no back-tracking: no expression and no text can keep it busy."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

import re2

from domain.errors import Invalid
from domain.patterns import LONGEST_PATTERN, Lines, Match

_MEMORY = 4 * 2**20
"""Bytes that one compiled expression may take; counted repetitions such as `(x{1000}){1000}` are refused by it."""


def _options() -> "re2.Options":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


class Re2Pattern:
    """Satisfies Pattern."""

    def __init__(self, pattern: str) -> None:
        self._compiled = re2.compile(f"(?m){pattern}", _options())

    def search(self, text: str, start: int = 0) -> Match | None:
        found = self._compiled.search(text, start)
        return Match(found.start(), found.end()) if found else None

    def among(self, lines: Lines) -> Iterator[int]:
        """All together first: a text in which it then finds nothing by itself is one of two that it had matched across."""
        joined, starts, texts = lines.joined, lines.starts, lines.texts
        at = 0
        while at < len(joined) and (found := self._compiled.search(joined, at)) is not None:
            number = bisect_right(starts, found.start()) - 1
            if self._compiled.search(texts[number]) is not None:
                yield number
            if number + 1 == len(starts):
                return
            at = starts[number + 1]

    def fits(self, text: str) -> bool:
        return self._compiled.fullmatch(text) is not None


class Re2Patterns:
    """Keeps what it compiled."""

    def __init__(self, kept: int = 2_000) -> None:
        self._compiled = lru_cache(maxsize=kept)(Re2Pattern)

    def compile(self, pattern: str) -> Re2Pattern:
        if len(pattern) > LONGEST_PATTERN:
            raise Invalid(
                f"a regular expression has at most {LONGEST_PATTERN} characters", code="PATTERN_INVALID"
            )
        try:
            return self._compiled(pattern)
        except re2.error as error:
            reason = error.args[0] if error.args else ""
            told = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
            told = told.replace("(?m)", "", 1)
            raise Invalid(
                f"not a regular expression of RE2's syntax: {told}; see https://github.com/google/re2/wiki/Syntax",
                code="PATTERN_INVALID",
            ) from None
