"""The table of rules holds together, and the parts that read it do what they say."""

import re
import string

import pytest

from domain.identification import identify, wanted
from domain.identification.package_tables import cisco_product, enterprise_name
from domain.identification.rules import TYPES, Rule
from domain.identification.sources import AnySource, Below, Column, Entity, Joined, Value
from domain.identification.sysdescr import find_model, find_serial, find_vendor, find_version
from domain.identification.vendor_names import vendor_name
from domain.identification.vendors import all_rules
from domain.observation import OidValue, PhysicalEntity, SnmpFacts, SystemGroup

RULES = all_rules()


def leaves(source: AnySource) -> list[AnySource]:
    return [leaf for part in getattr(source, "parts", ()) for leaf in leaves(part)] or [source]


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule.os}-{number}" for number, rule in enumerate(RULES)])
def test_rule_is_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", rule.os)
    assert rule.os_name
    assert rule.type in TYPES
    assert all(kind in TYPES for _, kind in rule.type_when)
    assert rule.oid or rule.descr or rule.name, "a rule without any condition would claim every agent"
    assert all(re.fullmatch(r"\d+(\.\d+)*", prefix) for prefix in rule.oid)
    re.compile(rule.descr)
    for leaf in (leaf for source in rule.sources() for leaf in leaves(source)):
        pattern = getattr(leaf, "pattern", "")
        groups = set(re.compile(pattern).groupindex)
        named = {name for _, name, _, _ in string.Formatter().parse(getattr(leaf, "shape", "")) if name}
        assert named <= groups or (named == {"v"} and not groups), pattern
        for oid in (*leaf.gets(SystemGroup()), *leaf.walks()):
            assert re.fullmatch(r"\d+(\.\d+)+", oid)


def test_one_os_has_one_display_vendor_per_table_row() -> None:
    names: dict[str, set[str]] = {}
    for rule in RULES:
        names.setdefault(rule.os, set()).add(rule.type)
    assert all(len(types) <= 2 for types in names.values())


def test_enterprise_and_product_tables() -> None:
    assert enterprise_name(9) == "Cisco"
    assert enterprise_name(14988) == "MikroTik"
    assert enterprise_name(8072) == ""
    assert enterprise_name(10**9) == ""
    assert cisco_product(516) == "catalyst37xxStack"
    assert cisco_product(10**9) == ""


def test_net_snmp_enterprise_is_no_vendor() -> None:
    assert identify(SnmpFacts(system=SystemGroup(sys_object_id="1.3.6.1.4.1.8072.3.2.10"))).vendor == ""


@pytest.mark.parametrize(
    ("number", "manufacturer", "vendor"),
    [
        (62821, "Some Maker Inc.", "WIS Networks"),
        (27282, "Some Maker Inc.", "Some Maker"),
        (27282, "0x168c", "Realtek"),
        (10**8, "RITTAL & Co.", "Rittal"),
        (10**8, "", ""),
    ],
)
def test_vendor_of_an_unknown_system(number: int, manufacturer: str, vendor: str) -> None:
    """The enterprise says more than ENTITY-MIB, unless it is a maker of chips for others' products."""
    facts = SnmpFacts(
        system=SystemGroup(sys_object_id=f"1.3.6.1.4.1.{number}.99.99"),
        entities=(PhysicalEntity(index=1, class_=3, manufacturer=manufacturer),),
    )
    assert identify(facts).vendor == vendor


def test_object_id_with_leading_dot() -> None:
    system = SystemGroup(sys_object_id=".1.3.6.1.4.1.14988.1", sys_descr="RouterOS hAP ac2")
    assert identify(SnmpFacts(system=system)).os == "routeros"
    assert "1.3.6.1.4.1.14988.1.1.7.3.0" in wanted(system).gets


def test_prefixes_compare_whole_arcs() -> None:
    assert identify(SnmpFacts(system=SystemGroup(sys_object_id="1.3.6.1.4.1.14988.11"))).os == ""


def test_column_takes_the_first_usable_row_in_index_order() -> None:
    values: dict[str, OidValue] = {
        "1.3.6.1.4.1.5.1.10": b"ten",
        "1.3.6.1.4.1.5.1.2": b"two",
        "1.3.6.1.4.1.5.1.1": b"N/A",
        "1.3.6.1.4.1.5.11.1": b"other",
    }
    found = Column("label", "5.1").read(SnmpFacts(values=values))
    assert found == ("two", "label.2")


def test_value_pattern_filters_or_extracts() -> None:
    facts = SnmpFacts(values={"1.3.6.1.4.1.5.1.0": b"RouterOS v7.1 (stable)"})
    assert Value("label", "5.1.0", r"stable").read(facts) == ("RouterOS v7.1 (stable)", "label")
    assert Value("label", "5.1.0", r"v(?P<v>[\d.]+)").read(facts) == ("7.1", "label")
    assert Value("label", "5.1.0", r"(?P<a>\w+) v(?P<b>\S+)", "{b} of {a}").read(facts) == (
        "7.1 of RouterOS",
        "label",
    )
    assert Value("label", "5.1.0", r"SwOS").read(facts) is None


def test_below_follows_the_agents_own_product() -> None:
    system = SystemGroup(sys_object_id="1.3.6.1.4.1.8691.7.69.1")
    source = Below("switchModel", 3, "1.2.0")
    assert source.gets(system) == ("1.3.6.1.4.1.8691.7.69.1.2.0",)
    assert source.gets(SystemGroup(sys_object_id="1.3.6.1.4.1.8691")) == ()


def test_joined_needs_its_first_part_only() -> None:
    facts = SnmpFacts(values={"1.3.6.1.4.1.5.1.0": b"A", "1.3.6.1.4.1.5.2.0": b"B"})
    both = Joined((Value("a", "5.1.0"), Value("b", "5.2.0")), "/")
    assert both.read(facts) == ("A/B", "a, b")
    assert Joined((Value("a", "5.1.0"), Value("c", "5.3.0"))).read(facts) == ("A", "a")
    assert Joined((Value("c", "5.3.0"), Value("a", "5.1.0"))).read(facts) is None


def test_entity_rows_by_class_and_name() -> None:
    rows = (
        PhysicalEntity(index=1, class_=3, model="C"),
        PhysicalEntity(index=7, class_=9, descr="Supervisor", model="S"),
    )
    assert Entity("model", class_=9).read(SnmpFacts(entities=rows)) == ("S", "entPhysicalModelName.7")
    assert Entity("model", where="supervisor").read(SnmpFacts(entities=rows)) == (
        "S",
        "entPhysicalModelName.7",
    )


@pytest.mark.parametrize(
    ("descr", "version", "serial", "model"),
    [
        (
            "Acme Gateway GW-200, Firmware Version 3.2.1-b4, S/N: AB12345",
            "3.2.1-b4",
            "AB12345",
            "Gateway GW-200",
        ),
        ("PX500 v2.10", "2.10", None, "PX500"),
        ("Model: TX 9000; SW: 1.0.9; Serial Number: 99-1234", "1.0.9", "99-1234", "TX 9000"),
        ("Box 7 HW:32 FW:6.0.0.18 SW:v6.3.2.011", "6.3.2.011", None, "Box 7"),
        ("AP230, AcmeOS 8.1r2a build-1784", "8.1r2a", None, "AP230"),
        ("Hardware Version 2.1, Software Version 3.4", "3.4", None, None),
        ("PowerSwitch 6248, 3.3.7.3, VxWorks 6.5", "3.3.7.3", None, "PowerSwitch 6248"),
        ("Optix RTN V100R011C00SPC200", "V100R011C00SPC200", None, None),
        ("Acme Office 1820 8G J9979A, PT.02.01, Linux 3.6.5", "PT.02.01", None, "Office 1820 8G J9979A"),
        ("Controller version dmr-3.05.00", "dmr-3.05.00", None, None),
        ("Lights-On 4 2.50 Sep 23 2016", "2.50", None, None),
        ("Acme 1810-24G, PL.1.9, eCos-3.0", "PL.1.9", None, "1810-24G"),
        ("SW2400 Ethernet", None, None, "SW2400 Ethernet"),
        ("Ethernet switch", None, None, None),
        ("Serial: none, Version unknown", None, None, None),
    ],
)
def test_generic_sys_descr(descr: str, version: str | None, serial: str | None, model: str | None) -> None:
    found = (find_version(descr), find_serial(descr), find_model(descr, "Acme"))
    assert tuple(finding.text if finding else None for finding in found) == (version, serial, model)


@pytest.mark.parametrize(
    ("descr", "vendor"),
    [
        ("Barracuda Web Application Firewall", "Barracuda"),
        ("Alta Labs, Route10 1.4", "Alta Labs"),
        ("Outdoor unit of Barracuda", None),
        ("Linux host 5.10.0", None),
        ("Barracuda", None),
    ],
)
def test_vendor_in_front_of_sys_descr(descr: str, vendor: str | None) -> None:
    found = find_vendor(descr)
    assert (found.text if found else None) == vendor


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Cisco Systems, Inc.", "Cisco"),
        ("Hewlett-Packard Company", "HP"),
        ("Dell Inc.", "Dell"),
        ("Juniper Networks", "Juniper"),
        ("Example GmbH", "Example"),
        ("Some Maker Co., Ltd.", "Some Maker"),
        ("To be filled by O.E.M.", ""),
    ],
)
def test_vendor_names(written: str, name: str) -> None:
    assert vendor_name(written) == name
