"""A discovery: what to scan, with what, and what its observations say of a device."""

from ipaddress import ip_address
from typing import Annotated, Literal

import msgspec

from domain.device_facts import Chassis, DeviceFacts
from domain.event import Command
from domain.identification import Identity
from domain.observation import Observation, SnmpFacts

Probe = Literal["icmp", "snmp", "routeros", "ssh"]
PROBES: tuple[Probe, ...] = ("icmp", "snmp", "routeros", "ssh")
DISCOVERY = "discovery"
POLL = "poll"
"""Kinds of operations: a scan of many addresses, and one device read now."""

_CHASSIS_CLASSES = (3, 11)  # ENTITY-MIB PhysicalClass: chassis, stack


class StartDiscovery(Command, frozen=True):
    """Without targets: the ranges of the settings. Without credential_ids: all stored ones."""

    targets: Annotated[list[str], msgspec.Meta(max_length=10_000)] = []
    credential_ids: list[str] | None = None
    probes: Annotated[tuple[Probe, ...], msgspec.Meta(min_length=1)] = PROBES
    exclude: Annotated[list[str], msgspec.Meta(max_length=10_000)] = []
    site: str = ""


def identity_lock(site: str) -> str:
    """The name to lead by while it is decided which devices of a site are new, so that no two records are made of one."""
    return f"identity {site}"


def proves_a_device(observation: Observation) -> bool:
    """Whether something lives at the address. The kernel itself answers echo requests to all of 127.0.0.0/8."""
    if observation.snmp is not None or observation.ssh_banner or observation.routeros_api:
        return True
    return observation.icmp_rtt_ms is not None and not ip_address(observation.address).is_loopback


def sources(observation: Observation) -> tuple[str, ...]:
    """The probes that something answered."""
    answered = {
        "icmp": observation.icmp_rtt_ms is not None,
        "snmp": observation.snmp is not None,
        "ssh": bool(observation.ssh_banner),
        "routeros": observation.routeros_api,
    }
    return tuple(probe for probe, answers in answered.items() if answers)


def device_facts(snmp: SnmpFacts, identity: Identity) -> DeviceFacts:
    """What an agent says and what that makes it."""
    system = snmp.system
    return DeviceFacts(
        vendor=identity.vendor,
        model=identity.model,
        os=identity.os,
        os_name=identity.os_name,
        os_version=identity.os_version,
        serial=identity.serial,
        type=identity.type,
        sys_name=system.sys_name,
        sys_descr=system.sys_descr,
        sys_object_id=system.sys_object_id,
        contact=system.sys_contact,
        location=system.sys_location,
        engine_id=snmp.engine_id,
        chassis_id=snmp.chassis_id,
        mac=snmp.bridge_address or next((each.mac for each in snmp.interfaces if each.mac), ""),
    )


def facts_from_banners(observation: Observation) -> DeviceFacts | None:
    """What is known of a device whose SNMP is silent: a RouterOS API names its vendor."""
    if observation.routeros_api:
        return DeviceFacts(vendor="MikroTik", os="routeros", os_name="RouterOS", type="router")
    return None


def chassis(snmp: SnmpFacts) -> tuple[Chassis, ...]:
    return tuple(
        Chassis(
            description=each.descr,
            model=each.model,
            serial=each.serial,
            hardware_rev=each.hardware_rev,
            software_rev=each.software_rev,
        )
        for each in snmp.entities
        if each.class_ in _CHASSIS_CLASSES
    )
