"""Decides what a device is: the rule that fits best first, ENTITY-MIB next, the enterprise number and sysDescr last."""

from collections.abc import Iterable, Sequence
from functools import cache

import msgspec

from domain.identification import entities, generic, sysdescr
from domain.identification.package_tables import enterprise_name
from domain.identification.rules import Match, Rule, best_rank, confirmed, enterprise, match_system
from domain.identification.sources import ROOTS, AnySource, Finding
from domain.identification.vendor_names import vendor_name
from domain.identification.vendors import all_rules
from domain.observation import SnmpFacts, SystemGroup

NET_SNMP = frozenset((8072, 2021))
"""Enterprises of the net-snmp agent: below them sysObjectID names an operating system, never a vendor."""

PLATFORMS = frozenset((89, 2076, 4413, 27282))
"""Enterprises of the makers of chips and switch software whose agents ship in others' products (Radlan, Aricent, Broadcom, Realtek)."""


class Wanted(msgspec.Struct, frozen=True):
    """What to read beyond the standard tables."""

    gets: tuple[str, ...]
    """Instances, for GET."""
    walks: tuple[str, ...]
    """Short columns, to be walked whole."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a device is. What nobody says is an empty string."""

    vendor: str = ""
    model: str = ""
    os: str = ""
    """A short stable identifier: routeros, iosxe, junos, ..."""
    os_name: str = ""
    """The operating system as its vendor writes it."""
    os_version: str = ""
    serial: str = ""
    type: str = ""
    """One of `rules.TYPES`, or empty."""
    evidence: dict[str, str] = {}
    """Field to the object that said so: "enterprise 14988", "mtxrSerialNumber", "entPhysicalSerialNum.1", "sysDescr"."""


def wanted(system: SystemGroup) -> Wanted:
    """Which further objects to read from an agent, given its system group."""
    system = _plain_oid(system)
    gets: dict[str, None] = {}
    walks: dict[str, None] = {}
    matches = _matches(system)
    sure = max((best_rank(match) for match in matches if not match.rule.when), default=None)
    sources = [
        s for match in matches if sure is None or best_rank(match) >= sure for s in match.rule.sources()
    ]
    for source in (*sources, *generic.EVERYWHERE):
        gets.update(dict.fromkeys(source.gets(system)))
        walks.update(dict.fromkeys(source.walks()))
    return Wanted(tuple(gets), tuple(walks))


def identify(facts: SnmpFacts) -> Identity:
    """What the device is, by everything that its agent said. Pure, and never raises on what an agent may say."""
    facts = msgspec.structs.replace(facts, system=_plain_oid(facts.system))
    matches = [match for found in _matches(facts.system) if (match := confirmed(found, facts))]
    best = max(matches, key=lambda match: match.rank, default=None)
    rule = best.rule if best else Rule(os="", os_name="")
    findings: dict[str, Finding | None] = {
        "vendor": _vendor(rule, best, facts),
        "model": _model(rule, facts),
        "os_version": _version(rule, facts),
        "serial": _serial(rule, facts),
        "type": _type(rule, best, facts),
    }
    if findings["model"] is None:
        vendor = findings["vendor"].text if findings["vendor"] else ""
        findings["model"] = sysdescr.find_model(facts.system.sys_descr, vendor)
    if best:
        findings["os"] = Finding(rule.os, best.evidence)
    said = {field: finding for field, finding in findings.items() if finding}
    fields = {field: finding.text for field, finding in said.items()}
    evidence = {field: finding.evidence for field, finding in said.items()}
    return Identity(os_name=rule.os_name, evidence=evidence, **fields)


def _vendor(rule: Rule, best: Match | None, facts: SnmpFacts) -> Finding | None:
    if found := _first(rule.vendor_from, facts):
        return Finding(vendor_name(found.text), found.evidence)
    if best and rule.vendor:
        return Finding(rule.vendor, best.evidence)
    number = enterprise(facts.system)
    name = enterprise_name(number) if number is not None and number not in NET_SNMP else ""
    maker = entities.find_manufacturer(facts.entities) or _first(generic.VENDOR, facts)
    if name and (maker is None or number not in PLATFORMS):
        return Finding(name, f"enterprise {number}")
    if maker:
        return Finding(vendor_name(maker.text), maker.evidence)
    return sysdescr.find_vendor(facts.system.sys_descr)


def _model(rule: Rule, facts: SnmpFacts) -> Finding | None:
    return (
        _first(rule.model, facts)
        or entities.find_model(facts.entities)
        or _first(rule.model_else, facts)
        or _first(generic.MODEL, facts)
        or _printer(facts)
    )


def _version(rule: Rule, facts: SnmpFacts) -> Finding | None:
    return (
        _first(rule.version, facts)
        or entities.find_version(facts.entities)
        or _first(generic.VERSION, facts)
        or sysdescr.find_version(facts.system.sys_descr)
    )


def _serial(rule: Rule, facts: SnmpFacts) -> Finding | None:
    return (
        _first(rule.serial, facts)
        or entities.find_serial(facts.entities)
        or _first(generic.SERIAL, facts)
        or sysdescr.find_serial(facts.system.sys_descr)
    )


def _type(rule: Rule, best: Match | None, facts: SnmpFacts) -> Finding | None:
    for source, kind in rule.type_when:
        if found := source.read(facts):
            return Finding(kind, found.evidence)
    if best and rule.type:
        return Finding(rule.type, best.evidence)
    for source, kind in generic.TYPES:
        if found := source.read(facts):
            return Finding(kind, found.evidence)
    return None


def _printer(facts: SnmpFacts) -> Finding | None:
    """hrDeviceDescr names the model of a printer, but only some processor or port of other hosts."""
    if generic.PRINTER_SERIAL.read(facts) is None:
        return None
    return generic.PRINTER_DEVICE.read(facts)


def _first(sources: Iterable[AnySource], facts: SnmpFacts) -> Finding | None:
    return next((found for source in sources if (found := source.read(facts))), None)


def _plain_oid(system: SystemGroup) -> SystemGroup:
    """Some agents answer sysObjectID as text, with a leading dot."""
    bare = system.sys_object_id.strip().lstrip(".")
    return system if bare == system.sys_object_id else msgspec.structs.replace(system, sys_object_id=bare)


def _matches(system: SystemGroup) -> list[Match]:
    own, anyone = _indexed()
    number = enterprise(system)
    candidates: Sequence[Rule] = (*own.get(number, ()), *anyone) if number is not None else anyone
    return [match for rule in candidates if (match := match_system(rule, system))]


@cache
def _indexed() -> tuple[dict[int, tuple[Rule, ...]], tuple[Rule, ...]]:
    """Rules by the enterprises that they name, and those that look at more than one enterprise."""
    own: dict[int, list[Rule]] = {}
    anyone: list[Rule] = []
    for rule in all_rules():
        if not rule.oid or any(prefix.startswith(ROOTS) for prefix in rule.oid):
            anyone.append(rule)
            continue
        for number in {int(prefix.split(".")[0]) for prefix in rule.oid}:
            own.setdefault(number, []).append(rule)
    return {number: tuple(rules) for number, rules in own.items()}, tuple(anyone)
