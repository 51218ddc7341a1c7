"""What an observation says of a device: read once, and told to its record as far as the reading went."""

import msgspec

from domain.device_commands import ObserveDevice
from domain.device_facts import DeviceFacts
from domain.device_identity import Run
from domain.discovery import chassis, device_facts, facts_from_banners, sources
from domain.identification import identify
from domain.identity_keys import identity_keys
from domain.observation import Observation, Sighting

# What a table that broke off leaves unknown. An agent that stops in the middle has not lost the rest.
IDENTITY_TABLES = frozenset({"system", "identification", "entPhysicalTable"})
INTERFACE_TABLES = frozenset({"ifTable", "ifXTable", "ipAddrTable", "ipAddressTable"})
NEIGHBOUR_TABLES = frozenset({"lldpRemTable", "lldpRemManAddrTable", "lldpLocPortTable", "cdpCacheTable"})

_IDENTIFIED = ("vendor", "model", "os", "os_name", "os_version", "serial", "type")


class Reading(msgspec.Struct, frozen=True):
    """An observation with what identification makes of it."""

    observation: Observation
    facts: DeviceFacts | None
    identities: tuple[str, ...]
    evidence: dict[str, str]
    run: Run | None = None

    @property
    def address(self) -> str:
        return self.observation.address


def read(observation: Observation) -> Reading:
    """Identifies what was observed, by SNMP where it answered, else by its banners."""
    snmp = observation.snmp
    if snmp is None:
        banner = {"ssh banner": observation.ssh_banner} if observation.ssh_banner else {}
        return Reading(observation, facts_from_banners(observation), (), banner)
    identity = identify(snmp)
    facts = device_facts(snmp, identity)
    return Reading(
        observation,
        facts,
        identity_keys(facts, snmp.interfaces),
        identity.evidence,
        _run(observation.asked_at, snmp.system.uptime_s),
    )


def _run(asked_at: float | None, uptime_s: float | None) -> Run | None:
    if asked_at is None or uptime_s is None:
        return None
    return Run(since=asked_at - uptime_s, until=asked_at)


def command(
    reading: Reading, site: str, evidence: dict[str, str], *, described: tuple[str, str] | None
) -> ObserveDevice:
    """What to tell the record. `described`: sysDescr and sysObjectID as known, None of a device that was never
    identified: then part of its tables is better than nothing, while later on part of them would look like a change."""
    observation = reading.observation
    snmp = observation.snmp
    if snmp is None:
        return ObserveDevice(
            address=observation.address,
            site=site,
            sources=sources(observation),
            facts=reading.facts,
            evidence=evidence | reading.evidence,
        )
    broken = frozenset(snmp.incomplete) if described is not None else frozenset[str]()
    return ObserveDevice(
        address=observation.address,
        site=site,
        sources=sources(observation),
        facts=_facts(reading, broken, described),
        identities=reading.identities,
        evidence={**evidence, **reading.evidence},
        access_id=observation.snmp_access_id,
        interfaces=None if broken & INTERFACE_TABLES else snmp.interfaces,
        neighbours=None if broken & (INTERFACE_TABLES | NEIGHBOUR_TABLES) else snmp.neighbours,
        chassis=None if "entPhysicalTable" in broken else chassis(snmp),
    )


def _facts(reading: Reading, broken: frozenset[str], described: tuple[str, str] | None) -> DeviceFacts | None:
    """Without what identification would have looked at, another model or version is none, unless the device describes
    itself differently too."""
    facts = reading.facts
    if facts is None or not broken & IDENTITY_TABLES:
        return facts
    if (facts.sys_descr, facts.sys_object_id) != described:
        return facts
    return msgspec.structs.replace(facts, **dict.fromkeys(_IDENTIFIED, ""))


def sighting(reading: Reading, device_id: str, now: float) -> Sighting:
    """`now`, in seconds since 1970, is when it is noted; the device has been up since it was read as well."""
    return Sighting(
        device_id=device_id,
        address=reading.address,
        rtt_ms=reading.observation.icmp_rtt_ms,
        uptime_s=now - reading.run.since if reading.run else None,
    )
