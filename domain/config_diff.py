"""What differs between two configurations: as unified text, and as hunks by section."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TypeVar

import msgspec

from domain.config_sections import Entry, entries

LARGEST = 2_000
"""Lines of one side that are compared each with each; longer stretches without a common unique line count as replaced."""

T = TypeVar("T", bound=object)


class Hunk(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken out of a section and what was put in. Line numbers are those of the first line, 0 where there is none."""

    section: tuple[str, ...]
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    old_line: int = 0
    new_line: int = 0


class _Change(NamedTuple):
    """`old[a:b]` became `new[c:d]`."""

    a: int
    b: int
    c: int
    d: int


def unified(old: str, new: str, old_name: str, new_name: str, *, context: int = 3) -> str:
    """The difference as `diff -u` writes it; empty when there is none."""
    was, now = old.split("\n"), new.split("\n")
    if was and was[-1] == "":
        was.pop()
    if now and now[-1] == "":
        now.pop()
    groups = list(_grouped(list(_changes(was, now)), context))
    if not groups:
        return ""
    lines = [f"--- {old_name}", f"+++ {new_name}"]
    for group in groups:
        lines += _hunk_lines(was, now, group, context)
    return "\n".join(lines) + "\n"


def _grouped(changes: list[_Change], context: int) -> Iterator[list[_Change]]:
    group: list[_Change] = []
    for change in changes:
        if group and change.a - group[-1].b > 2 * context:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk_lines(was: list[str], now: list[str], group: list[_Change], context: int) -> list[str]:
    first, last = group[0], group[-1]
    before = min(context, first.a)
    after = min(context, len(was) - last.b)
    lines: list[str] = [" " + line for line in was[first.a - before : first.a]]
    for number, change in enumerate(group):
        lines += ["-" + line for line in was[change.a : change.b]]
        lines += ["+" + line for line in now[change.c : change.d]]
        until = group[number + 1].a if number + 1 < len(group) else last.b + after
        lines += [" " + line for line in was[change.b : until]]
    old_range = _range(first.a - before, last.b + after)
    new_range = _range(first.c - before, last.d + after)
    return [f"@@ -{old_range} +{new_range} @@", *lines]


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def hunks(platform: str, old: str, new: str) -> tuple[Hunk, ...]:
    """What differs by section, in the order of the configurations; changes that touch in one section are one hunk."""
    was, now = entries(platform, old), entries(platform, new)
    changes = _changes([(one.path, one.line) for one in was], [(one.path, one.line) for one in now])
    found: list[Hunk] = []
    for change in changes:
        found += _by_section(was[change.a : change.b], now[change.c : change.d])
    return tuple(found)


def _by_section(was: Sequence[Entry], now: Sequence[Entry]) -> Iterator[Hunk]:
    sections = dict.fromkeys((*(one.path for one in was), *(one.path for one in now)))
    for section in sections:
        removed = [one for one in was if one.path == section]
        added = [one for one in now if one.path == section]
        yield Hunk(
            section=section,
            removed=tuple(one.line for one in removed),
            added=tuple(one.line for one in added),
            old_line=removed[0].number if removed else 0,
            new_line=added[0].number if added else 0,
        )


def _changes(was: Sequence[T], now: Sequence[T]) -> Iterator[_Change]:
    """The stretches that differ, in order, none empty on both sides and none touching the next."""
    pending: _Change | None = None
    for change in _stretches(was, now):
        if pending is not None and (pending.b, pending.d) == (change.a, change.c):
            pending = _Change(pending.a, change.b, pending.c, change.d)
            continue
        if pending is not None:
            yield pending
        pending = change
    if pending is not None:
        yield pending


def _stretches(was: Sequence[T], now: Sequence[T]) -> Iterator[_Change]:
    start = 0
    while start < len(was) and start < len(now) and was[start] == now[start]:
        start += 1
    end = 0
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    a, c = start, start
    for i, j in [*_anchors(was, now, start, end), (len(was) - end, len(now) - end)]:
        yield from _compared(was[a:i], now[c:j], a, c)
        a, c = i, j


def _compared(was: Sequence[T], now: Sequence[T], a: int, c: int) -> Iterator[_Change]:
    if not was and not now:
        return
    if len(was) > LARGEST or len(now) > LARGEST:
        yield _Change(a, a + len(was), c, c + len(now))
        return
    for tag, i, j, k, m in SequenceMatcher(None, was, now).get_opcodes():
        if tag != "equal":
            yield _Change(a + i, a + j, c + k, c + m)


def _anchors(was: Sequence[T], now: Sequence[T], start: int, end: int) -> list[tuple[int, int]]:
    """Pairs of places of lines that are unique on both sides, in ascending order on both (patience diff, Bram Cohen).

    Only what is too long to be compared at once is cut by them.
    """
    stop_was, stop_now = len(was) - end, len(now) - end
    if max(stop_was - start, stop_now - start) <= LARGEST // 4:
        return []
    once_was, once_now = _unique(was, start, stop_was), _unique(now, start, stop_now)
    pairs = [(at, once_now[line]) for line, at in once_was.items() if line in once_now]
    return _longest_rising(pairs)


def _unique(lines: Sequence[T], start: int, stop: int) -> dict[T, int]:
    seen: dict[T, int] = {}
    for at in range(start, stop):
        seen[lines[at]] = -1 if lines[at] in seen else at
    return {line: at for line, at in seen.items() if at >= 0}


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises on both sides; `pairs` rises in the first."""
    tops: list[int] = []  # the smallest second place at which a run of each length ends
    ends: list[int] = []  # the pair with it
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tops, place)
        before.append(ends[length - 1] if length else -1)
        if length == len(tops):
            tops.append(place)
            ends.append(number)
        else:
            tops[length], ends[length] = place, number
    run: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]
