"""Names the holders of IANA private enterprise numbers that make network equipment."""

from functools import cache
from importlib.resources import files


def enterprise_name(number: int) -> str:
    """The usual name of a vendor, empty when the number is not in the table (iana.org/assignments/enterprise-numbers)."""
    return _table().get(number, "")


@cache
def _table() -> dict[int, str]:
    """Read from the package at first use; the file has one "number name" a line."""
    text = files("domain.identification").joinpath("enterprises.txt").read_text("utf-8")
    pairs = (line.split(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {int(number): name.strip() for number, name in pairs}
