"""Echo requests to single addresses, again and again, over sockets that stay open."""

import asyncio
import errno
import secrets
import socket
import time
from collections.abc import Sequence

from adapters.icmp.packets import (
    PAYLOAD,
    PUSH_BACK,
    PUSH_BACKS,
    Family,
    IcmpUnavailableError,
    answers,
    echo_reply,
    echo_request,
    family_of,
    open_socket,
)

_SPACING_S = 0.1


class EchoMonitor:
    """Satisfies EchoMeasure. One socket an IP version, opened with the first request."""

    def __init__(self) -> None:
        self._whose = secrets.token_bytes(8)
        self._identifier = secrets.randbelow(1 << 16)
        self._number = 0
        self._sockets: dict[Family, socket.socket | None] = {}
        self._waiting: dict[int, tuple[str, float, asyncio.Future[float]]] = {}

    def close(self) -> None:
        for opened in self._sockets.values():
            if opened is not None:
                asyncio.get_running_loop().remove_reader(opened)
                opened.close()
        self._sockets.clear()

    async def measure(self, address: str, *, count: int, timeout_s: float) -> Sequence[float | None] | None:
        """Round trips in ms of so many requests, None for each that was not answered in time; no list at all where this
        system sends no echo requests to such an address."""
        family = family_of(address)
        opened = self._socket(family)
        if opened is None:
            return None
        loop = asyncio.get_running_loop()
        echoes = []
        for number in range(count):
            if number:
                await asyncio.sleep(_SPACING_S)
            echoes.append(asyncio.create_task(self._echo(loop, opened, family, address, timeout_s)))
        return await asyncio.gather(*echoes)

    async def _echo(
        self,
        loop: asyncio.AbstractEventLoop,
        opened: socket.socket,
        family: Family,
        address: str,
        timeout_s: float,
    ) -> float | None:
        self._number = number = (self._number + 1) & 0xFFFF_FFFF
        answer: asyncio.Future[float] = loop.create_future()
        request = echo_request(
            family, self._identifier, number & 0xFFFF, PAYLOAD.pack(self._whose, number, 0)
        )
        try:
            for push_back in range(PUSH_BACKS):
                self._waiting[number] = (address, time.perf_counter(), answer)
                try:
                    opened.sendto(request, (address, 0))
                    break
                except OSError as error:
                    if error.errno not in PUSH_BACK:
                        return None
                    await asyncio.sleep(0.001 * 2**push_back)
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(number, None)

    def _socket(self, family: Family) -> socket.socket | None:
        if family not in self._sockets:
            try:
                opened, has_ip_header = open_socket(family)
            except IcmpUnavailableError:
                self._sockets[family] = None
                return None
            except OSError as error:
                if error.errno != errno.EAFNOSUPPORT:
                    raise
                self._sockets[family] = None
                return None
            self._sockets[family] = opened
            asyncio.get_running_loop().add_reader(opened, self._readable, opened, family, has_ip_header)
        return self._sockets[family]

    def _readable(self, opened: socket.socket, family: Family, has_ip_header: bool) -> None:
        now_s = time.perf_counter()  # an event loop's own clock may count whole milliseconds
        for _ in range(64):
            try:
                datagram, source = opened.recvfrom(2048)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error about one of the addresses; the socket lives on
            reply = echo_reply(datagram, family, has_ip_header)
            if reply is None or reply[0] != self._whose or reply[1] not in self._waiting:
                continue
            address, sent_s, answer = self._waiting[reply[1]]
            if answers(source[0], address) and not answer.done():
                answer.set_result((now_s - sent_s) * 1000)
