"""Reads the package's own tables of numbers and names: IANA enterprises and Cisco products."""

from functools import cache
from importlib.resources import files


def enterprise_name(number: int) -> str:
    """The usual name of a vendor, empty when the number is not in the table (iana.org/assignments/enterprise-numbers)."""
    return _table("enterprises.txt").get(number, "")


def holder_name(written: str) -> str:
    """The name of a holder of an enterprise number, as the table writes it, empty when none is called so."""
    return _holders().get(written.lower(), "")


def cisco_product(number: int) -> str:
    """The object name of a product below ciscoProducts (CISCO-PRODUCTS-MIB), empty when it is not in the table."""
    return _table("cisco_products.txt").get(number, "")


@cache
def _holders() -> dict[str, str]:
    return {name.lower(): name for name in _table("enterprises.txt").values()}


@cache
def _table(name: str) -> dict[int, str]:
    """Read at first use; the files have one "number name" a line."""
    text = files("domain.identification").joinpath(name).read_text("utf-8")
    pairs = (line.split(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {int(number): label.strip() for number, label in pairs}
