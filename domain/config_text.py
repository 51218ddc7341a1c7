"""The text of configurations: what a device said made clean, what changes by itself left out, and whether it is whole."""

import hashlib

import msgspec

from domain.config_dialect import Dialect, compiled
from domain.config_dialects import dialect_of
from domain.config_files import files_flaw
from domain.config_mask import SecretToken, joined, mask

HEAD_LINES = 60
"""Within how many lines of its beginning a whole configuration shows what it begins with."""
SMALLEST_SHARE = 0.9
"""Of the announced length: devices count line ends and what they print around differently."""

_CONTROL = dict.fromkeys((*range(9), *range(11, 32), 127))  # all but tab and line feed


class ConfigAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """Who last changed the configuration and when, in the device's own words and time zone; empty where it cannot tell."""

    by: str = ""
    at: str = ""
    action: str = ""


def clean(platform: str, text: str) -> str:
    """What a device showed as one text: LF line ends, no control characters, nothing around the configuration.

    This is what is kept and restored; what changes by itself is still in it.
    """
    dialect = dialect_of(platform)
    if dialect.structure == "files":
        return text  # the bytes of files are theirs
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(code in text for code in map(chr, _CONTROL)):
        text = text.translate(_CONTROL)
    text = joined(platform, text)
    for pattern in dialect.preamble:
        text = compiled(pattern + r"\n?").sub("", text)
    return _trimmed(text)


def normalise(platform: str, text: str) -> str:
    """The clean text without what changes by itself: equal for two reads between which nobody changed anything."""
    dialect = dialect_of(platform)
    text = clean(platform, text)
    if not dialect.volatile:
        return text
    for volatile in dialect.volatile:
        text = compiled(volatile.pattern if volatile.leave else volatile.pattern + r"\n?").sub(
            volatile.leave, text
        )
    return _trimmed(text)


def _trimmed(text: str) -> str:
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    start = next((number for number, line in enumerate(lines) if line), 0)
    return "\n".join(lines[start:]) + "\n" if lines else ""


def content_address(platform: str, text: str, token: SecretToken) -> str:
    """SHA-256 in hex of the normalised text in which tokens stand for the secrets.

    Hashed with the secrets themselves, it would let whoever sees the masked text try passwords against it.
    """
    return hashlib.sha256(mask(platform, normalise(platform, text), token).encode()).hexdigest()


def content_and_mask(platform: str, text: str, token: SecretToken) -> tuple[str, str]:
    """The content address, and the text as it is with tokens; in one pass where nothing in it changes by itself."""
    normal = normalise(platform, text)
    shown = mask(platform, normal, token)
    address = hashlib.sha256(shown.encode()).hexdigest()
    return address, shown if normal == text else mask(platform, text, token)


def same(platform: str, one: str, other: str) -> bool:
    """Whether two reads show one configuration, secrets included where those stay as they are between two displays."""
    return _comparable(platform, one) == _comparable(platform, other)


def _comparable(platform: str, text: str) -> str:
    return mask(platform, normalise(platform, text), lambda secret: secret)


def author(platform: str, text: str) -> ConfigAuthor:
    """Who changed the configuration last, where the device writes that into it."""
    for pattern in dialect_of(platform).author:
        if found := compiled(pattern).search(text):
            groups = found.groupdict()
            return ConfigAuthor(by=groups.get("by") or "", at=groups.get("at") or "")
    return ConfigAuthor()


def flaw(platform: str, shown: str) -> str:
    """Why what a device showed cannot be its whole configuration; empty when nothing speaks against it."""
    dialect = dialect_of(platform)
    text = clean(platform, shown)
    lines = text.split("\n")[:-1]
    if not lines:
        return "the device showed nothing"
    for pattern in dialect.broken:
        if found := compiled(pattern).search(text):
            return f"the device says that it failed: {found.group().strip()[:200]}"
    if dialect.begins and not compiled(dialect.begins).search("\n".join(lines[:HEAD_LINES])):
        return "it does not begin as a configuration does"
    if dialect.ends and not compiled(dialect.ends).search(lines[-1]):
        return f"it ends without `{dialect.ends.strip('^$')}`"
    return _too_short(dialect, shown, text) or _structure_flaw(dialect, text)


def has_end_marker(platform: str) -> bool:
    """Whether one read suffices: without an end marker, only a second one can tell a whole text from a cut one."""
    return bool(dialect_of(platform).ends)


def ends_well(platform: str, shown: str) -> bool:
    """Whether the last thing shown may be the end of a configuration: cheap, and no substitute for `flaw`."""
    ends = dialect_of(platform).ends
    return not ends or any(compiled(ends).search(line) for line in shown[-400:].split("\n")[-6:])


def _too_short(dialect: Dialect, shown: str, text: str) -> str:
    if dialect.announced_bytes and (found := compiled(dialect.announced_bytes).search(shown)):
        announced = int(found["n"][:12])
        if len(text.encode()) < announced * SMALLEST_SHARE:
            return f"{announced} bytes were announced, {len(text.encode())} came"
    return ""


def _structure_flaw(dialect: Dialect, text: str) -> str:
    match dialect.structure:
        case "braces":
            return _unbalanced(text)
        case "files":
            return files_flaw(text)
        case _:
            return ""


def _unbalanced(text: str) -> str:
    """Braces at the ends of lines, as Junos prints them; those inside strings stand elsewhere or after an escape."""
    depth = 0
    for line in text.split("\n"):
        bare = line.split(" ## ")[0].strip()
        if bare.endswith("{"):
            depth += 1
        elif bare == "}":
            depth -= 1
            if depth < 0:
                return "a section ends that never began"
    return f"{depth} sections have no end" if depth else ""
