"""Echo requests to many addresses over one socket an IP version (RFC 792, RFC 4443)."""

import asyncio
import contextlib
import errno
import secrets
import socket
import struct
from array import array
from collections import deque
from collections.abc import AsyncIterator, Sequence
from ipaddress import IPv6Address
from typing import NamedTuple

from domain.pace import Pace

TRIES = 2
"""The first request to a silent neighbour is often lost to its address resolution."""

_PAYLOAD = struct.Struct("!8sIB")  # whose request, to which address, at which try
_PADDING = bytes(24 - _PAYLOAD.size)
_RECEIVE_BUFFER = 4 * 1024 * 1024
_SLICE = 16  # sent before answers are heard, whose round trip would otherwise grow by the sending
_PUSH_BACKS = 6
_PUSH_BACK = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EPERM, errno.EINTR})
_SOL_RAW, _ICMP_FILTER, _ICMPV6_FILTER = (
    255,
    1,
    1,
)  # linux/icmp.h, linux/icmpv6.h; absent from the socket module


class IcmpUnavailableError(PermissionError):
    """Neither kind of ICMP socket may be opened."""


class _Family(NamedTuple):
    family: socket.AddressFamily
    protocol: int
    echo_request: int
    echo_reply: int


_V4 = _Family(socket.AF_INET, socket.IPPROTO_ICMP, 8, 0)
_V6 = _Family(socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129)


class EchoProber:
    """The port `IcmpProber`. Needs no privilege where net.ipv4.ping_group_range has the process's group in it."""

    def available(self) -> bool:
        """Whether IPv4 echo requests can be sent from this process."""
        try:
            opened, _ = _open(_V4)
        except OSError:
            return False
        opened.close()
        return True

    async def ping(
        self, addresses: Sequence[str], *, rate_per_s: int, timeout_s: float
    ) -> AsyncIterator[tuple[str, float]]:
        """Yields (address, round trip in ms) once for each address that answers, asking silent ones a second time.

        `timeout_s` is waited for each of the two. Raises IcmpUnavailableError where the system allows no ICMP socket.
        """
        echoes = _Echoes(addresses)
        sender: asyncio.Task[None] | None = None
        try:
            echoes.open()
            sender = asyncio.create_task(echoes.send_all(max(1, rate_per_s), timeout_s))
            sender.add_done_callback(lambda _: echoes.wake.set())
            while not sender.done():
                await echoes.wake.wait()
                echoes.wake.clear()
                while echoes.heard:
                    yield echoes.heard.popleft()
            sender.result()
        finally:
            if sender is not None:
                sender.cancel()
            echoes.close()


class _Echoes:
    """The requests under way. A reply belongs to one by its payload and its source, not by its identifier:

    the kernel sets that one on unprivileged sockets, and its 16 bits are fewer than a scan has addresses.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self.heard: deque[tuple[str, float]] = deque()
        self.wake = asyncio.Event()
        self._addresses = addresses
        self._whose = secrets.token_bytes(8)
        self._identifier = secrets.randbelow(1 << 16)
        self._sent_at = [array("d", bytes(8 * len(addresses))) for _ in range(TRIES)]
        self._settled = bytearray(len(addresses))
        self._unsettled = len(addresses)
        self._all_settled = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._sockets: dict[_Family, socket.socket] = {}

    def open(self) -> None:
        for family in {_family(address) for address in self._addresses}:
            try:
                opened, has_ip_header = _open(family)
            except OSError as error:
                if error.errno != errno.EAFNOSUPPORT:
                    raise
                continue  # a host without IPv6 still reaches the others
            self._sockets[family] = opened
            self._loop.add_reader(opened, self._readable, opened, family, has_ip_header)

    def close(self) -> None:
        for opened in self._sockets.values():
            self._loop.remove_reader(opened)
            opened.close()

    async def send_all(self, rate_per_s: int, timeout_s: float) -> None:
        pace = Pace(rate_per_s, self._loop.time())
        sent = 0
        if not self._addresses:
            return
        for attempt in range(TRIES):
            for index, address in enumerate(self._addresses):
                if self._settled[index]:
                    continue
                if attempt and (wait := self._sent_at[0][index] + timeout_s - self._loop.time()) > 0:
                    await self._wait(wait)
                    if self._settled[index]:
                        continue
                if pause := pace.take(self._loop.time()):
                    await asyncio.sleep(pause)
                sent += 1
                if sent % _SLICE == 0:
                    await asyncio.sleep(0)
                if not await self._send(index, attempt, address):
                    self._settle(index)
        await self._wait(timeout_s)

    async def _wait(self, limit_s: float) -> None:
        """For answers, until there is nobody left to wait for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._all_settled.wait()

    def _settle(self, index: int) -> None:
        self._unsettled -= not self._settled[index]
        self._settled[index] = 1
        if not self._unsettled:
            self._all_settled.set()

    async def _send(self, index: int, attempt: int, address: str) -> bool:
        """Whether the request went out; an address without a route never will."""
        family = _family(address)
        if family not in self._sockets:
            return False
        payload = _PAYLOAD.pack(self._whose, index, attempt) + _PADDING
        request = _echo_request(family, self._identifier, index & 0xFFFF, payload)
        for push_back in range(_PUSH_BACKS):
            try:
                self._sent_at[attempt][index] = self._loop.time()
                self._sockets[family].sendto(request, (address, 0))
            except OSError as error:
                if error.errno not in _PUSH_BACK:
                    return False
                await asyncio.sleep(0.001 * 2**push_back)
            else:
                return True
        return True

    def _readable(self, opened: socket.socket, family: _Family, has_ip_header: bool) -> None:
        for _ in range(64):
            try:
                datagram, source = opened.recvfrom(2048)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error for one of the addresses; the socket lives on
            start = (datagram[0] & 0x0F) * 4 if has_ip_header and datagram else 0
            if len(datagram) > start and datagram[start] == family.echo_reply:
                self._hear(datagram[start + 8 :], source[0])

    def _hear(self, payload: bytes, source: str) -> None:
        now = self._loop.time()
        if len(payload) < _PAYLOAD.size:
            return
        whose, index, attempt = _PAYLOAD.unpack_from(payload)
        if whose != self._whose or index >= len(self._addresses) or attempt >= TRIES or self._settled[index]:
            return
        address = self._addresses[index]
        if source == address or (":" in address and _same_v6(source, address)):
            self._settle(index)
            self.heard.append((address, (now - self._sent_at[attempt][index]) * 1000))
            self.wake.set()


def _family(address: str) -> _Family:
    return _V6 if ":" in address else _V4


def _open(family: _Family) -> tuple[socket.socket, bool]:
    """An ICMP socket, and whether what it receives begins with the IP header."""
    try:
        opened = socket.socket(family.family, socket.SOCK_DGRAM, family.protocol)
        raw = False
    except OSError as refused:
        if refused.errno not in (errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT):
            raise
        try:
            opened = socket.socket(family.family, socket.SOCK_RAW, family.protocol)
            raw = True
        except PermissionError as error:
            raise IcmpUnavailableError(
                error.errno,
                "no ICMP socket is allowed; set net.ipv4.ping_group_range to include this process's group,"
                " or give it CAP_NET_RAW",
            ) from error
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    if raw:
        _hear_replies_only(opened, family)
    return opened, raw and family is _V4


def _hear_replies_only(opened: socket.socket, family: _Family) -> None:
    """A raw socket gets a copy of all ICMP that reaches the host; set bits are what the kernel withholds."""
    if family is _V4:
        opened.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("@I", ~(1 << family.echo_reply) & 0xFFFF_FFFF))
    else:
        words = [0xFFFF_FFFF] * 8
        words[family.echo_reply >> 5] &= ~(1 << (family.echo_reply & 31))
        opened.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, struct.pack("@8I", *words))


def _echo_request(family: _Family, identifier: int, sequence: int, payload: bytes) -> bytes:
    blank = struct.pack("!BBHHH", family.echo_request, 0, 0, identifier, sequence) + payload
    if family is _V6:
        return blank  # the kernel fills in the checksum, which covers addresses it chooses
    return blank[:2] + checksum(blank).to_bytes(2, "big") + blank[4:]


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of an even number of octets."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _same_v6(source: str, address: str) -> bool:
    """Addresses may be written in several ways, and the system adds the zone to link-local ones."""
    return IPv6Address(source.partition("%")[0]) == IPv6Address(address)
