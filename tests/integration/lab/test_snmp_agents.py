"""Versions 1 and 2c, asked by net-snmp's own commands and by bare sockets."""

import asyncio
import socket

import pytest
from gufo.snmp.aio import SnmpSession

from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_server import serve
from lab.snmp_tree import View, encoded_tree

ONE, OTHER = "127.61.1.1", "127.61.1.2"
SYS_DESCR, SYS_NAME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0"
COUNTER64 = "1.3.6.1.2.1.31.1.1.1.6.1"


def string(text):
    return ber.tlv(ber.OCTET_STRING, text)


OBJECTS = {
    SYS_DESCR: string(b"a box"),
    SYS_NAME: string(b"name"),
    "1.3.6.1.2.1.2.2.1.1.1": ber.integer(1),
    "1.3.6.1.2.1.2.2.1.1.2": ber.integer(2),
    "1.3.6.1.2.1.2.2.1.2.1": string(b"ether1"),
    "1.3.6.1.2.1.2.2.1.2.2": string(b"ether2"),
    COUNTER64: ber.integer(1 << 40, ber.COUNTER64),
    "1.3.6.1.4.1.9.1.0": string(b"x" * 300),
    "1.3.6.1.4.1.9.2.0": string(b"y" * 300),
}


def view(objects=OBJECTS):
    return View(encoded_tree((ber.oid(oid), value) for oid, value in objects.items()), {})


def agent(name="r1", **settings):
    return Agent(name, view, **{"v1": (b"read",), "v2c": (b"read",), "write": (b"write",), **settings})


@pytest.fixture
async def at(start_agents):
    """The address and port of an agent, as net-snmp takes it."""
    server = await start_agents({ONE: agent(), OTHER: agent(v1=(), v2c=(b"other",), max_size=484)})
    return lambda address=ONE: f"{address}:{server.port}"


@pytest.mark.needs_package("snmp")
@pytest.mark.parametrize("command", ["snmpwalk", "snmpbulkwalk"])
async def test_a_walk_finds_every_object_in_order(at, net_snmp, command):
    ran = await net_snmp(command, "-v2c", "-c", "read", at(), ".1")
    assert [line.split(" = ")[0] for line in ran.lines[:-1]] == ["." + oid for oid in OBJECTS]
    assert "No more variables left" in ran.lines[-1]


@pytest.mark.needs_package("snmp")
async def test_version_1_leaves_counter64_out(at, net_snmp):
    ran = await net_snmp("snmpwalk", "-v1", "-c", "read", at(), ".1")
    assert [line.split(" = ")[0] for line in ran.lines if " = " in line] == [
        f".{oid}" for oid in OBJECTS if oid != COUNTER64
    ]
    ran = await net_snmp("snmpget", "-v1", "-c", "read", at(), COUNTER64)
    assert "noSuchName" in ran.err


@pytest.mark.needs_package("snmp")
async def test_what_is_not_there_is_said_as_the_version_says_it(at, net_snmp):
    ran = await net_snmp(
        "snmpget", "-v2c", "-c", "read", at(), SYS_NAME, "1.3.6.1.2.1.1.5.1", "1.3.6.1.7.1.0"
    )
    assert [line.split(" = ")[1] for line in ran.lines] == [
        'STRING: "name"',
        "No Such Instance currently exists at this OID",
        "No Such Object available on this agent at this OID",
    ]
    ran = await net_snmp("snmpget", "-v1", "-c", "read", at(), SYS_NAME, "1.3.6.1.2.1.1.5.1")
    assert "(noSuchName)" in ran.err
    assert ".1.3.6.1.2.1.1.5.1" in ran.err


@pytest.mark.needs_package("snmp")
async def test_bulk_with_non_repeaters_and_several_columns(at, net_snmp):
    columns = [f"1.3.6.1.2.1.2.2.1.{column}" for column in (1, 2)]
    ran = await net_snmp(
        "snmpbulkget", "-v2c", "-c", "read", "-Cn1", "-Cr2", at(), "1.3.6.1.2.1.1.4", *columns
    )
    assert [line.split(" = ")[0].rsplit(".", 3)[-2:] for line in ran.lines] == [
        ["5", "0"], ["1", "1"], ["2", "1"], ["1", "2"], ["2", "2"],
    ]  # fmt: skip


@pytest.mark.needs_package("snmp")
@pytest.mark.parametrize("version", ["1", "2c"])
async def test_an_answer_that_does_not_fit_is_too_big(at, net_snmp, version):
    community = "other" if version == "2c" else "write"
    address = OTHER
    ran = await net_snmp(
        "snmpget", f"-v{version}", "-c", community, at(address), "1.3.6.1.4.1.9.1.0", "1.3.6.1.4.1.9.2.0"
    )
    assert "tooBig" in ran.err + ran.out
    ran = await net_snmp("snmpget", f"-v{version}", "-c", community, at(address), "1.3.6.1.4.1.9.1.0")
    assert ran.status == 0


@pytest.mark.needs_package("snmp")
async def test_a_bulk_answer_has_as_much_as_fits(at, net_snmp):
    ran = await net_snmp("snmpbulkget", "-v2c", "-c", "other", "-Cn0", "-Cr50", at(OTHER), "1.3.6.1.4.1.8")
    assert len(ran.lines) == 1
    assert "xxx" in ran.out


@pytest.mark.needs_package("snmp")
@pytest.mark.parametrize(
    ("version", "community", "oid", "type_", "value", "error"),
    [
        ("2c", "write", SYS_NAME, "s", "fresh", ""),
        ("1", "write", SYS_NAME, "s", "fresh", ""),
        ("2c", "write", SYS_DESCR, "s", "fresh", "notWritable"),
        ("2c", "write", "1.3.6.1.2.1.1.6.0", "s", "not there", "notWritable"),
        ("2c", "write", SYS_NAME, "i", "7", "wrongType"),
        ("2c", "write", SYS_NAME, "s", "n" * 256, "wrongLength"),
        ("1", "write", SYS_NAME, "i", "7", "badValue"),
        ("1", "write", SYS_DESCR, "s", "fresh", "noSuchName"),
        ("2c", "read", SYS_NAME, "s", "fresh", "noAccess"),
    ],
)
async def test_set(at, net_snmp, version, community, oid, type_, value, error):
    ran = await net_snmp("snmpset", f"-v{version}", "-c", community, at(), oid, type_, value)
    assert (error in ran.err) and (ran.status == 0) == (not error), ran
    after = await net_snmp("snmpget", "-v2c", "-c", "read", at(), SYS_NAME)
    assert after.lines == [f'.{SYS_NAME} = STRING: "{"name" if error else "fresh"}"']


@pytest.mark.needs_package("snmp")
@pytest.mark.parametrize(("version", "community"), [("2c", "wrong"), ("1", "other"), ("2c", "read")])
async def test_a_wrong_community_or_version_is_met_with_silence(at, net_snmp, version, community):
    ran = await net_snmp(
        "snmpget", f"-v{version}", "-c", community, at(OTHER), SYS_NAME, timeout_s=0.2, retries=0
    )
    assert "Timeout" in ran.err


async def test_the_answer_comes_from_the_address_that_was_asked(start_agents):
    server = await start_agents({ONE: agent("one"), OTHER: agent("other")})
    # Connected sockets take datagrams from the one address only, so both sessions would time out otherwise.
    async with (
        SnmpSession(ONE, port=server.port, community="read", timeout=5) as one,
        SnmpSession(OTHER, port=server.port, community="read", timeout=5) as other,
    ):
        assert await asyncio.gather(one.get(SYS_NAME), other.get(SYS_NAME)) == [b"name", b"name"]


async def test_addresses_without_an_agent_stay_silent(start_agents):
    server = await start_agents({ONE: agent()})
    async with SnmpSession("127.61.1.9", port=server.port, community="read", timeout=0.2) as session:
        with pytest.raises(TimeoutError):
            await session.get(SYS_NAME)


async def test_ipv6(start_agents):
    server = await start_agents({ONE: agent(), "::1": agent()})
    async with SnmpSession("::1", port=server.port, community="read", timeout=5) as session:
        assert await session.get(SYS_NAME) == b"name"


async def test_a_taken_port_is_an_error_and_a_stopped_server_frees_it(start_agents):
    server = await start_agents({ONE: agent()})
    with pytest.raises(OSError, match="in use"):
        await serve(server, server.port)
    await server.stop()
    again = await serve(server, server.port)
    await again.stop()


async def test_agents_stay_on_loopback():
    class Outside:
        agents = {"192.0.2.1": agent()}

    with pytest.raises(ValueError, match="loopback"):
        await serve(Outside())


async def test_answers_survive_a_burst_of_noise(start_agents):
    server = await start_agents({ONE: agent()})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        for size in range(500):
            noise.sendto(bytes((0x30, size % 256)) * (size % 50), (ONE, server.port))
    async with SnmpSession(ONE, port=server.port, community="read", timeout=5) as session:
        assert await session.get(SYS_NAME) == b"name"
