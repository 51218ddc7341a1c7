"""The shape of an identification rule: what an agent must look like, what then is known, and where to read the rest."""

import msgspec

from domain.identification.sources import AnySource, oid
from domain.identification.text import DESCR_LIMIT, compiled
from domain.observation import SnmpFacts, SystemGroup

TYPES = (
    "router",
    "switch",
    "firewall",
    "wireless",
    "server",
    "printer",
    "ups",
    "pdu",
    "camera",
    "storage",
    "voice",
    "environment",
    "other",
)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One operating system of one vendor family.

    A rule applies when each kind of condition it states holds: one of the sysObjectID prefixes, the sysDescr pattern,
    the sysName pattern, and every source in `when`. Of several rules that apply, a `platform` comes last; then the one
    with more `when` wins, then the one with more patterns, then the longer sysObjectID prefix, then the earlier one.
    """

    os: str
    """A short stable identifier, such as routeros or iosxe."""
    os_name: str
    vendor: str = ""
    type: str = ""

    oid: tuple[str, ...] = ()
    """Prefixes of sysObjectID, relative to enterprises unless they start at the root; whole arcs are compared."""
    descr: str = ""
    name: str = ""
    when: tuple[AnySource, ...] = ()
    platform: bool = False
    """What many products run on, such as plain Linux: any other rule that applies says more."""

    vendor_from: tuple[AnySource, ...] = ()
    model: tuple[AnySource, ...] = ()
    model_else: tuple[AnySource, ...] = ()
    """Read only where neither `model` nor ENTITY-MIB says anything."""
    version: tuple[AnySource, ...] = ()
    serial: tuple[AnySource, ...] = ()
    type_when: tuple[tuple[AnySource, str], ...] = ()
    """Evidence that overrides `type`, in order."""

    def sources(self) -> tuple[AnySource, ...]:
        """Everything that the rule may read."""
        kinds = tuple(source for source, _ in self.type_when)
        return (
            self.when + self.vendor_from + self.model + self.model_else + self.version + self.serial + kinds
        )


class Match(msgspec.Struct, frozen=True):
    """A rule that applies, and why."""

    rule: Rule
    rank: tuple[bool, int, int, int]
    evidence: str


def match_system(rule: Rule, system: SystemGroup) -> Match | None:
    """Compares a rule with the system group alone; `when` is left to `confirmed`."""
    patterns = 0
    depth = 0
    evidence = ""
    if rule.oid:
        depth = max((_depth(prefix, system.sys_object_id) for prefix in rule.oid), default=0)
        if not depth:
            return None
        evidence = (
            f"enterprise {system.sys_object_id.split('.')[6]}" if _is_enterprise(system) else "sysObjectID"
        )
    if rule.descr:
        if not compiled(rule.descr).search(system.sys_descr[:DESCR_LIMIT]):
            return None
        patterns += 1
        evidence = evidence or "sysDescr"
    if rule.name:
        if not compiled(rule.name).search(system.sys_name[:DESCR_LIMIT]):
            return None
        patterns += 1
        evidence = evidence or "sysName"
    return Match(rule, (not rule.platform, 0, patterns, depth), evidence)


def confirmed(match: Match, facts: SnmpFacts) -> Match | None:
    """The match with its further conditions read; None where one of them is not met."""
    evidence = match.evidence
    for source in match.rule.when:
        finding = source.read(facts)
        if finding is None:
            return None
        evidence = finding.evidence
    return Match(match.rule, best_rank(match), evidence)


def best_rank(match: Match) -> tuple[bool, int, int, int]:
    """The rank of a match once its `when` holds."""
    product, _, patterns, depth = match.rank
    return product, len(match.rule.when), patterns, depth


def enterprise(system: SystemGroup) -> int | None:
    """The IANA private enterprise number in sysObjectID."""
    if not _is_enterprise(system):
        return None
    arc = system.sys_object_id.split(".")[6]
    return int(arc) if arc.isdecimal() and len(arc) < 11 else None


def _is_enterprise(system: SystemGroup) -> bool:
    return system.sys_object_id.startswith("1.3.6.1.4.1.") and len(system.sys_object_id) > 12


def _depth(prefix: str, object_id: str) -> int:
    """Number of arcs of a prefix that fits, 0 where it does not."""
    whole = oid(prefix)
    if object_id == whole or object_id.startswith(whole + "."):
        return whole.count(".") + 1
    return 0
