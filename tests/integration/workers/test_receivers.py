"""Syslog and traps over real sockets, from net-snmp's own programs among others."""

import asyncio
import contextlib
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.snmp.ber import element, integer, object_identifier
from domain.access import SnmpV3Access
from domain.device import DEVICE
from domain.device_commands import AddDevice
from projections import network_logs
from projections.network_logs import NetworkLogRow
from tests.integration.workers.installation import Installation, until

HOST = "127.0.0.1"
USER = SnmpV3Access(
    id="traps",
    username="netops",
    auth_protocol="SHA256",
    auth_password="auth-password",
    priv_protocol="AES128",
    priv_password="priv-password",
)
V3 = ("-v3", "-u", "netops", "-a", "SHA-256", "-A", "auth-password", "-x", "AES", "-X", "priv-password", "-l", "authPriv")  # fmt: skip
LINK_DOWN = (
    "",
    "1.3.6.1.6.3.1.1.5.3",
    "1.3.6.1.2.1.2.2.1.1.3",
    "i",
    "3",
    "1.3.6.1.2.1.31.1.1.1.1.3",
    "s",
    "ether3",
)


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed one for the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "syslog")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


class Receiving:
    def __init__(self, netledger: Installation) -> None:
        self.netledger = netledger
        self.configuration = netledger.configuration

    async def logs(self, **filters: str) -> list[NetworkLogRow]:
        async with self.netledger.console.pool.connection() as conn:
            return await network_logs.page(conn, limit=500, **filters)

    async def kept(self, text: str) -> NetworkLogRow:
        async def found() -> NetworkLogRow | None:
            return next(iter(await self.logs(q=text)), None)

        row: NetworkLogRow = await until(found)
        return row

    def udp(self, *datagrams: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            for datagram in datagrams:
                sending.sendto(datagram, (HOST, self.configuration.syslog_udp_port))

    async def program(self, name: str, *words: str) -> None:
        process = await asyncio.create_subprocess_exec(name, "-m", "", *words)
        assert await process.wait() == 0


@pytest.fixture
async def receiving(netledger: Installation, tmp_path: Path) -> AsyncIterator[Receiving]:
    chain, key = certificate(tmp_path)
    netledger.configuration = msgspec.structs.replace(
        netledger.configuration,
        receive_host=HOST,
        syslog_udp_port=free_port(socket.SOCK_DGRAM),
        syslog_tcp_port=free_port(socket.SOCK_STREAM),
        syslog_tls_port=free_port(socket.SOCK_STREAM),
        syslog_tls_certificate=str(chain),
        syslog_tls_key=str(key),
        trap_port=free_port(socket.SOCK_DGRAM),
    )
    await netledger.credential(USER)
    device = uuid4()
    await netledger.console.bus.execute(
        DEVICE.to(device, AddDevice(address=HOST, name="core-1"), new=True), by=netledger.console.by()
    )
    made = Receiving(netledger)
    async with netledger.worker("projector", "receivers"):
        await netledger.settled()

        async def listens() -> bool:
            made.udp(b"<190>probe: are you there")
            rows = await made.logs(q="are you there")
            return any(row.device_id == str(device) for row in rows)

        async def tables() -> bool:
            with contextlib.suppress(Exception):
                await made.logs()
                return True
            return False

        await until(tables)
        await until(listens)
        yield made


async def test_syslog_over_every_transport_is_kept_with_its_device(receiving: Receiving) -> None:
    configuration = receiving.configuration
    receiving.udp(b"<189>77: *Mar  1 00:12:44.881: %SYS-5-CONFIG_I: Configured from console by ada on vty0")
    _reader, writer = await asyncio.open_connection(HOST, configuration.syslog_tcp_port)
    writer.write(
        b'<11>1 2026-03-02T04:05:06Z fw1 ipsec 1 - [a@1 b="c"] tunnel over tcp\n39 <14>1 - - - - - - counted over the wire'
    )
    await writer.drain()
    writer.close()
    context = ssl.create_default_context(cafile=configuration.syslog_tls_certificate)
    context.check_hostname = False
    _reader, writer = await asyncio.open_connection(HOST, configuration.syslog_tls_port, ssl=context)
    writer.write(b"<13>sealed: over tls\n")
    await writer.drain()
    writer.close()

    cisco = await receiving.kept("CONFIG_I")
    assert (cisco.severity, cisco.source, cisco.address, cisco.device_name) == (
        "notice",
        "syslog",
        HOST,
        "core-1",
    )
    tcp = await receiving.kept("tunnel over tcp")
    assert (tcp.severity, tcp.host, tcp.app, tcp.fields) == ("error", "fw1", "ipsec", {"a@1": {"b": "c"}})
    assert (await receiving.kept("counted over the wire")).severity == "info"
    assert (await receiving.kept("over tls")).app == "sealed"
    grave = await receiving.logs(severity="error")
    assert [row.message for row in grave] == ["tunnel over tcp"]
    async with receiving.netledger.console.pool.connection() as conn:
        (author,) = await (await conn.execute("SELECT author::text FROM work.configured")).fetchone()
    assert "ada" in author  # a backup follows


@pytest.mark.needs_package("snmp")
async def test_traps_and_informs_of_all_versions_are_kept_and_informs_answered(receiving: Receiving) -> None:
    target = f"{HOST}:{receiving.configuration.trap_port}"
    await receiving.program("snmptrap", "-v2c", "-c", "any", target, *LINK_DOWN)
    await receiving.program(
        "snmptrap", "-v1", "-c", "any", target, "1.3.6.1.4.1.9.9.43.2", "10.9.9.9", "6", "1", "5"
    )
    await receiving.program("snmpinform", "-v2c", "-c", "any", "-t", "5", target, "", "1.3.6.1.6.3.1.1.5.4")
    await receiving.program("snmptrap", *V3, "-e", "0x80001f8880aabbcc", target, "", "1.3.6.1.6.3.1.1.5.1")
    await receiving.program("snmpinform", *V3, "-t", "5", target, "", "1.3.6.1.6.3.1.1.5.5")

    down = await receiving.kept("linkDown")
    assert (down.source, down.severity, down.message) == (
        "trap",
        "warning",
        "linkDown ifIndex=3 ifName=ether3",
    )
    assert down.trap_oid == "1.3.6.1.6.3.1.1.5.3"
    for name in ("ciscoConfigManEvent", "linkUp", "coldStart", "authenticationFailure"):
        await receiving.kept(name)


async def test_a_flood_is_bounded_reported_and_harms_nobody(receiving: Receiving) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.bind(("127.0.0.9", 0))
        begun, sent = time.monotonic(), 0
        while time.monotonic() - begun < 2.0:
            for _ in range(500):
                sending.sendto(
                    b"<190>flood: nothing to see here", (HOST, receiving.configuration.syslog_udp_port)
                )
                sent += 1
            await asyncio.sleep(0.005)
    receiving.udp(b"<190>quiet: still heard")
    await receiving.kept("still heard")

    async def told() -> list[NetworkLogRow]:
        return await receiving.logs(source="receiver", address="127.0.0.9")

    assert "dropped: rate limit" in (await until(told))[0].message
    kept = await receiving.logs(address="127.0.0.9", source="syslog")
    assert kept
    assert sent > 20_000


FLOODER = """
import socket, sys, time
target, rate, seconds, datagram = ("127.0.0.1", int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]), bytes.fromhex(sys.argv[4])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
    sending.bind(("127.0.0.9", 0))
    begun = time.monotonic()
    for sent in range(rate * seconds):
        if sent % 500 == 0 and (early := begun + sent / rate - time.monotonic()) > 0:
            time.sleep(early)
        sending.sendto(datagram, target)
"""
TRAP = element(
    0x30,
    integer(1),
    element(0x04, b"public"),
    element(
        0xA7,
        integer(7),
        integer(0),
        integer(0),
        element(
            0x30,
            element(0x30, object_identifier("1.3.6.1.2.1.1.3.0"), element(0x43, b"\x01\x02")),
            element(
                0x30, object_identifier("1.3.6.1.6.3.1.1.4.1.0"), object_identifier("1.3.6.1.6.3.1.1.5.4")
            ),
        ),
    ),
)
RATE, SECONDS = 50_000, 10


async def test_of_a_flood_of_traps_every_one_is_kept_or_told_to_be_lost(receiving: Receiving) -> None:
    """50,000 a second for ten seconds, where the machine can send so fast; others are heard meanwhile."""
    begun = time.monotonic()
    flooder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        FLOODER,
        *(str(receiving.configuration.trap_port), str(RATE), str(SECONDS), TRAP.hex()),
    )
    heard = 0
    while flooder.returncode is None:
        receiving.udp(b"<190>quiet: in the flood, %d" % heard)
        await receiving.kept(f"in the flood, {heard}")
        heard += 1
        await asyncio.sleep(0)
    assert await flooder.wait() == 0
    assert heard > 1

    async def accounted() -> int:
        told = [
            int(row.message.split()[0])
            for row in await receiving.logs(source="receiver")
            if "rate limit" in row.message or "too fast" in row.message
        ]
        async with receiving.netledger.console.pool.connection() as conn:
            cursor = await conn.execute("SELECT count(*) FROM logs.network WHERE source = 'trap'")
            (kept,) = await cursor.fetchone()
        assert kept <= 1_000 + 100 * (
            time.monotonic() - begun + 1
        )  # the burst, and what a source may send since
        return int(kept) + sum(told)

    async def all_of_them() -> bool:
        return await accounted() == RATE * SECONDS

    await until(all_of_them, 30.0)


@pytest.mark.needs_package("snmp")
async def test_traps_that_no_credential_opens_are_told(receiving: Receiving) -> None:
    target = f"{HOST}:{receiving.configuration.trap_port}"
    cold_start = ("-e", "0x80001f8880aabbcc", target, "", "1.3.6.1.6.3.1.1.5.1")
    await receiving.program("snmptrap", *V3[:6], "another-password", *V3[7:], *cold_start)
    await receiving.program("snmptrap", "-v3", "-u", "netops", "-l", "noAuthNoPriv", *cold_start)
    await receiving.program("snmptrap", "-v3", "-u", "stranger", "-l", "noAuthNoPriv", *cold_start)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"\x30\x03\x02\x01\x09", (HOST, receiving.configuration.trap_port))
    for reason in (
        "the credential of the SNMPv3 user netops does not open it",
        "the SNMPv3 user netops did not prove who he is",
        "no credential has the SNMPv3 user stranger",
        "no SNMP trap or inform",
    ):
        row = await receiving.kept(reason)
        assert (row.source, row.address, row.device_name) == ("receiver", HOST, "core-1")
    assert not await receiving.logs(source="trap")


@pytest.mark.needs_package("snmp")
async def test_after_a_restart_many_engines_are_heard_at_once(receiving: Receiving) -> None:
    target = f"{HOST}:{receiving.configuration.trap_port}"
    for number in range(30):
        engine = f"0x80001f8880{number:06x}"
        await receiving.program("snmptrap", *V3, "-e", engine, target, "", f"1.3.6.1.4.1.8072.9.{number}")

    async def all_there() -> bool:
        return len({row.trap_oid for row in await receiving.logs(source="trap")}) == 30

    await until(all_there)


async def test_what_is_malformed_is_dropped_or_kept_as_text(receiving: Receiving) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        for datagram in (
            b"",
            b"\x30",
            b"\x30\x84\xff\xff\xff\xff",
            b"\x30\x03\x02\x01\x03",
            b"\x30\x05\x02\x01\x01\x04\x00",
        ):
            sending.sendto(datagram, (HOST, receiving.configuration.trap_port))
    receiving.udp(b"\xff\xfe\x00binary", b"<13>after: it goes on")
    await receiving.kept("it goes on")
    assert (await receiving.kept("binary")).severity == "notice"
