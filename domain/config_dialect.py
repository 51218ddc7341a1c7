"""What a configuration of one platform is made of, as data: structure, volatile lines, secrets, and how lines are taken back."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import msgspec

Structure = Literal["indent", "braces", "paths", "commands", "files"]
"""How a line finds its section: indentation (IOS), braces (Junos), menu paths (RouterOS), `set` commands (VyOS), files (Linux)."""

WORD = r'(?:"(?:\\.|[^"\\\n])*"|\S+)'
"""A value: quoted with escapes, or up to the next blank."""
REST = r"\S[^\n]*"
"""A value that may hold blanks and ends with the line."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """A rule's pattern, where `^` and `$` are the ends of a line."""
    return re.compile(pattern, re.MULTILINE)


class Secret(msgspec.Struct, frozen=True):
    """A place where a secret stands: group `s` of `pattern`.

    `unstable` is for secrets that the device encrypts anew each time it shows them: whether they changed cannot be told.
    """

    pattern: str
    unstable: bool = False
    within: str = ""
    """Where it holds, when not everywhere: a pattern of the region."""
    hints: tuple[str, ...] = ()
    """One of these words stands in every line that the pattern fits, so that other lines need not be looked at."""


class Volatile(msgspec.Struct, frozen=True):
    """What changes without anyone having changed it. The match is replaced by `leave`; a line left empty goes too."""

    pattern: str
    leave: str = ""


class Block(msgspec.Struct, frozen=True):
    """Several lines that are one unit, such as a banner. `end` may refer to the group `d` of `begin` as `{d}`."""

    begin: str
    end: str


class LineEdits(msgspec.Struct, frozen=True, kw_only=True):
    """How lines are taken back and changed where the device has no command that replaces the whole configuration."""

    negate: str = "no"
    leave: str = "exit"
    single: tuple[str, ...] = ()
    """Commands of which a later one overwrites an earlier: two lines with the same match are old and new of one setting."""
    ordered: tuple[str, ...] = ()
    """Headers of sections whose lines count in their order: rewritten as a whole when they differ."""
    removable: tuple[str, ...] = ()
    """Headers of sections that can be taken back as a whole; all others are only emptied."""
    modes: tuple[str, ...] = ()
    """Headers that open a section even when nothing stands in it."""
    keep: tuple[str, ...] = ()
    """Lines that the device does not let go, or that must not be taken back from afar."""
    add_first: tuple[str, ...] = ()
    """Lines of which the new ones are sent before the old ones go, since the connection may hang on them."""
    shorten: tuple[str, ...] = ()
    """What of a line suffices to take it back, where the device refuses the whole one."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a platform's configurations. `platforms` are the names that identification gives to its systems."""

    platforms: tuple[str, ...]
    structure: Structure
    comment: str = ""
    """Lines that say nothing: remarks and separators."""
    preamble: tuple[str, ...] = ()
    """What a device says around its configuration and is not part of it; whole lines."""
    volatile: tuple[Volatile, ...] = ()
    secrets: tuple[Secret, ...] = ()
    blocks: tuple[Block, ...] = ()
    begins: str = ""
    """What a whole configuration has near its beginning."""
    ends: str = ""
    """The last line of a whole configuration; empty where the platform writes none."""
    broken: tuple[str, ...] = ()
    """Lines by which a device admits that it could not show everything."""
    announced_bytes: str = ""
    """Where the device says how long the configuration is, as group `n`."""
    author: tuple[str, ...] = ()
    """Where the configuration says who changed it last: groups `by` and `at`."""
    edits: LineEdits = LineEdits()
    continuation: bool = False
    """Whether a backslash at the end of a line joins the next one to it."""


def matches(patterns: tuple[str, ...], line: str) -> bool:
    return any(compiled(pattern).search(line) for pattern in patterns)


def block_end(blocks: tuple[Block, ...], line: str) -> re.Pattern[str] | None:
    """What ends the unit that this line begins, None for an ordinary line or one that is whole by itself."""
    for block in blocks:
        if found := compiled(block.begin).search(line):
            groups = {name: re.escape(text or "") for name, text in found.groupdict().items()}
            end = re.compile(block.end.replace("{d}", groups.get("d", "")))
            return None if "d" in groups and end.search(line, found.end()) else end
    return None


def units(dialect: Dialect, text: str) -> Iterator[tuple[str, ...]]:
    """The lines of a configuration, those of one block together."""
    lines = iter(text.splitlines())
    for line in lines:
        end = block_end(dialect.blocks, line) if dialect.blocks else None
        if end is None:
            yield (line,)
            continue
        unit = [line]
        for inner in lines:
            unit.append(inner)
            if end.search(inner):
                break
        yield tuple(unit)
