"""Hypothesis strategies of commands on devices, and of what is seen of them."""

from hypothesis import strategies as st

from domain.device_commands import (
    AddDevice,
    BeginMaintenance,
    ChangeDevice,
    EndMaintenance,
    JoinDevice,
    KeepApart,
    LoseAddress,
    MarkDown,
    MarkUp,
    MergeDevice,
    ObserveDevice,
    RemoveDevice,
    RestoreDevice,
    SeparateDevice,
    SplitDevice,
)
from domain.device_facts import Chassis, DeviceFacts
from domain.observation import Interface, Neighbour
from tests.property.domain.texts import (
    ADDRESSES,
    DEVICE_IDS,
    EVIDENCE,
    IDS,
    LABELS,
    SHORT,
    TEXT,
    WILD_NUMBER,
    maybe,
)

IDENTITIES = st.lists(
    st.sampled_from(["serial:acme:a1", "serial:acme:b2", "engine:800000090102", "mac:00:1b:21:00:00:01"]),
    max_size=3,
    unique=True,
).map(tuple)

FACTS = st.builds(
    DeviceFacts,
    vendor=st.sampled_from(["", "MikroTik", "Cisco"]),
    model=TEXT,
    os_version=st.sampled_from(["", "7.14", "7.15"]),
    serial=st.sampled_from(["", "A1", "B2"]),
    sys_name=TEXT,
    sys_descr=TEXT,
    location=TEXT,
)
INTERFACES = st.lists(
    st.builds(
        Interface,
        if_index=st.one_of(st.integers(0, 3), st.sampled_from([-5, 2**31, 2**64])),
        name=TEXT,
        alias=st.sampled_from(["", "uplink"]),
        type=WILD_NUMBER,
        mtu=WILD_NUMBER,
        speed_bps=WILD_NUMBER,
        addresses=st.lists(st.sampled_from(["192.0.2.1/24", "2001:db8::1/64"]), max_size=2).map(tuple),
        oper_status=st.sampled_from(["up", "down", "unknown"]),
    ),
    max_size=4,
).map(tuple)
NEIGHBOURS = st.lists(
    st.builds(
        Neighbour,
        protocol=st.sampled_from(["lldp", "cdp"]),
        local_if_index=st.one_of(st.none(), st.integers(0, 3)),
        local_interface=st.sampled_from(["", "ge-0/0/1"]),
        chassis_id=TEXT,
        port_id=st.sampled_from(["", "ge-0/0/1", "p" * 300]),
        system_name=TEXT,
    ),
    max_size=3,
).map(tuple)
CHASSIS = st.lists(st.builds(Chassis, model=TEXT, serial=TEXT), max_size=2).map(tuple)

OBSERVE = st.builds(
    ObserveDevice,
    address=ADDRESSES,
    site=st.sampled_from(["", "north"]),
    sources=st.lists(st.sampled_from(["icmp", "snmp"]), max_size=2).map(tuple),
    facts=st.none() | FACTS,
    identities=IDENTITIES,
    evidence=EVIDENCE,
    access_id=st.one_of(st.just(""), IDS),
    interfaces=st.none() | INTERFACES,
    neighbours=st.none() | NEIGHBOURS,
    chassis=st.none() | CHASSIS,
)


DEVICE = st.one_of(
    OBSERVE,
    st.builds(AddDevice, address=ADDRESSES, name=SHORT, labels=LABELS, owner=SHORT, notes=TEXT),
    maybe(
        name=SHORT, site=SHORT, labels=LABELS, owner=SHORT, notes=TEXT, credential_ids=st.lists(IDS, max_size=2).map(tuple)
    ).map(lambda fields: ChangeDevice(**fields)),
    st.builds(LoseAddress, address=ADDRESSES, evidence=EVIDENCE),
    st.builds(
        MergeDevice,
        other_id=DEVICE_IDS,
        other_name=TEXT,
        addresses=st.lists(ADDRESSES, max_size=2, unique=True).map(tuple),
        identities=IDENTITIES,
        evidence=EVIDENCE,
    ),
    st.builds(JoinDevice, into_id=DEVICE_IDS),
    st.builds(SplitDevice, other_id=DEVICE_IDS),
    st.builds(KeepApart, other_id=DEVICE_IDS),
    st.builds(SeparateDevice, from_id=DEVICE_IDS),
    st.builds(MarkDown, cause=TEXT),
    st.builds(MarkUp),
    st.builds(BeginMaintenance, silence_id=IDS, why=TEXT),
    st.builds(EndMaintenance, silence_id=IDS),
    st.builds(RemoveDevice, reason=TEXT),
    st.builds(RestoreDevice),
)  # fmt: skip
