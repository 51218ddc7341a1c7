"""The identity policy of discovery: what proves that two observations are of one device, and what proves the contrary.

Records are looked at within one site only: private address ranges repeat from site to site, and so do the
factory defaults in them.

How much each kind of evidence weighs, and why:
- A serial number of one vendor is given once. Equal serials prove one device; serials that differ prove two, whatever
  else is equal, because engine ids and MACs are cloned with virtual machines and with restored configurations.
- Interface MACs are given once too, but agents also report internal interfaces whose MAC is the same in every unit
  (Cisco ASA, the RAS adapters of Windows). So at least half of the shorter list has to be shared.
- A chassis id (LLDP) or an SNMP engine id (RFC 3411) proves one device unless both sides reported MACs of which not one
  is shared: that is what clones look like.
- Without a serial, two that were up at the same time and began at different times (sysUpTime, RFC 3418) are two: virtual
  machines with one MAC, or both units of a pair that shares its addresses.
- An identity held by two records that are proven different (by serial, or by an engineer who split them) is a clone
  itself and proves nothing.
- The address alone proves nothing, but it carries over: what answers at a known address is the device known there until
  something contradicts it. Thus an agent that is switched off, or that was met before credentials existed, stays one record.
  Only a different serial, or MACs or a chassis id without anything in common, contradict; an engine id that differs
  does not, since reinstalling an agent makes a new one.

So that the order in which addresses are visited does not matter, an observation joins all records that it agrees with.
"""

from collections.abc import Iterable, Sequence

import msgspec

from domain.identity_keys import keys_of, shown

_CLOCK_S, _DRIFT = 60.0, 1e-3
"""Start times that differ by less are equal: clocks of agents are read late, are coarse, and run fast or slow."""

_SERIAL, _HARDWARE, _ENGINE, _ADDRESS = 3, 2, 1, 0
"""What a record's claim to be the observed device rests on, by weight."""


class Run(msgspec.Struct, frozen=True):
    """When an agent began and when it was last seen to run, both in seconds since 1970."""

    since: float
    until: float


class Known(msgspec.Struct, frozen=True):
    """A record that shares the address or an identity with what was observed.

    `apart`: ids that an engineer split from it. `removed`: an engineer took it out of the inventory. `run`: as it was
    when the device was last seen, where it told its sysUpTime.
    """

    id: str
    site: str
    addresses: tuple[str, ...]
    identities: tuple[str, ...]
    identified: bool
    apart: tuple[str, ...] = ()
    removed: bool = False
    run: Run | None = None


class New(msgspec.Struct, frozen=True):
    """Nobody known."""

    evidence: dict[str, str]


class Same(msgspec.Struct, frozen=True):
    """A known device."""

    device_id: str
    evidence: dict[str, str]


class Merge(msgspec.Struct, frozen=True):
    """Several records are this one device; `losers` are others that lose the address to it."""

    survivor_id: str
    other_ids: tuple[str, ...]
    evidence: dict[str, str]
    losers: tuple[str, ...] = ()


class Moved(msgspec.Struct, frozen=True):
    """The address went from the losers to another device; None stands for a new one."""

    device_id: str | None
    losers: tuple[str, ...]
    evidence: dict[str, str]


Decision = New | Same | Merge | Moved


def resolve(
    site: str, address: str, identities: Iterable[str], known: Sequence[Known], run: Run | None = None
) -> Decision:
    """Which device was observed. `known`: all records that share the address or an identity, the oldest first."""
    seen = frozenset(identities)
    records = [record for record in known if record.site == site]
    here = [record for record in records if address in record.addresses]
    if not seen:
        # Nothing contradicts, and nothing proves: the agent is thin, or SNMP is off today.
        if not here:
            return New({"address": f"{address} was not known"})
        device = max(here, key=_standing)
        return Same(device.id, {"address": f"{address} belongs to it, and nothing else was told"})
    weights = _weights(seen, address, records, run)
    group = _one_device(weights, records)
    members = {record.id for record in group}
    # What was seen belongs to the group from now on, and with it the address: the next look must find no less.
    losers = [record for record in here if record.id not in members and (group or _contradicts(seen, record))]
    evidence = _evidence(seen, address, group, losers, weights)
    gone = tuple(record.id for record in losers)
    if len(group) > 1:
        survivor = max((record for record in records if record.id in members), key=_standing)
        others = tuple(record.id for record in records if record.id in members - {survivor.id})
        return Merge(survivor.id, others, evidence, gone)
    if gone:
        return Moved(group[0].id if group else None, gone, evidence)
    return Same(group[0].id, evidence) if group else New(evidence)


def _weights(seen: frozenset[str], address: str, records: Sequence[Known], run: Run | None) -> dict[str, int]:
    """Record -> the strongest evidence that it is the observed device; records that may not be it are left out."""
    telling = seen - _cloned(seen, records)
    at_home = [record for record in records if address in record.addresses and not _contradicts(seen, record)]
    weights: dict[str, int] = {}
    for record in records:
        if address not in record.addresses and any(_split(record, other) for other in at_home):
            continue  # an engineer said that what answers here is not this one
        proof = _proof(seen, telling, record)
        if proof < _SERIAL and address not in record.addresses and separate(run, record.run):
            continue
        if proof or (address in record.addresses and not _contradicts(seen, record)):
            weights[record.id] = proof
    return weights


def _cloned(seen: frozenset[str], records: Sequence[Known]) -> set[str]:
    """Observed identities that two different devices have."""
    cloned: set[str] = set()
    for identity in seen:
        holders = [record for record in records if identity in record.identities]
        if any(serials_differ(seen, record.identities) for record in holders):
            cloned.add(identity)
            continue
        ids = {record.id for record in holders}
        told = [record for record in holders if record.apart or keys_of(record.identities, "serial")]
        if any(
            not ids.isdisjoint(one.apart)
            or any(serials_differ(one.identities, other.identities) for other in told[:at])
            for at, one in enumerate(told)
        ):
            cloned.add(identity)
    return cloned


def _proof(seen: frozenset[str], telling: frozenset[str], record: Known) -> int:
    shared = telling.intersection(record.identities)
    if keys_of(shared, "serial"):
        return _SERIAL
    macs, theirs, common = (keys_of(each, "mac") for each in (seen, record.identities, shared))
    if common and 2 * len(common) >= min(len(macs), len(theirs)):
        return _HARDWARE
    if macs and theirs and macs.isdisjoint(theirs):
        return _ADDRESS
    if keys_of(shared, "chassis"):
        return _HARDWARE
    return _ENGINE if keys_of(shared, "engine") else _ADDRESS


def _contradicts(seen: frozenset[str], record: Known) -> bool:
    """Whether what answers at the record's own address must be another device."""
    if serials_differ(seen, record.identities):
        return True
    if not seen.isdisjoint(record.identities):
        return False
    return any(keys_of(seen, kind) and keys_of(record.identities, kind) for kind in ("mac", "chassis"))


def _one_device(weights: dict[str, int], records: Sequence[Known]) -> list[Known]:
    """The records that are one device: the best proven, and all others that nothing sets apart from it."""
    claims = sorted(
        (record for record in records if record.id in weights),
        key=lambda record: (weights[record.id], *_standing(record)),
        reverse=True,
    )
    group: list[Known] = []
    for record in claims:
        if not any(_apart(record, member) for member in group):
            group.append(record)
    return group


def _standing(record: Known) -> tuple[bool, bool]:
    """Which record goes on where several could; of equals the oldest."""
    return not record.removed, record.identified


def _apart(one: Known, other: Known) -> bool:
    if _split(one, other) or serials_differ(one.identities, other.identities):
        return True
    if keys_of(one.identities, "serial") & keys_of(other.identities, "serial"):
        return False
    return separate(one.run, other.run)


def _split(one: Known, other: Known) -> bool:
    return other.id in one.apart or one.id in other.apart


def separate(one: Run | None, other: Run | None) -> bool:
    """Whether these are two agents: up at the same time, but not since the same time."""
    if one is None or other is None:
        return False
    near = _CLOCK_S + _DRIFT * abs(one.until - other.until)
    overlap = min(one.until, other.until) - max(one.since, other.since)
    return abs(one.since - other.since) > near and overlap > near


def serials_differ(one: Iterable[str], other: Iterable[str]) -> bool:
    """Vendors are left out of it: the same unit may be known under its maker's and its seller's name."""
    mine, theirs = ({key.rpartition(":")[2] for key in keys_of(each, "serial")} for each in (one, other))
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _evidence(
    seen: frozenset[str],
    address: str,
    group: Sequence[Known],
    losers: Sequence[Known],
    weights: dict[str, int],
) -> dict[str, str]:
    """In words that an engineer can check on the device."""
    evidence: dict[str, str] = {}
    proven = {key for record in group if weights[record.id] > _ADDRESS for key in record.identities}
    for kind in ("serial", "chassis", "engine", "mac"):
        common = sorted(keys_of(seen & proven, kind))
        if common:
            more = f" and {len(common) - 1} more" if len(common) > 1 else ""
            evidence[kind] = f"{shown(common[0])}{more} equal"
    if any(address in record.addresses for record in group):
        evidence["address"] = f"{address} belongs to it"
    elif losers:
        evidence["address"] = f"{address} belonged to another device"
    elif not group:
        evidence["address"] = f"{address} was not known"
    for record in losers:
        evidence[f"not {record.id}"] = _difference(seen, record)
    return evidence


def _difference(seen: frozenset[str], record: Known) -> str:
    for kind in ("serial", "mac", "chassis"):
        mine, theirs = sorted(keys_of(seen, kind)), sorted(keys_of(record.identities, kind))
        if mine and theirs and set(mine).isdisjoint(theirs):
            return f"{kind} {shown(mine[0])} differs from {shown(theirs[0])}"
    return "what answers is another device"
