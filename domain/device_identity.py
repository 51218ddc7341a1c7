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

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

import msgspec

from domain.device_facts import DeviceFacts
from domain.identification.text import is_placeholder
from domain.observation import Interface

MAC_LIMIT = 16
"""Interface MACs kept of one reading, in the order of ifIndex: enough to tell devices apart, and no agent can flood us."""
_TEXT_LIMIT = 128

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){5,32}")
_SHARED_MACS = (
    "00:00:00",  # never assigned to a product; internal interfaces
    "00:00:5e",  # IANA: VRRP (RFC 9568) and CARP
    "00:00:0c:07:ac",  # HSRP version 1
    "00:00:0c:9f:f",  # HSRP version 2
    "00:05:73:a0:0",  # HSRP for IPv6
    "00:07:b4:00",  # GLBP
    "20:41:53:59:4e",  # "ASYN": RAS adapters of every Windows host
    "50:50:54:50:30:30",  # "PPTP00": the same
    "00:50:56:c0:00:0",  # VMnet adapters of every host with VMware Workstation
    "00:0b:ca:fe:00",  # Junos, between routing engine and packet forwarding
)
_FILLER_MACS = frozenset({"00:01:02:03:04:05", "00:11:22:33:44:55", "00:12:34:56:78:9a", "00:12:34:56:78:90"})
_DIGITS = "01234567890123456789"

_FILLER_DIGITS = ("01234567", "12345678")
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


def identity_keys(facts: DeviceFacts, interfaces: Iterable[Interface] | None) -> tuple[str, ...]:
    """What identifies a device, the strongest first: `serial:<vendor>:<serial>`, `chassis:<id>`, `engine:<hex>`, `mac:<mac>`.

    Fillers and what many devices share are left out, so the result may be empty.
    """
    keys: list[str] = []
    if serial := _serial(facts.serial):
        keys.append(f"serial:{_word(facts.vendor)}:{serial}")
    if chassis := _chassis(facts):
        keys.append(f"chassis:{chassis}")
    if engine := _engine(facts.engine_id):
        keys.append(f"engine:{engine}")
    ordered = sorted(interfaces or (), key=lambda each: each.if_index)
    macs = dict.fromkeys(mac.lower() for mac in (facts.mac, *(each.mac for each in ordered)))
    keys.extend(f"mac:{mac}" for mac in [mac for mac in macs if unique_mac(mac)][:MAC_LIMIT])
    return tuple(keys)


def unique_mac(mac: str) -> bool:
    """Whether a MAC (lower case, colons) is globally administered, of one station, and not one that many devices share."""
    return (
        _MAC.fullmatch(mac) is not None
        and not int(mac[:2], 16)
        & 0b11  # I/G and U/L bits (IEEE 802): group and locally administered addresses
        and len(set(mac.split(":"))) > 1
        and not mac.startswith(_SHARED_MACS)
        and mac not in _FILLER_MACS
    )


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


def keys_of(identities: Iterable[str], kind: str) -> set[str]:
    """Of one kind: serial, chassis, engine or mac."""
    return {key for key in identities if key.startswith(kind + ":")}


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


def shown(key: str) -> str:
    """An identity as a person compares it."""
    return key.rpartition(":")[2] if key.startswith("serial:") else key.partition(":")[2]


def _word(text: str) -> str:
    """One word of a key: lower case, without spaces, colons and control characters."""
    spaced = "".join(c if c.isprintable() and c != ":" else " " for c in text.lower())
    return "-".join(spaced.split())[:_TEXT_LIMIT]


def _serial(text: str) -> str:
    serial = _word(text)
    bare = serial.strip("-.")
    if len(bare) < 4 or is_placeholder(text) or len(set(bare)) == 1 or bare in _DIGITS:
        return ""
    return "" if any(digits in bare for digits in _FILLER_DIGITS) else serial


def _chassis(facts: DeviceFacts) -> str:
    """A MAC, or a name that is more than the host's own name or an address, both of which can be given twice."""
    text = facts.chassis_id.strip().lower()
    if _MAC.fullmatch(text):
        return text if unique_mac(text) else ""
    word = _word(text)
    plain = len(word) >= 6 and any(c.isdigit() for c in word) and not is_placeholder(word)
    if not plain or text == facts.sys_name.strip().lower():
        return ""
    try:
        ip_address(text)
    except ValueError:
        return word
    return ""


def _engine(text: str) -> str:
    """snmpEngineID whose variable part tells something: RouterOS leaves it empty, others put 127.0.0.1 or zeros there."""
    engine = text.lower().removeprefix("0x")
    if not _HEX.fullmatch(engine):
        return ""
    octets = bytes.fromhex(engine)
    styled = octets[0] & 0x80  # RFC 3411, 5: the fifth octet then names the format of the rest
    rest = octets[5:] if styled else octets[4:]
    form = octets[4] if styled else 0
    if len(set(rest)) < 2:
        return ""
    if form in (1, 2) and len(rest) in (4, 16):
        address = ip_address(rest)
        return "" if address.is_loopback or address.is_unspecified else engine
    if form == 3 and len(rest) == 6:
        return engine if unique_mac(rest.hex(":")) else ""
    if form == 4 and is_placeholder(rest.decode("latin-1")):
        return ""
    return engine
