"""The rules of all vendor families. A new family is one new file and one line here."""

from functools import cache

from domain.identification.rules import Rule
from domain.identification.vendors import (
    access,
    apc,
    appliances,
    broadcast,
    brocade,
    cambium,
    cisco,
    cisco_small,
    dell,
    environment,
    extreme,
    fortinet,
    hpe,
    huawei,
    industrial,
    juniper,
    linux,
    microwave,
    mikrotik,
    nokia,
    optical,
    pdu,
    printers,
    security,
    server_management,
    storage,
    switches,
    timing,
    ubiquiti,
    ups,
    video,
    voice,
    windows,
    wireless,
)

FAMILIES = (
    access,
    apc,
    appliances,
    broadcast,
    brocade,
    cambium,
    cisco,
    cisco_small,
    dell,
    environment,
    extreme,
    fortinet,
    hpe,
    huawei,
    industrial,
    juniper,
    linux,
    microwave,
    mikrotik,
    nokia,
    optical,
    pdu,
    printers,
    security,
    server_management,
    storage,
    switches,
    timing,
    ubiquiti,
    ups,
    video,
    voice,
    windows,
    wireless,
)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the families."""
    return tuple(rule for family in FAMILIES for rule in family.RULES)
