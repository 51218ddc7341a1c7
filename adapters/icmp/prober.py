"""Echo requests to many addresses over one socket an IP version."""

import asyncio
import contextlib
import errno
import secrets
import socket
import time
from array import array
from collections import deque
from collections.abc import AsyncIterator, Sequence

from adapters.icmp.packets import (
    PAYLOAD,
    PUSH_BACK,
    PUSH_BACKS,
    Family,
    answers,
    echo_reply,
    echo_request,
    family_of,
    open_socket,
)
from domain.pace import Pace

TRIES = 2
"""The first request to a silent neighbour is often lost to its address resolution."""

_SLICE = 16  # sent before answers are heard, whose round trip would otherwise grow by the sending


class EchoProber:
    """The port `IcmpProber`. Needs no privilege where net.ipv4.ping_group_range has the process's group in it."""

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
        self._sockets: dict[Family, socket.socket] = {}

    def open(self) -> None:
        for family in {family_of(address) for address in self._addresses}:
            try:
                opened, has_ip_header = open_socket(family)
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
        pace = Pace(rate_per_s, time.perf_counter())
        sent = 0
        if not self._addresses:
            return
        for attempt in range(TRIES):
            for index, address in enumerate(self._addresses):
                if self._settled[index]:
                    continue
                if attempt and (wait := self._sent_at[0][index] + timeout_s - time.perf_counter()) > 0:
                    await self._wait(wait)
                    if self._settled[index]:
                        continue
                if pause := pace.take(time.perf_counter()):
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
        family = family_of(address)
        if family not in self._sockets:
            return False
        payload = PAYLOAD.pack(self._whose, index, attempt)
        request = echo_request(family, self._identifier, index & 0xFFFF, payload)
        for push_back in range(PUSH_BACKS):
            try:
                self._sent_at[attempt][index] = time.perf_counter()
                self._sockets[family].sendto(request, (address, 0))
            except OSError as error:
                if error.errno not in PUSH_BACK:
                    return False
                await asyncio.sleep(0.001 * 2**push_back)
            else:
                return True
        return True

    def _readable(self, opened: socket.socket, family: Family, has_ip_header: bool) -> None:
        for _ in range(64):
            try:
                datagram, source = opened.recvfrom(2048)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error for one of the addresses; the socket lives on
            reply = echo_reply(datagram, family, has_ip_header)
            if reply is not None:
                self._hear(*reply, source[0])

    def _hear(self, whose: bytes, index: int, attempt: int, source: str) -> None:
        now = time.perf_counter()
        if whose != self._whose or index >= len(self._addresses) or attempt >= TRIES or self._settled[index]:
            return
        address = self._addresses[index]
        if answers(source, address):
            self._settle(index)
            self.heard.append((address, (now - self._sent_at[attempt][index]) * 1000))
            self.wake.set()
