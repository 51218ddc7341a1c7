"""A discovery of a simulated network from request to inventory, over real PostgreSQL, NATS and SNMP."""

import ipaddress
from collections import Counter

import msgspec
import pytest

from domain.access import SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from lab.fleet import Fleet, build_fleet
from tests.integration.workers.agents import Network, access, agent
from tests.integration.workers.installation import topics

NETWORK = ipaddress.IPv4Network("127.65.0.0/26")
OWN_OF_AN_OPERATION = {
    "operation.requested.v1",
    "operation.started.v1",
    "operation.succeeded.v1",
    "credential.secret_read.v1",  # every use of a secret is audited
}


@pytest.fixture
def fleet() -> Fleet:
    return build_fleet(24, NETWORK, seed=3)


async def _with_credentials(netledger, fleet, port):
    """The fleet's credentials, in the vault."""
    different = {each.id: each for each in fleet.access.values()}
    for each in different.values():
        await netledger.credential(msgspec.structs.replace(each, port=port))


async def test_a_network_is_found_as_it_is_and_a_second_look_is_no_news(netledger, lab, fleet):
    server = await lab(fleet)
    await _with_credentials(netledger, fleet, server.port)
    async with netledger.worker():
        operation = await netledger.discover(str(NETWORK))
        devices = await netledger.devices()
        head = await netledger.settled()
        again = await netledger.discover(str(NETWORK))
        news = await netledger.events(after=head)

        assert operation.state == "succeeded"
        assert operation.error is None
        found = {name: operation.result[name] for name in ("total", "scanned", "found", "new", "errors")}
        assert found == {"total": 62, "scanned": 62, "found": len(fleet.agents), "new": 24, "errors": {}}
        assert len(devices) == len(fleet.units)
        at = {address: device for device in devices for address in device.addresses}
        for unit in fleet.units:
            device = at[unit.addresses[0]]
            assert sorted(device.addresses) == sorted(unit.addresses)
            assert (device.name, device.serial, device.type) == (unit.name, unit.serial, unit.model.type)
            assert unit.version in device.os_version
            assert device.status == "up"
            assert device.last_seen is not None
            assert device.uptime_s is not None
            assert len(await netledger.interfaces(device.id)) == len(unit.model.ports)
            told = {each["system_name"].partition("(")[0] for each in await netledger.neighbours(device.id)}
            assert told <= {link.far.name for link in unit.links}
            if unit.model.lldp and unit.model.lldp.served:
                assert {link.far.name for link in unit.links if link.far.model.lldp} <= told

        assert again.result["found"] == len(fleet.agents)
        assert again.result["new"] == again.result["changed"] == again.result["unreachable"] == 0
        assert set(topics(news)) == OWN_OF_AN_OPERATION
        assert Counter(topics(news))["credential.secret_read.v1"] == 3


async def test_devices_speak_the_version_they_know_and_its_credential_is_remembered(netledger, lab):
    opens = [
        SnmpV3Access(
            id="v3",
            username="ops",
            auth_protocol="SHA256",
            auth_password="authentication",
            priv_protocol="AES128",
            priv_password="encryption",
        ),
        SnmpV2cAccess(id="v2c", community="fast"),
        SnmpV1Access(id="v1", community="old"),
    ]
    addresses = ["127.66.0.1", "127.66.0.2", "127.66.0.3"]
    agents = {
        address: agent(each.id, serial=f"HEX{each.id}97", opens=each)
        for address, each in zip(addresses, opens, strict=True)
    }
    server = await lab(Network(agents))
    ids = {
        each.id: await netledger.credential(msgspec.structs.replace(each, port=server.port))
        for each in reversed(opens)
    }
    async with netledger.worker():
        await netledger.discover(*addresses, credential_ids=[ids["v1"], ids["v2c"], ids["v3"]])
        devices = await netledger.devices()
        assert {device.name: device.access_id for device in devices} == ids

        await netledger.discover(*addresses)
        assert {device.name: device.access_id for device in await netledger.devices()} == ids


async def test_where_several_credentials_fit_the_first_in_the_order_given_is_taken(netledger, lab):
    many = agent("many", serial="HEX100297")
    many.communities = (frozenset(), frozenset((b"one", b"two", b"three")))
    server = await lab(Network({"127.66.0.9": many}))
    ids = [
        await netledger.credential(access(server.port, id=each, community=each))
        for each in ("none", "two", "one", "three")
    ]
    async with netledger.worker():
        await netledger.discover("127.66.0.9", credential_ids=ids)
        assert (await netledger.device_at("127.66.0.9")).access_id == ids[1]
        await netledger.discover("127.66.0.9", credential_ids=ids[::-1])
        assert (await netledger.device_at("127.66.0.9")).access_id == ids[1]


async def test_agents_that_refuse_every_credential_are_counted_and_the_others_are_found(netledger, lab):
    right = SnmpV3Access(id="right", username="ops", auth_protocol="SHA256", auth_password="authentication")
    wrong = msgspec.structs.replace(right, id="wrong", auth_password="guess-what-it-is")
    other = msgspec.structs.replace(right, id="other", auth_password="something-else")
    server = await lab(
        Network(
            {
                "127.66.0.20": agent("locked", serial="HEX200297", opens=other),
                "127.66.0.21": agent("open", serial="HEX210297", opens=right),
                "127.66.0.22": agent("v2c", serial="HEX220297"),
            }
        )
    )
    for each in (wrong, access(server.port), right):
        await netledger.credential(msgspec.structs.replace(each, port=server.port))
    async with netledger.worker():
        operation = await netledger.discover("127.66.0.20-30")
        assert sorted(device.name for device in await netledger.devices()) == ["open", "v2c"]
        assert operation.result["errors"] == {"snmp_auth": 1}
        assert operation.result["troubles"] == {"snmp_auth": ["127.66.0.20"]}
        assert operation.result["found"] == 2


async def test_thin_agents_without_any_identity_are_devices_each(netledger, lab):
    agents = {
        f"127.66.0.{last}": agent("", descr="<private>", object_id="1.3.6.1.4.1.99999.1")
        for last in range(40, 45)
    }
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        first = await netledger.discover(*agents)
        head = await netledger.settled()
        await netledger.discover(*agents)
        assert first.result["new"] == 5
        assert sorted(device.address for device in await netledger.devices()) == sorted(agents)
        assert set(topics(await netledger.events(after=head))) == OWN_OF_AN_OPERATION


async def test_clones_with_one_mac_are_told_apart_by_when_they_began(netledger, lab):
    mac = "00:50:56:bc:b4:73"
    agents = {
        "127.66.0.50": agent("one", mac=mac, booted_at=1_000.0),
        "127.66.0.51": agent("one", mac=mac, booted_at=1_000.0),  # the same at a second address
        "127.66.0.52": agent("clone", mac=mac, booted_at=9_000.0),
    }
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    async with netledger.worker():
        for _ in range(2):
            await netledger.discover(*agents)
            devices = {device.name: sorted(device.addresses) for device in await netledger.devices()}
            assert devices == {"one": ["127.66.0.50", "127.66.0.51"], "clone": ["127.66.0.52"]}
