"""Agents that answer as badly as real ones do: the discovery ends, counts them, and finds all the others."""

import ipaddress

import msgspec

from lab.fleet import build_fleet, generated_credentials
from lab.snmp_faults import Fault, FaultKind
from tests.integration.workers.agents import Network, access, agent

NETWORK = ipaddress.IPv4Network("127.66.2.0/26")
READ_ALL_THE_SAME = {
    FaultKind.LATE: Fault(FaultKind.LATE, delay_s=0.15),
    FaultKind.TWICE: Fault(FaultKind.TWICE, delay_s=0.05),
    FaultKind.DROPS: Fault(FaultKind.DROPS, share=0.05),
}
BROKEN_OFF = {
    FaultKind.WALK_LOOP: Fault(FaultKind.WALK_LOOP, after=30),
    FaultKind.DIES_IN_WALK: Fault(FaultKind.DIES_IN_WALK, after=60),
}
NO_AGENTS = {
    FaultKind.TRUNCATED: Fault(FaultKind.TRUNCATED),
    FaultKind.GARBAGE: Fault(FaultKind.GARBAGE),
    FaultKind.WRONG_REQUEST_ID: Fault(FaultKind.WRONG_REQUEST_ID),
}


async def test_bad_agents_are_counted_and_the_others_are_found(netledger, lab):
    v2c = generated_credentials(5).v2c
    fleet = build_fleet(
        24, NETWORK, seed=5, credentials=msgspec.structs.replace(generated_credentials(5), v1=None, v3=None)
    )
    names = {agent.name: agent for agent in fleet.agents.values()}
    faults = {
        **READ_ALL_THE_SAME,
        **BROKEN_OFF,
        **NO_AGENTS,
        FaultKind.WRONG_TYPES: Fault(FaultKind.WRONG_TYPES),
    }
    # Routers and switches, whose walks are long; every one of them behaves badly in its own way.
    bad = dict(zip(faults, list(names), strict=False))
    for kind, name in bad.items():
        names[name].misbehave([faults[kind]])
    server = await lab(fleet)
    await netledger.credential(msgspec.structs.replace(v2c, port=server.port))
    await netledger.set(device_timeout_s=2.5)
    async with netledger.worker():
        operation = await netledger.discover(*fleet.agents)
        found = {device.name: device for device in await netledger.devices()}

        assert operation.state == "succeeded"
        silent = {bad[kind] for kind in NO_AGENTS}
        assert set(names) - silent - {bad[FaultKind.WRONG_TYPES]} <= set(found)
        assert not silent & set(found)
        for kind in READ_ALL_THE_SAME:
            (unit,) = [unit for unit in fleet.units if unit.name == bad[kind]]
            assert found[bad[kind]].serial == unit.serial
            assert len(await netledger.interfaces(found[bad[kind]].id)) == len(unit.model.ports)
        incomplete = {kind for kind in operation.result["errors"] if kind.startswith("snmp_incomplete_")}
        assert incomplete

        # Half a reading is no news about what was read whole before.
        whole = await netledger.device_at(fleet.units[-1].addresses[0])
        before = await netledger.interfaces(whole.id)
        names[whole.name].misbehave([Fault(FaultKind.DIES_IN_WALK, after=10)])
        head = await netledger.settled()
        await netledger.discover(*whole.addresses)
        assert await netledger.interfaces(whole.id) == before
        assert await netledger.events("device.", after=head) == []


async def test_an_agent_that_dies_while_it_is_read_is_a_device_with_what_it_told(netledger, lab):
    agents = {
        "127.66.2.70": agent("fine", serial="HEX700297"),
        "127.66.2.71": agent("dies", serial="HEX710297"),
    }
    agents["127.66.2.71"].misbehave([Fault(FaultKind.DIES_IN_WALK, after=0)])
    server = await lab(Network(agents))
    await netledger.credential(access(server.port))
    await netledger.set(device_timeout_s=2.0)
    async with netledger.worker():
        operation = await netledger.discover(*agents)
        assert operation.result["found"] == 2
        assert (await netledger.device_at("127.66.2.71")).name == "dies"
        assert any(kind.startswith("snmp_incomplete_") for kind in operation.result["errors"])
