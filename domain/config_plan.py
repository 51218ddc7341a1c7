"""The plan of a change: the exact lines that bring a device from what it runs to what is wanted, and what they cannot do."""

from typing import Literal

import msgspec

from domain.config_dialects import dialect_of
from domain.config_files import given
from domain.config_mask import SecretToken, hidden, mask
from domain.config_plan_braces import merge_braces, replace_braces
from domain.config_plan_commands import merge_commands, replace_commands
from domain.config_plan_files import merge_files, replace_files
from domain.config_plan_lines import merge_lines, replace_lines
from domain.config_plan_menus import merge_menus, replace_menus, settings
from domain.config_sections import entries
from domain.config_text import clean, normalise

Kind = Literal["merge", "replace"]


class ConfigPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What would be sent. A line may hold several that the device takes as one, such as a banner.

    With method `load` the lines are the whole configuration, which the device compares with its own.
    """

    platform: str
    kind: Kind
    method: Literal["lines", "load"] = "lines"
    lines: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    """What the lines do not bring about, or bring about with a gap, in words."""

    def __repr__(self) -> str:
        return f"<ConfigPlan {self.kind} {len(self.lines)} lines>"


def plan(platform: str, kind: Kind, running: str, wanted: str) -> ConfigPlan:
    """The lines for a device that runs `running`; none when it has what is wanted.

    `merge` takes `wanted` as a snippet in the platform's own words, `replace` as the whole configuration.
    """
    dialect = dialect_of(platform)
    have = normalise(platform, running)
    want = normalise(platform, wanted) if kind == "replace" else clean(platform, wanted)
    merge = kind == "merge"
    match dialect.structure:
        case "indent":
            steps = merge_lines(dialect, have, want) if merge else replace_lines(dialect, have, want)
        case "braces":
            steps = merge_braces(have, want) if merge else replace_braces(have, want)
        case "commands":
            steps = merge_commands(have, want) if merge else replace_commands(have, want)
        case "paths":
            steps = merge_menus(have, want) if merge else replace_menus(have, want)
        case "files":
            steps = merge_files(have, want) if merge else replace_files(have, want)
    return ConfigPlan(
        platform=platform,
        kind=kind,
        method="load" if steps.load else "lines",
        lines=tuple(steps.lines),
        limits=tuple(dict.fromkeys(mask(platform, limit) for limit in steps.limits)),
    )


def masked_lines(of: ConfigPlan, token: SecretToken = hidden) -> tuple[str, ...]:
    """The lines as they may be shown."""
    return tuple(mask(of.platform, line, token) for line in of.lines)


def unmet(platform: str, kind: Kind, after: str, wanted: str) -> tuple[str, ...]:
    """What is wanted and not found in the configuration read back, and for `replace` what is there beyond it; secrets masked.

    Devices write some lines in other words than they were given, so that this is a hint and no proof of failure.
    """
    dialect = dialect_of(platform)
    if dialect.structure == "files":
        have = {one.path: one.content for one in given(after)}
        return tuple(one.path for one in given(wanted) if have.get(one.path) != one.content)
    if dialect.structure == "braces":
        left = plan(platform, kind, after, wanted)
        return tuple(masked_lines(left)) if left.method == "lines" else ("the order of statements",)
    if dialect.structure == "paths":
        return _unmet_menus(kind, after, wanted)
    have_entries = {(one.path, one.line) for one in entries(platform, normalise(platform, after))}
    want_entries = [(one.path, one.line) for one in entries(platform, normalise(platform, wanted))]
    negations = (f"{dialect.edits.negate} ", "delete ", "remove ", "set [", "default ")
    missing = [
        (path, line)
        for path, line in want_entries
        if (path, line) not in have_entries and not (kind == "merge" and line.startswith(negations))
    ]
    if kind == "replace":
        missing += sorted(have_entries - set(want_entries))
    return tuple(_shown(platform, path, line) for path, line in missing)


def _unmet_menus(kind: Kind, after: str, wanted: str) -> tuple[str, ...]:
    """Settings count in whatever order they stand; more of them than were asked for are no fault."""
    have, want = entries("routeros", after), entries("routeros", normalise("routeros", wanted))
    held = [(one.path, settings(one.line)) for one in have]
    asked = [(one.path, settings(one.line)) for one in want]
    missing = [
        one
        for one, (path, (head, pairs)) in zip(want, asked, strict=True)
        if not head.startswith("remove ")
        and not any(path == there and head == its_head and pairs <= its for there, (its_head, its) in held)
    ]
    extra = (
        [one for one, key in zip(have, held, strict=True) if key not in asked] if kind == "replace" else []
    )
    return tuple(_shown("routeros", one.path, one.line) for one in (*missing, *extra))


def _shown(platform: str, path: tuple[str, ...], line: str) -> str:
    match dialect_of(platform).structure:
        case "paths":
            return mask(platform, " ".join((*path, line)))
        case "commands":
            return mask(platform, line)
        case _:  # each line by itself, as rules look at how lines begin
            return " / ".join(mask(platform, one) for one in (*path, line))
