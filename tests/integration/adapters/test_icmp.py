"""Echo requests on loopback, where the kernel itself answers for all of 127.0.0.0/8."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterator

import pytest

from adapters.icmp.packets import V4, checksum, open_socket
from adapters.icmp.prober import EchoProber

ADDRESSES = [f"127.89.{a}.{b}" for a in range(4) for b in range(256)]


@pytest.fixture
def prober() -> EchoProber:
    try:
        opened, _ = open_socket(V4)
    except OSError:
        pytest.skip("ICMP sockets are not allowed here; set net.ipv4.ping_group_range")
    opened.close()
    return EchoProber()


async def test_every_address_answers_once_with_its_round_trip(prober: EchoProber) -> None:
    answers = [answer async for answer in prober.ping(ADDRESSES, rate_per_s=20_000, timeout_s=1.0)]
    assert sorted(address for address, _ in answers) == sorted(ADDRESSES)
    assert all(0.0 < rtt_ms < 1000.0 for _, rtt_ms in answers)


async def test_ipv6_answers_however_it_is_written(prober: EchoProber) -> None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::1", 0))
        addresses = ["::1", "0:0:0::1", "127.0.0.1"]
        answers = [address async for address, _ in prober.ping(addresses, rate_per_s=1000, timeout_s=0.5)]
        assert sorted(answers) == sorted(addresses)
        return
    pytest.skip("this machine has no IPv6 loopback")


async def test_addresses_that_cannot_be_asked_are_passed_over(prober: EchoProber) -> None:
    answers = prober.ping(["255.255.255.255", "127.0.0.1"], rate_per_s=1000, timeout_s=0.2)
    assert [address async for address, _ in answers] == ["127.0.0.1"]


async def test_answers_come_before_all_are_asked(prober: EchoProber) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async for address, _ in prober.ping(ADDRESSES, rate_per_s=500, timeout_s=5.0):
        assert address == ADDRESSES[0]
        break
    assert loop.time() - begun < 2.0


@pytest.fixture
def raw() -> Iterator[socket.socket]:
    try:
        opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    except PermissionError:
        pytest.skip("needs CAP_NET_RAW to forge replies")
    with opened:
        opened.setblocking(False)
        yield opened


def reply(identifier: int, sequence: int, payload: bytes) -> bytes:
    blank = struct.pack("!BBHHH", 0, 0, 0, identifier, sequence) + payload
    return blank[:2] + checksum(blank).to_bytes(2, "big") + blank[4:]


async def test_forged_and_repeated_replies_count_for_nothing(prober: EchoProber, raw: socket.socket) -> None:
    """A witness on the wire answers each request again: as it is, for another address, with other octets, cut."""
    loop = asyncio.get_running_loop()

    async def disturb() -> None:
        while True:
            datagram = await loop.sock_recv(raw, 2048)
            icmp = datagram[20:]
            if icmp[0] != 8 or not datagram[16:20].startswith(b"\x7f\x59"):
                continue
            identifier, sequence = struct.unpack_from("!HH", icmp, 4)
            payload = icmp[8:]
            other = payload[:8] + (int.from_bytes(payload[8:12], "big") + 1).to_bytes(4, "big") + payload[12:]
            for forged in (payload, payload, other, b"\0" * 8 + payload[8:], payload[:4], b"", b"\xff" * 64):
                raw.sendto(reply(identifier, sequence, forged), ("127.0.0.1", 0))

    disturber = asyncio.create_task(disturb())
    asked = ADDRESSES[:50]
    answers = [address async for address, _ in prober.ping(asked, rate_per_s=2000, timeout_s=0.3)]
    disturber.cancel()
    assert sorted(answers) == sorted(asked)
