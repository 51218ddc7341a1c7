"""Values as RouterOS writes them: uptimes, flags, rates, numbers. What cannot be read is None, never a guess."""

import re

_UPTIME = re.compile(
    r"(?:(?P<w>\d{1,6})w)?(?:(?P<d>\d{1,7})d)?"
    r"(?:(?P<H>\d{1,3}):(?P<M>\d{1,2}):(?P<S>\d{1,2})"
    r"|(?:(?P<h>\d{1,8})h)?(?:(?P<m>\d{1,9})m)?(?:(?P<s>\d{1,10})(?:\.\d+)?s)?(?:\d+ms)?)",
    re.ASCII,
)
_SECONDS = {"w": 604_800, "d": 86_400, "H": 3_600, "h": 3_600, "M": 60, "m": 60, "S": 1, "s": 1}
_RATE = re.compile(r"(\d{1,18})(?:\.(\d{1,6}))?([kMGT]?)(?:bps)?", re.ASCII)
_FACTOR = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000}
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)


def uptime_s(text: str) -> int | None:
    """`3w2d5h11m9s` and `3w2d05:11:09`, in seconds."""
    match = _UPTIME.fullmatch(text)
    if match is None or not text:
        return None
    counts: dict[str, str | None] = match.groupdict()
    return sum(_SECONDS[unit] * int(count) for unit, count in counts.items() if count)


def flag(text: str) -> bool:
    """RouterOS writes true and false, and yes and no in some menus."""
    return text in ("true", "yes")


def number(text: str) -> int | None:
    return int(text) if _DIGITS.fullmatch(text) else None


def rate(text: str) -> int | None:
    """bit/s, with or without a unit: `12345`, `64k`, `1.5Mbps`."""
    match = _RATE.fullmatch(text)
    if match is None:
        return None
    whole, fraction, unit = match.groups()
    digits = len(fraction or "")
    scaled = int(whole + (fraction or "")) * _FACTOR[unit]
    return scaled // int("1" + "0" * digits)


def pair(text: str) -> tuple[int | None, int | None]:
    """`upload/download` of a queue."""
    up, _, down = text.partition("/")
    return rate(up), rate(down)
