"""Devices that no SNMP agent speaks for: found by their SSH server or RouterOS API."""

import asyncio
import contextlib
import socket

import pytest

from domain.access import RouterOsAccess, SshAccess
from tests.integration.workers.agents import Network, access, agent

A, B, C = "127.66.9.1", "127.66.9.2", "127.66.9.3"
SSH, ROUTEROS = b"SSH-2.0-dropbear\r\n", b"\x06!fatal\x0dnot logged in\x00"


@pytest.fixture
async def listen():
    """A TCP server that says its piece to whoever asks, on the port that all of them share."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    servers = {}

    async def start(address, says):
        async def talk(reader, writer):
            if says is ROUTEROS:
                await reader.read(64)
            writer.write(says)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
                writer.close()

        servers[address] = await asyncio.start_server(talk, address, port)
        return port

    yield start, servers
    for server in servers.values():
        server.close()


async def test_devices_are_found_by_their_banners_and_missed_when_they_are_gone(netledger, lab, listen):
    start, servers = listen
    await start(A, SSH)
    port = await start(B, ROUTEROS)
    agents = await lab(Network({B: agent("router", serial="HEX020997")}))
    await start(C, b"220 mail.example.net ESMTP\r\n")
    await netledger.credential(access(agents.port))
    await netledger.credential(SshAccess(id="ssh", username="ops", password="secret", port=port))
    await netledger.credential(RouterOsAccess(id="api", username="ops", password="secret", port=port))
    async with netledger.worker():
        probes = ("snmp", "ssh", "routeros")
        first = await netledger.discover("127.66.9.0/29", probes=probes)
        assert first.result["found"] == 2
        by_ssh = await netledger.device_at(A)
        assert (by_ssh.identified, by_ssh.status, by_ssh.name) == (False, "up", A)
        (discovered, *_) = await netledger.console.events.of_aggregate(by_ssh.id)
        assert discovered.event.sources == ("ssh",)
        assert discovered.event.evidence["ssh banner"] == "SSH-2.0-dropbear"
        by_both = await netledger.device_at(B)
        assert (by_both.name, by_both.serial) == ("router", "HEX020997")

        servers.pop(A).close()
        assert (await netledger.discover(A, probes=("snmp",))).result["unreachable"] == 0
        assert (await netledger.discover(A, probes=probes)).result["unreachable"] == 1
        assert (await netledger.device_at(A)).status == "down"
        await start(A, SSH)
        await netledger.discover(A, probes=probes)
        assert (await netledger.device_at(A)).status == "up"


async def test_a_device_known_by_its_api_alone_is_identified_once_its_agent_answers(netledger, lab, listen):
    start, _ = listen
    port = await start(A, ROUTEROS)
    await netledger.credential(RouterOsAccess(id="api", username="ops", password="secret", port=port))
    async with netledger.worker():
        await netledger.discover(A, probes=("snmp", "routeros"))
        before = await netledger.device_at(A)
        assert (before.vendor, before.os) == ("MikroTik", "routeros")

        agents = await lab(Network({A: agent("router", serial="HEX010997")}))
        await netledger.credential(access(agents.port))
        await netledger.discover(A, probes=("snmp", "routeros"))
        after = await netledger.device_at(A)
        assert (after.id, after.name, after.serial) == (before.id, "router", "HEX010997")
