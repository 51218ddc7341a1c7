"""What lines that are added to a configuration change in it, by section, as far as that can be told without the device."""

from collections.abc import Iterator

from domain.config_dialect import Dialect, compiled
from domain.config_dialects import dialect_of
from domain.config_diff import Hunk, unified
from domain.config_files import given
from domain.config_plan import plan
from domain.config_sections import entries
from domain.config_text import clean, normalise

_TAKE_BACK = ("delete ", "remove ")


def merge_hunks(platform: str, running: str, wanted: str) -> tuple[Hunk, ...]:
    """Lines that come and lines that go; one that overwrites another goes with it. Nothing for what is there already."""
    dialect = dialect_of(platform)
    match dialect.structure:
        case "indent":
            return tuple(_lines(dialect, platform, running, wanted))
        case "files":
            return tuple(_files(running, wanted))
        case _:
            return tuple(_commands(platform, running, wanted))


def merge_unified(found: tuple[Hunk, ...]) -> str:
    """The hunks as text: a heading for each section, `-` and `+` before each line."""
    parts: list[str] = []
    for hunk in found:
        parts.append(f"@@ {' / '.join(hunk.section) or '(top)'} @@")
        parts += (f"-{line}" for line in hunk.removed)
        parts += (f"+{line}" for line in hunk.added)
    return "\n".join(parts) + "\n" if parts else ""


def _lines(dialect: Dialect, platform: str, running: str, wanted: str) -> Iterator[Hunk]:
    have: dict[tuple[str, ...], list[str]] = {}
    for entry in entries(platform, normalise(platform, running)):
        have.setdefault(entry.path, []).append(entry.line)
    negate = f"{dialect.edits.negate} "
    sections: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for entry in entries(platform, clean(platform, wanted)):
        there = have.get(entry.path, [])
        if entry.line in there:
            continue
        removed, added = sections.setdefault(entry.path, ([], []))
        if entry.line.startswith(negate):
            taken = entry.line.removeprefix(negate)
            gone = [line for line in there if line == taken or line.startswith(f"{taken} ")]
            removed += gone
            if not gone:  # a setting that is on unless it is said otherwise
                added.append(entry.line)
        else:
            removed += _overwritten(dialect, entry.line, there)
            added.append(entry.line)
    for section, (removed, added) in sections.items():
        if removed or added:
            yield Hunk(
                section=section, removed=tuple(dict.fromkeys(removed)), added=tuple(dict.fromkeys(added))
            )


def _overwritten(dialect: Dialect, line: str, there: list[str]) -> list[str]:
    negation = f"{dialect.edits.negate} {line}"
    gone = [negation] if negation in there else []
    for pattern in dialect.edits.single:
        if mine := compiled(pattern).search(line):
            gone += (
                other
                for other in there
                if (its := compiled(pattern).search(other)) and its.group() == mine.group()
            )
    return gone


def _commands(platform: str, running: str, wanted: str) -> Iterator[Hunk]:
    """Commands stand for what they do: those that take back are told as removed."""
    lines = plan(platform, "merge", running, wanted).lines
    removed = tuple(line for line in lines if line.startswith(_TAKE_BACK))
    added = tuple(line for line in lines if not line.startswith(_TAKE_BACK))
    if lines:
        yield Hunk(section=(), removed=removed, added=added)


def _files(running: str, wanted: str) -> Iterator[Hunk]:
    have = {one.path: one.content for one in given(running)}
    for one in given(wanted):
        old = have.get(one.path, "")
        if one.content != old:
            text = unified(old, one.content, one.path, one.path, context=0).splitlines()[2:]
            yield Hunk(
                section=(one.path,),
                removed=tuple(line[1:] for line in text if line.startswith("-")),
                added=tuple(line[1:] for line in text if line.startswith("+")),
            )
