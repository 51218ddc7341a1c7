"""Asks tens of thousands of addresses over one socket who among them speaks SNMP, and hears the answers as they come."""

import asyncio
import contextlib
import errno
import secrets
import socket
from array import array
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import IPv6Address
from typing import Any

from adapters.snmp.probes import MAX_NUMBER, Probe
from domain.pace import Pace

TRIES = 2
"""Asked once more when silent, never more often: a credential that does not fit must not look like guessing."""

_RECEIVE_BUFFER = 4 * 1024 * 1024
_SLICE = 32  # datagrams sent or received before other work gets its turn
_PUSH_BACKS = 6
_PUSH_BACK = frozenset(
    {errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EPERM, errno.ECONNREFUSED, errno.EINTR}
)
"""The kernel is out of room or hands us another address's ICMP error: the same datagram may well go out a moment later."""


def unheard(share: float) -> None:
    """For who does not want to know how far a sweep is."""


async def sweep(
    addresses: Sequence[str],
    probe: Probe,
    *,
    port: int,
    rate_per_s: int,
    timeout_s: float,
    asked: Callable[[float], None] = unheard,
) -> AsyncIterator[str]:
    """Yields each address once, as its agent answers; silence for `timeout_s` after the second request means no.
    `asked` hears the share of both rounds of requests that is through.

    An answer counts when it comes from the address that was asked and carries that request's number.
    """
    if len(addresses) > MAX_NUMBER:
        raise ValueError(f"at most {MAX_NUMBER:,} addresses in one sweep")
    questions = _Questions(addresses, probe, port)
    sender = asyncio.create_task(questions.ask(max(1, rate_per_s), timeout_s, asked))
    sender.add_done_callback(lambda _: questions.wake.set())
    try:
        while not sender.done():
            await questions.wake.wait()
            questions.wake.clear()
            while questions.heard:
                yield questions.heard.popleft()
        sender.result()
    finally:
        sender.cancel()
        questions.close()


class _Questions:
    """The requests under way: which address has which number, who has answered, and the sockets for both IP versions."""

    def __init__(self, addresses: Sequence[str], probe: Probe, port: int) -> None:
        self.heard: deque[str] = deque()
        self.wake = asyncio.Event()
        self._addresses = addresses
        self._probe = probe
        self._port = port
        self._offset = secrets.randbelow(MAX_NUMBER)
        self._settled = bytearray(len(addresses))
        self._unsettled = len(addresses)
        self._all_settled = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._sockets: dict[int, socket.socket] = {}

    def close(self) -> None:
        for opened in self._sockets.values():
            self._loop.remove_reader(opened)
            opened.close()

    async def ask(self, rate_per_s: int, timeout_s: float, asked: Callable[[float], None]) -> None:
        """Sends everything twice at the rate, leaving out the second time who has answered, and waits for the last."""
        asked_at = array("d", bytes(8 * len(self._addresses)))
        pace = Pace(rate_per_s, self._loop.time())
        sent = 0
        if not self._addresses:
            return
        for attempt in range(TRIES):
            for index, address in enumerate(self._addresses):
                if self._settled[index]:
                    continue
                if attempt and (wait := asked_at[index] + timeout_s - self._loop.time()) > 0:
                    await self._wait(wait)
                    if self._settled[index]:
                        continue
                if pause := pace.take(self._loop.time()):
                    await asyncio.sleep(pause)
                sent += 1
                if sent % _SLICE == 0:
                    asked((attempt + index / len(self._addresses)) / TRIES)
                    await asyncio.sleep(0)
                asked_at[index] = self._loop.time()
                if not await self._send(index, address):
                    self._settle(index)
        await self._wait(timeout_s)
        asked(1.0)

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

    async def _send(self, index: int, address: str) -> bool:
        """Whether the request went out; an address without a route never will."""
        request = self._probe.request((index + self._offset) % MAX_NUMBER)
        for push_back in range(_PUSH_BACKS):
            try:
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                self._socket(family).sendto(request, (address, self._port))
            except OSError as error:
                if error.errno not in _PUSH_BACK:
                    return False
                await asyncio.sleep(0.001 * 2**push_back)
            else:
                return True
        return True  # sent into the void as far as we know: the second try, or none, decides

    def _socket(self, family: int) -> socket.socket:
        opened = self._sockets.get(family)
        if opened is None:
            opened = socket.socket(family, socket.SOCK_DGRAM)
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self._sockets[family] = opened
            self._loop.add_reader(opened, self._readable, opened)
        return opened

    def _readable(self, opened: socket.socket) -> None:
        for _ in range(_SLICE):
            try:
                datagram, source = opened.recvfrom(65535)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error for one of the addresses; the socket lives on
            self._hear(datagram, source)

    def _hear(self, datagram: bytes, source: tuple[Any, ...]) -> None:
        number = self._probe.answered(datagram)
        if number is None or source[1] != self._port:
            return
        index = (number - self._offset) % MAX_NUMBER
        if index >= len(self._addresses) or self._settled[index]:
            return
        address = self._addresses[index]
        if source[0] == address or (":" in address and _same_v6(str(source[0]), address)):
            self._settle(index)
            self.heard.append(address)
            self.wake.set()


def _same_v6(source: str, address: str) -> bool:
    """Addresses may be written in several ways, and the system adds the zone to link-local ones."""
    return IPv6Address(source.partition("%")[0]) == IPv6Address(address)
