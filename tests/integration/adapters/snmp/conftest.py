"""Agents for the SNMP tests: net-snmp's snmpd as it is, and one that answers (with pysnmp's codec) as badly as told."""

import asyncio
import contextlib
import os
import socket
import subprocess
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, cast

import msgspec
import pytest
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto import api  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto.rfc1902 import Integer32, ObjectIdentifier, OctetString, TimeTicks  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance  # type: ignore[import-untyped] # has no stubs

from adapters.snmp.read import GufoSnmpReader
from domain.access import SnmpV2cAccess
from domain.observation import SystemGroup
from domain.ports import SnmpError

SNMPD_CONFIG = """
agentAddress {addresses}
rocommunity public
rocommunity6 public
sysName core-1
sysContact noc@example.net
sysLocation Rack 7
sysServices 72
{users}
"""


class Snmpd(msgspec.Struct, frozen=True):
    port: int
    engine_id: str


@pytest.fixture(scope="session")
def snmpd_users() -> dict[str, str]:
    """createUser arguments by user name; every combination of protocols that net-snmp knows and Netledger offers."""
    users = {"plain": ""}
    for auth in ("MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"):
        word = auth.replace("-", "")
        users[word] = f"{auth} auth-password"
        for privacy in ("DES", "AES", "AES-192", "AES-256"):
            users[f"{word}_{privacy.replace('-', '')}"] = f"{auth} auth-password {privacy} privacy-password"
    # Cisco's way to lengthen a short key for AES-256.
    users["reeder"] = "MD5 auth-password AES256C privacy-password"
    return users


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory, snmpd_users: dict[str, str]) -> Iterator[Snmpd]:
    """A real net-snmp agent on a free loopback port."""
    folder = tmp_path_factory.mktemp("snmpd")
    port = _free_port()
    lines = []
    for name, arguments in snmpd_users.items():
        level = ("noauth", "auth", "priv")[len(arguments.split()) // 2]
        lines += [f"createUser {name} {arguments}", f"rouser {name} {level}"]
    config = folder / "snmpd.conf"
    addresses = f"udp:127.0.0.1:{port}" + (f",udp6:[::1]:{port}" if has_ipv6() else "")
    config.write_text(SNMPD_CONFIG.format(addresses=addresses, users="\n".join(lines)))
    process = subprocess.Popen(
        ["/usr/sbin/snmpd", "-f", "-C", "-c", str(config), "-Le", "-I", "-smux"],
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Snmpd(port, asyncio.run(_engine_id_once_up(process, port)))
    finally:
        process.terminate()
        process.wait()


async def _engine_id_once_up(process: "subprocess.Popen[bytes]", port: int) -> str:
    reader = plain_reader(request_timeout_s=0.2)
    async with asyncio.timeout(20):
        while process.poll() is None:
            with contextlib.suppress(SnmpError):
                access = SnmpV2cAccess(id="public", community="public", port=port)
                return (await reader.read("127.0.0.1", access, timeout_s=5)).engine_id
            await asyncio.sleep(0.05)
    raise RuntimeError(f"snmpd ended with {process.returncode}")


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.fixture(params=["127.0.0.1", "::1"])
def loopback(request: pytest.FixtureRequest) -> str:
    if request.param == "::1" and not has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    return str(request.param)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Wanted(msgspec.Struct, frozen=True):
    gets: tuple[str, ...] = ()
    walks: tuple[str, ...] = ()


def plain_reader(*wanted: tuple[str, ...], request_timeout_s: float = 0.3) -> GufoSnmpReader:
    def wants(system: SystemGroup) -> Wanted:
        return Wanted(*wanted)

    return GufoSnmpReader(wants, request_timeout_s=request_timeout_s)


@pytest.fixture
def make_reader() -> Callable[..., GufoSnmpReader]:
    def make(
        gets: tuple[str, ...] = (), walks: tuple[str, ...] = (), request_timeout_s: float = 0.3
    ) -> GufoSnmpReader:
        return plain_reader(gets, walks, request_timeout_s=request_timeout_s)

    return make


class Request(msgspec.Struct, frozen=True):
    kind: str
    """get, next or bulk."""
    oids: tuple[str, ...]
    repetitions: int
    raw: bytes


Misbehaviour = Callable[[Request, list[bytes]], list[bytes]]
Values = dict[str, Any]


class BadAgent(asyncio.DatagramProtocol):
    """Answers GET, GETNEXT and GETBULK of SNMPv1 and v2c from a dict, through whatever `misbehave` makes of it."""

    def __init__(self, values: Values, misbehave: Misbehaviour, community: str) -> None:
        self.requests: list[Request] = []
        self.port = 0
        self._values = values
        self._order = sorted((_arcs(oid), oid) for oid in values)
        self._misbehave = misbehave
        self._community = community

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        module = api.PROTOCOL_MODULES.get(api.decodeMessageVersion(data))
        if module is None:
            return  # SNMPv3
        message, _ = decoder.decode(data, asn1Spec=module.Message())
        if module.apiMessage.get_community(message) != self._community.encode():
            return
        pdu = module.apiMessage.get_pdu(message)
        oids = (
            tuple(str(oid) for oid, _ in module.apiPDU.get_varbinds(pdu))
            if not _is_bulk(pdu)
            else _bulk_oids(pdu)
        )
        kind = "bulk" if _is_bulk(pdu) else "get" if pdu.isSameTypeWith(module.GetRequestPDU()) else "next"
        request = Request(kind, oids, int(pdu[2]) if kind == "bulk" else 1, data)
        self.requests.append(request)
        reply = module.apiMessage.get_response(message)
        answer = module.apiMessage.get_pdu(reply)
        version1 = module is api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
        pairs = self._pairs(request)
        missing = [place for place, (_, value) in enumerate(pairs, 1) if value is None]
        if version1 and missing:
            module.apiPDU.set_error_status(answer, 2)
            module.apiPDU.set_error_index(answer, missing[0])
            module.apiPDU.set_varbinds(answer, [(oid, module.Null("")) for oid in oids])
        else:
            absent = NoSuchInstance("") if kind == "get" else EndOfMibView("")
            module.apiPDU.set_varbinds(
                answer, [(oid, absent if value is None else value) for oid, value in pairs]
            )
        for datagram in self._misbehave(request, [encoder.encode(reply)]):
            self._transport.sendto(datagram, addr)

    def _pairs(self, request: Request) -> list[tuple[str, Any]]:
        if request.kind == "get":
            return [(oid, self._values.get(oid)) for oid in request.oids]
        oid = request.oids[0]
        place = bisect_right(self._order, _arcs(oid), key=lambda known: known[0])
        after = [known for _, known in self._order[place : place + request.repetitions]]
        return [(known, self._values[known]) for known in after] or [(oid, None)]


def _is_bulk(pdu: Any) -> bool:
    return type(pdu).__name__ == "GetBulkRequestPDU"


def _bulk_oids(pdu: Any) -> tuple[str, ...]:
    return tuple(str(pair[0]) for pair in pdu[3])


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


def as_told(request: Request, datagrams: list[bytes]) -> list[bytes]:
    return datagrams


@pytest.fixture
async def start_agent() -> AsyncIterator[Callable[..., Awaitable[BadAgent]]]:
    """Starts a BadAgent on a loopback address; all are stopped after the test."""
    async with contextlib.AsyncExitStack() as running:

        async def start(
            values: Values,
            misbehave: Misbehaviour = as_told,
            *,
            address: str = "127.0.0.1",
            community: str = "public",
            port: int = 0,
        ) -> BadAgent:
            transport, agent = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: BadAgent(values, misbehave, community), local_addr=(address, port)
            )
            running.callback(transport.close)
            return agent

        yield start


@pytest.fixture
def switch() -> Values:
    """A small but complete device: 40 interfaces, so that its tables need several requests."""
    values: Values = {
        "1.3.6.1.2.1.1.1.0": OctetString(b"Example Switch\r\nVersion 1.2\x00"),
        "1.3.6.1.2.1.1.2.0": ObjectIdentifier("1.3.6.1.4.1.32473.1.7"),
        "1.3.6.1.2.1.1.3.0": TimeTicks(123456),
        "1.3.6.1.2.1.1.5.0": OctetString(b"sw-1"),
        "1.3.6.1.2.1.2.1.0": Integer32(40),
    }
    for index in range(1, 41):
        row = "1.3.6.1.2.1.2.2.1.{}." + str(index)
        values[row.format(1)] = Integer32(index)
        values[row.format(2)] = OctetString(f"GigabitEthernet0/{index}".encode())
        values[row.format(3)] = Integer32(6)
        values[row.format(4)] = Integer32(1500)
        values[row.format(5)] = Integer32(1_000_000_000)
        values[row.format(6)] = OctetString(bytes((2, 0, 0, 0, 0, index)))
        values[row.format(7)] = Integer32(1)
        values[row.format(8)] = Integer32(1 if index % 2 else 2)
        values[row.format(9)] = TimeTicks(index)
        values[f"1.3.6.1.2.1.31.1.1.1.1.{index}"] = OctetString(f"Gi0/{index}".encode())
        values[f"1.3.6.1.2.1.31.1.1.1.18.{index}"] = OctetString(f"to host {index}".encode())
    return values
