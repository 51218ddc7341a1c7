"""The rules of all vendor families. A new family is one new file and one line here."""

from functools import cache

from domain.identification.rules import Rule
from domain.identification.vendors import cisco, cisco_small, juniper, linux, mikrotik

FAMILIES = (mikrotik, cisco, cisco_small, juniper, linux)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the families."""
    return tuple(rule for family in FAMILIES for rule in family.RULES)
