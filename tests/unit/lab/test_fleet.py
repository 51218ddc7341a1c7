"""A fleet is one network: deterministic, two-sided, and each device tells its own truth."""

import ipaddress
from collections import Counter

import pytest

from domain.access import SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from lab import ber
from lab.devices.model import LOOPBACK
from lab.devices.topology import MODELS, build_network
from lab.fleet import Credentials, build_fleet
from lab.snmp_tree import name_of, value_of

NETWORK = ipaddress.IPv4Network("127.64.0.0/22")
NOW = 1_700_000_000.0
LLDP_SYS_NAME = "1.0.8802.1.1.2.1.4.1.1.9"
IP_AD_ENT_IF_INDEX = "1.3.6.1.2.1.4.20.1.2"


@pytest.fixture(scope="module")
def fleet():
    return build_fleet(400, NETWORK, seed=3, now=NOW)


def variables(agent):
    return [
        each if isinstance(each, bytes) else each.varbind(agent.device, NOW)
        for each in agent.view.following(b"", 1_000_000)
    ]


def column(agent, oid):
    """Row index to content octets of the values in a column."""
    prefix = ber.oid(oid)
    found = {name_of(each): value_of(each) for each in variables(agent)}
    return {
        ber.subidentifiers(name)[len(ber.subidentifiers(prefix)) :]: value[2:]
        for name, value in found.items()
        if name.startswith(prefix)
    }


def text(agent, oid):
    value = value_of(agent.view.get(ber.oid(oid)))
    return value[ber.read(value, 0, len(value))[1] :].decode()


def test_the_same_seed_gives_the_same_fleet(fleet):
    again = build_fleet(400, NETWORK, seed=3, now=NOW)
    other = build_fleet(400, NETWORK, seed=4, now=NOW)
    assert list(again.agents) == list(fleet.agents)
    for address in list(fleet.agents)[::10]:
        assert variables(again.agents[address]) == variables(fleet.agents[address])
    assert {unit.serial for unit in other.units if unit.serial}.isdisjoint(
        unit.serial for unit in fleet.units if unit.serial
    )


def test_no_two_devices_share_what_tells_devices_apart(fleet):
    for each in ("name", "mac"):
        assert max(Counter(getattr(unit, each) for unit in fleet.units).values()) == 1
    assert max(Counter(unit.serial for unit in fleet.units if unit.serial).values()) == 1
    assert max(Counter(address for unit in fleet.units for address in unit.addresses).values()) == 1
    assert len({fleet.agents[unit.addresses[0]].device.engine_id for unit in fleet.units}) == len(fleet.units)


def test_some_routers_have_several_addresses_and_one_agent(fleet):
    several = [unit for unit in fleet.units if len(unit.addresses) > 1]
    assert {len(unit.addresses) for unit in several} == {2, 3}
    for unit in several:
        assert len({id(fleet.agents[address]) for address in unit.addresses}) == 1
        listed = column(fleet.agents[unit.addresses[0]], IP_AD_ENT_IF_INDEX)
        assert {tuple(map(int, address.split("."))) for address in unit.addresses} <= set(listed)


def test_links_are_the_same_from_both_ends(fleet):
    for unit in fleet.units:
        assert len({link.port.if_index for link in unit.links}) == len(unit.links)
        for link in unit.links:
            back = [far for far in link.far.links if far.port == link.far_port]
            assert [(far.far, far.far_port, far.speed_bps) for far in back] == [
                (unit, link.port, link.speed_bps)
            ]
            assert (back[0].address, back[0].far_address) == (link.far_address, link.address)
            flows = (
                fleet.agents[unit.addresses[0]].device.flows,
                fleet.agents[link.far.addresses[0]].device.flows,
            )
            near, far = flows[0][link.port.if_index], flows[1][link.far_port.if_index]
            assert (near.in_bps, near.out_bps, near.phase) == (far.out_bps, far.in_bps, far.phase)
            assert max(near.in_bps, near.out_bps) < link.speed_bps / 2


def test_everything_can_be_reached_from_the_first_device(fleet):
    reached, waiting = set(), [fleet.units[0]]
    while waiting:
        unit = waiting.pop()
        if unit.name not in reached:
            reached.add(unit.name)
            waiting += [link.far for link in unit.links]
    assert len(reached) == len(fleet.units)


def test_lldp_neighbours_are_those_that_speak_it(fleet):
    for unit in fleet.units:
        heard = column(fleet.agents[unit.addresses[0]], LLDP_SYS_NAME)
        speakers = [link.far.name for link in unit.links if link.far.model.lldp]
        served = unit.model.lldp is not None and unit.model.lldp.served
        assert sorted(value.decode() for value in heard.values()) == sorted(speakers if served else [])


@pytest.mark.parametrize(
    "model", [model for models in MODELS.values() for model in models], ids=lambda model: model.name
)
def test_each_model_tells_who_it_is(fleet, model):
    unit = next(unit for unit in fleet.units if unit.model is model)
    agent = fleet.agents[unit.addresses[0]]
    assert text(agent, "1.3.6.1.2.1.1.5.0") == unit.name
    values = [value_of(each) for each in variables(agent)]
    for fact in (unit.serial, unit.version):
        assert any(fact.encode() in value for value in values), fact
    indexes = {int.from_bytes(value, "big") for value in column(agent, "1.3.6.1.2.1.2.2.1.1").values()}
    assert indexes == {port.if_index for port in model.ports}
    status = column(agent, "1.3.6.1.2.1.2.2.1.8")
    for link in unit.links:
        assert status[(link.port.if_index,)] == b"\x01"
    macs = column(agent, "1.3.6.1.2.1.2.2.1.6")
    assert all((macs[(port.if_index,)] == b"") == (port.type == LOOPBACK) for port in model.ports)


def test_versions_are_mixed(fleet):
    kinds = Counter(type(access) for access in fleet.access.values())
    assert set(kinds) == {SnmpV1Access, SnmpV2cAccess, SnmpV3Access}
    assert kinds[SnmpV2cAccess] > kinds[SnmpV3Access] > kinds[SnmpV1Access]
    for address, access in fleet.access.items():
        agent = fleet.agents[address]
        assert agent.has_users == isinstance(access, SnmpV3Access)
        assert bool(agent.communities[1]) == isinstance(access, SnmpV2cAccess)


def test_one_community_may_open_all():
    access = SnmpV2cAccess(id="x", community="lab")
    fleet = build_fleet(40, NETWORK, credentials=Credentials(v2c=access), now=NOW)
    assert set(fleet.access.values()) == {access}


@pytest.mark.parametrize("size", [12, 13, 49, 74, 99, 199, 299, 1_000, 2_047])
def test_networks_of_any_size_have_enough_ports(size):
    network = build_network(size, seed=size)
    assert len(network.units) == size
    assert all(unit.links for unit in network.units)


@pytest.mark.parametrize(
    ("size", "network", "message"), [(11, "127.64.0.0/24", "12 to 10000"), (30, "127.64.0.0/28", "wider")]
)
def test_what_cannot_be_built_is_refused(size, network, message):
    with pytest.raises(ValueError, match=message):
        build_fleet(size, ipaddress.IPv4Network(network))
