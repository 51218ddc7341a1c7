"""Sockets on which syslog messages arrive: UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425); and SNMP traps over UDP."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from domain.syslog import OctetFrames
from domain.traps import Trap
from workers.inbox import Inbox

_RECEIVE_BUFFER = 8 * 2**20
_LARGEST = 65_535
_BURST = 256
"""Datagrams read before other work of this process gets its turn."""
_MOST_CONNECTIONS = 2_000
_IDLE_S = 900.0
_CHUNK = 65_536
_SO_RCVBUFFORCE = 33  # socket(7): beyond net.core.rmem_max, for who has CAP_NET_ADMIN
_SO_MEMINFO = 55  # Linux 4.12: nine counts of a socket, of which the last is what it dropped
_COUNTS = struct.Struct("9I")
log = structlog.get_logger(__name__)

Address = tuple[Any, ...]
Send = Callable[[bytes, Address], None]
Heard = Callable[[Trap, Address], None]


class TrapReader(Protocol):
    """Reads datagrams of all versions of SNMP; answers informs; hands traps on."""

    def feed(self, datagram: bytes, address: Address, heard: Heard, send: Send) -> str:
        """Why the datagram was dropped, or nothing. Raises nothing."""
        ...

    async def keep_users(self) -> None:
        """Follows the credentials, for ever."""
        ...


class Unread:
    """How many datagrams the kernel dropped of a socket since it was last asked: they came faster than they were read."""

    def __init__(self, bound: socket.socket) -> None:
        self._bound = bound
        self._known = 0

    def __call__(self) -> int:
        dropped = self._dropped()
        since, self._known = (dropped - self._known) % 2**32, dropped
        return since

    def _dropped(self) -> int:
        try:
            counts = self._bound.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _COUNTS.size)
            return int(_COUNTS.unpack(counts)[-1])
        except (OSError, struct.error):  # a system that does not tell
            return 0


class UdpListener:
    """`take` gets each datagram that its source's limit admits."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self.port = 0
        """Where it listens, once it does."""

    async def run(self, inbox: Inbox) -> None:
        loop = asyncio.get_running_loop()
        bound = _bound(socket.SOCK_DGRAM, self._host, self._port)
        self.port = bound.getsockname()[1]
        _widen(bound)
        unread = Unread(bound)
        inbox.unread.append(unread)
        loop.add_reader(bound, self._readable, bound, inbox)
        log.info("listening", what=type(self).__name__, port=self.port)
        try:
            await self._serve()
        finally:
            loop.remove_reader(bound)
            inbox.unread.remove(unread)
            bound.close()

    async def _serve(self) -> None:
        await asyncio.Event().wait()

    def _readable(self, bound: socket.socket, inbox: Inbox) -> None:
        for _ in range(_BURST):
            try:
                datagram, source = bound.recvfrom(_LARGEST)
            except BlockingIOError:
                return
            except OSError:
                continue
            if inbox.admits(plain_address(source[0])):
                self._take(datagram, source, inbox, bound)

    def _take(self, datagram: bytes, source: Address, inbox: Inbox, bound: socket.socket) -> None:
        inbox.syslog(datagram, plain_address(source[0]))


class TrapListener(UdpListener):
    def __init__(self, host: str, port: int, reader: TrapReader) -> None:
        super().__init__(host, port)
        self._reader = reader

    async def _serve(self) -> None:
        await self._reader.keep_users()

    def _take(self, datagram: bytes, source: Address, inbox: Inbox, bound: socket.socket) -> None:
        def send(answer: bytes, address: tuple[Any, ...]) -> None:
            with contextlib.suppress(OSError):
                bound.sendto(answer, address)

        def heard(trap: Trap, address: Address) -> None:
            inbox.trap(trap, plain_address(address[0]))

        dropped = self._reader.feed(datagram, source, heard, send)
        if dropped:
            inbox.refuse(plain_address(source[0]), dropped)


class StreamListener:
    """TCP, or TLS with a context. A connection that says nothing for long is closed."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._port = port
        self._context = context
        self._open = 0
        self.port = 0

    async def run(self, inbox: Inbox) -> None:
        bound = _bound(socket.SOCK_STREAM, self._host, self._port)
        self.port = bound.getsockname()[1]

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(reader, writer, inbox)

        server = await asyncio.start_server(serve, sock=bound, ssl=self._context, limit=_CHUNK)
        log.info("listening", what="syslog over TLS" if self._context else "syslog over TCP", port=self.port)
        async with server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, inbox: Inbox) -> None:
        peer = writer.get_extra_info("peername")
        address = plain_address(peer[0]) if peer else ""
        self._open += 1
        try:
            if self._open <= _MOST_CONNECTIONS:
                await self._read(reader, address, inbox)
        except (OSError, TimeoutError, ssl.SSLError) as error:
            log.debug("syslog connection ended", address=address, error=repr(error))
        finally:
            self._open -= 1
            writer.close()

    @staticmethod
    async def _read(reader: asyncio.StreamReader, address: str, inbox: Inbox) -> None:
        frames = OctetFrames()
        while True:
            async with asyncio.timeout(_IDLE_S):
                data = await reader.read(_CHUNK)
            for message in frames.feed(data) if data else frames.end():
                if inbox.admits(address):
                    inbox.syslog(message, address)
            if not data:
                return
            await asyncio.sleep(0)


def _bound(kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    """A socket that worker processes of one machine share: each gets a part of the sources. Raises OSError."""
    six = ":" in host
    opened = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if six:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        if six and host == "::":  # a machine without IPv6
            return _bound(kind, "0.0.0.0", port)  # noqa: S104  # every address, as was asked for
        raise OSError(error.errno, f"cannot receive at {host} port {port}: {error.strerror}") from error
    return opened


def _widen(bound: socket.socket) -> None:
    """Room for what comes while other work has its turn: as much as the system allows."""
    try:
        bound.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except OSError:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)


def plain_address(address: str) -> str:
    """Without zone, and an IPv4 address as such where it came in through an IPv6 socket."""
    return address.partition("%")[0].removeprefix("::ffff:")
