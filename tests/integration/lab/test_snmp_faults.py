"""Each fault as a client sees it, on the wire."""

import asyncio
import time

import pytest

from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_faults import Fault, FaultKind
from lab.snmp_live import Device
from lab.snmp_pdu import GET, GET_BULK, GET_NEXT, read_pdu, write_pdu
from lab.snmp_tree import View, encoded_tree

ADDRESS, GOOD = "127.61.2.1", "127.61.2.2"
COLUMN = ber.oid("1.3.6.1.2.1.2.2.1.2")
ROWS = [COLUMN + bytes((row,)) for row in range(1, 61)]
SILENCE_S = 0.15


class Client(asyncio.DatagramProtocol):
    """Asks one agent and keeps every datagram that comes back."""

    def __init__(self):
        self.datagrams: asyncio.Queue[bytes] = asyncio.Queue()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.datagrams.put_nowait(data)

    def ask(self, tag=GET, oid=ROWS[0], repetitions=0, request_id=1_000):
        varbind = ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, oid) + b"\x05\x00")
        pdu = write_pdu(tag, ber.integer(request_id), 0, repetitions, varbind)
        self.transport.sendto(ber.tlv(ber.SEQUENCE, ber.integer(1) + ber.tlv(ber.OCTET_STRING, b"c") + pdu))

    async def datagram(self, within_s=5):
        return await asyncio.wait_for(self.datagrams.get(), within_s)

    async def pdu(self):
        data = await self.datagram()
        start, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
        _, at = ber.read_integer(data, start, end)
        _, at = ber.expect(data, at, end, ber.OCTET_STRING)
        return read_pdu(data, at, end)

    async def is_silent(self):
        try:
            await self.datagram(SILENCE_S)
        except TimeoutError:
            return True
        return False


@pytest.fixture
async def faulty(start_agents):
    """Starts an agent with faults and gives a client of it, which has a client of a good agent beside it as witness."""
    transports = []

    async def connect(address, port):
        loop = asyncio.get_running_loop()
        transport, client = await loop.create_datagram_endpoint(Client, remote_addr=(address, port))
        transports.append(transport)
        return client

    async def start(*faults):
        tree = encoded_tree((oid, ber.tlv(ber.OCTET_STRING, b"ether")) for oid in ROWS)
        made = Agent("a", lambda: View(tree, {}), device=Device(seed=7), v2c=(b"c",), faults=faults)
        good = Agent("b", lambda: View(tree, {}), v2c=(b"c",))
        server = await start_agents({ADDRESS: made, GOOD: good})
        client, witness = [await connect(address, server.port) for address in (ADDRESS, GOOD)]
        client.agent, client.witness = made, witness
        return client

    yield start
    for transport in transports:
        transport.close()


async def test_silent_until_the_fault_is_taken_away(faulty):
    client = await faulty(Fault(FaultKind.DROPS))
    client.ask()
    assert await client.is_silent()
    client.agent.misbehave(())
    client.ask()
    assert (await client.pdu()).oids == ROWS[:1]


async def test_a_share_is_dropped(faulty):
    client = await faulty(Fault(FaultKind.DROPS, share=0.5))
    for number in range(200):
        client.ask(request_id=number)
    # One socket serves both agents in turn: when the witness has its answer, the others have been sent.
    client.witness.ask()
    await client.witness.datagram()
    client.agent.misbehave(())
    client.ask(request_id=9_999)
    answered = 0
    while (await client.pdu()).request_id != ber.integer(9_999):
        answered += 1
    assert 60 < answered < 140


async def test_late(faulty):
    client = await faulty(Fault(FaultKind.LATE, delay_s=0.2))
    asked = time.monotonic()
    client.ask()
    assert (await client.pdu()).oids == ROWS[:1]
    assert time.monotonic() - asked >= 0.19


async def test_twice(faulty):
    client = await faulty(Fault(FaultKind.TWICE, delay_s=0.05))
    client.ask()
    assert await client.datagram() == await client.datagram()


async def test_truncated(faulty):
    client = await faulty(Fault(FaultKind.TRUNCATED))
    client.ask()
    data = await client.datagram()
    with pytest.raises(ber.BerError):
        ber.read(data, 0, len(data))


async def test_garbage(faulty):
    client = await faulty()
    client.ask()
    good = await client.datagram()
    client.agent.misbehave([Fault(FaultKind.GARBAGE)])
    client.ask()
    bad = await client.datagram()
    assert len(bad) == len(good)
    assert bad != good


async def test_wrong_request_id(faulty):
    client = await faulty(Fault(FaultKind.WRONG_REQUEST_ID))
    client.ask(request_id=1_000)
    assert (await client.pdu()).request_id != ber.integer(1_000)


async def test_wrong_types(faulty):
    client = await faulty(Fault(FaultKind.WRONG_TYPES))
    client.ask()
    assert [tag for tag, _ in (await client.pdu()).values] == [ber.INTEGER]


@pytest.mark.parametrize("tag", [GET_NEXT, GET_BULK])
async def test_a_walk_goes_in_circles(faulty, tag):
    client = await faulty(Fault(FaultKind.WALK_LOOP, after=10))
    seen, oid = [], COLUMN
    while len(seen) < 40:
        client.ask(tag, oid, repetitions=4)
        seen += (await client.pdu()).oids
        oid = seen[-1]
    assert seen[:10] == ROWS[:10]
    assert seen[10] == ROWS[7]
    assert set(seen) == set(ROWS[:10])


async def test_dies_in_mid_walk_and_stays_dead(faulty):
    client = await faulty(Fault(FaultKind.DIES_IN_WALK, after=10))
    client.ask(GET_BULK, COLUMN, repetitions=8)
    assert len((await client.pdu()).oids) == 8
    client.ask(GET_BULK, ROWS[7], repetitions=8)
    assert await client.is_silent()
    client.ask(GET)
    assert await client.is_silent()
