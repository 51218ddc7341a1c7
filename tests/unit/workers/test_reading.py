"""What a whole and what a broken-off reading say of a device."""

import msgspec

from adapters.snmp.tables import addresses, cdp, entities, interfaces, lldp
from domain.device_identity import Run
from domain.observation import Interface, Neighbour, Observation, PhysicalEntity, SnmpFacts, SystemGroup
from workers.reading import (
    IDENTITY_TABLES,
    INTERFACE_TABLES,
    NEIGHBOUR_TABLES,
    command,
    read,
    sighting,
)

DESCR, OBJECT_ID = "RouterOS RB750Gr3", "1.3.6.1.4.1.14988.1"
FACTS = SnmpFacts(
    system=SystemGroup(sys_descr=DESCR, sys_object_id=OBJECT_ID, sys_name="edge", uptime_s=500.0),
    entities=(PhysicalEntity(index=1, class_=3, model="RB750Gr3", serial="HEX0A1B2C3"),),
    interfaces=(Interface(if_index=1, name="ether1", mac="00:1b:21:00:00:01"),),
    neighbours=(Neighbour(protocol="lldp", chassis_id="00:1b:21:00:00:09"),),
)
KNOWN = (DESCR, OBJECT_ID)


def observed(*incomplete: str) -> Observation:
    facts = msgspec.structs.replace(FACTS, incomplete=incomplete)
    return Observation(address="192.0.2.1", snmp=facts, snmp_access_id="v2c", asked_at=10_000.0)


def test_every_table_that_is_read_is_sorted_by_what_it_tells() -> None:
    tables = (
        entities.ENTITIES, interfaces.INTERFACES, interfaces.NAMES, interfaces.HIGH_SPEEDS, interfaces.ALIASES,
        addresses.IPV4_ADDRESSES, addresses.IP_ADDRESSES, lldp.REMOTES, lldp.REMOTE_ADDRESSES, lldp.LOCAL_PORTS,
        cdp.CDP_CACHE,
    )  # fmt: skip
    sorted_by = IDENTITY_TABLES | INTERFACE_TABLES | NEIGHBOUR_TABLES
    assert {table.name for table in tables} == sorted_by - {"system", "identification"}


def test_a_whole_reading_tells_all() -> None:
    told = command(read(observed()), "north", {"address": "known"}, described=KNOWN)
    assert told.facts is not None
    assert (told.facts.vendor, told.facts.sys_name) == ("MikroTik", "edge")
    assert (told.site, told.access_id, told.sources) == ("north", "v2c", ("snmp",))
    assert (told.interfaces, told.neighbours) == (FACTS.interfaces, FACTS.neighbours)
    assert told.chassis is not None
    assert told.evidence["address"] == "known"


def test_tables_that_broke_off_are_not_told_of_a_known_device() -> None:
    told = command(read(observed("ifXTable")), "", {}, described=KNOWN)
    assert told.interfaces is None
    assert told.neighbours is None  # they name its interfaces
    told = command(read(observed("cdpCacheTable")), "", {}, described=KNOWN)
    assert told.interfaces == FACTS.interfaces
    assert told.neighbours is None


def test_of_a_new_device_part_of_its_tables_is_better_than_nothing() -> None:
    told = command(read(observed("ifTable", "entPhysicalTable")), "", {}, described=None)
    assert told.interfaces == FACTS.interfaces
    assert told.facts is not None
    assert told.facts.vendor == "MikroTik"


def test_without_what_identification_looks_at_nothing_else_is_made_of_a_device() -> None:
    told = command(read(observed("entPhysicalTable")), "", {}, described=KNOWN)
    assert told.facts is not None
    assert (told.facts.vendor, told.facts.model, told.facts.os_version) == ("", "", "")
    assert told.facts.sys_name == "edge"
    assert told.chassis is None
    upgraded = command(read(observed("entPhysicalTable")), "", {}, described=("before", OBJECT_ID))
    assert upgraded.facts is not None
    assert upgraded.facts.vendor == "MikroTik"


def test_a_banner_alone_is_a_source_and_evidence() -> None:
    observation = Observation(address="192.0.2.1", ssh_banner="SSH-2.0-OpenSSH_9.2", icmp_rtt_ms=1.5)
    told = command(read(observation), "", {}, described=None)
    assert told.facts is None
    assert told.sources == ("icmp", "ssh")
    assert told.evidence == {"ssh banner": "SSH-2.0-OpenSSH_9.2"}


def test_up_time_counts_on_until_it_is_noted() -> None:
    reading = read(observed())
    assert reading.run == Run(since=9_500.0, until=10_000.0)
    noted = sighting(reading, "device", now=10_060.0)
    assert (noted.uptime_s, noted.address) == (560.0, "192.0.2.1")
    assert (
        sighting(read(Observation(address="192.0.2.1", icmp_rtt_ms=2.0)), "device", now=0.0).uptime_s is None
    )
