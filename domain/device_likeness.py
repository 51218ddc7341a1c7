"""What speaks for two records of the inventory being one device, and what against it: for an engineer to decide."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from domain.device_identity import Known, separate, serials_differ
from domain.identity_keys import keys_of, shown

Strength = Literal["strong", "weak"]


class Likeness(msgspec.Struct, frozen=True):
    """`evidence` and `against`, by kind, in words that can be checked on the devices. strong: hardware says so."""

    strength: Strength
    evidence: dict[str, str]
    against: dict[str, str]


def likeness(one: Known, other: Known, names: Mapping[str, str]) -> Likeness | None:
    """None where they share nothing, and where somebody or a serial number proves that they are two.

    `names` by id. The kinds weigh as in the policy of discovery: serials, MACs and chassis ids are of the hardware; engine
    ids, addresses and names wander.
    """
    if other.id in one.apart or one.id in other.apart or serials_differ(one.identities, other.identities):
        return None
    evidence: dict[str, str] = {}
    for kind in ("serial", "chassis", "engine", "mac"):
        mine, theirs = keys_of(one.identities, kind), keys_of(other.identities, kind)
        if common := sorted(mine & theirs):
            more = f" and {len(common) - 1} more" if len(common) > 1 else ""
            evidence[kind] = f"{shown(common[0])}{more} equal"
    hardware = bool(evidence.keys() & {"serial", "chassis", "mac"})
    if one.site == other.site and (both := sorted({*one.addresses} & {*other.addresses})):
        evidence["address"] = f"both answer at {both[0]}"
    if (name := names[one.id]) and name.lower() == names[other.id].lower():
        evidence["name"] = f"both are called {name}"
    if not evidence:
        return None
    against = _against(one, other)
    return Likeness("strong" if hardware and not against else "weak", evidence, against)


def _against(one: Known, other: Known) -> dict[str, str]:
    against: dict[str, str] = {}
    mine, theirs = keys_of(one.identities, "mac"), keys_of(other.identities, "mac")
    if mine and theirs and mine.isdisjoint(theirs):
        against["mac"] = f"{shown(min(mine))} and {shown(min(theirs))}: none is shared"
    if separate(one.run, other.run):
        against["uptime"] = "both were up at the same time, but not since the same time"
    if one.site != other.site:
        against["site"] = f"{one.site or 'no site'} and {other.site or 'no site'}"
    return against
