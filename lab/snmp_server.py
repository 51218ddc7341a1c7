"""The sockets of simulated agents: one for all of IPv4 loopback, whose answers come from the address that was asked."""

import asyncio
import contextlib
import ipaddress
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lab.snmp_agent import Agent
from lab.snmp_message import handle

Clock = Callable[[], float]
_MAX_DATAGRAM = 65_507
_BURST = 64
"""Datagrams taken at a time before other tasks of the event loop get their turn."""
_BUFFER = 4 << 20
_IP_PKTINFO: int = getattr(socket, "IP_PKTINFO", 8)
"""From linux/in.h; Python names it from 3.14 on."""
_PKTINFO = struct.Struct("=I4s4s")
_BIND_ATTEMPTS = 20

Ancillary = list[tuple[int, int, bytes]]


class Served(Protocol):
    """What can be served: agents by the address at which each answers; an agent may stand at several."""

    @property
    def agents(self) -> Mapping[str, Agent]: ...


def wall_clock() -> Clock:
    """A clock that reads UTC seconds at its start and then never jumps."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


class SnmpServer:
    """A running fleet: `port` is the one all its addresses share."""

    def __init__(self, fleet: Served, clock: Clock) -> None:
        self.agents = dict(fleet.agents)
        self.port = 0
        self._clock = clock
        self._sockets: list[socket.socket] = []
        self._v4: dict[bytes, tuple[Agent, Ancillary]] = {}
        self._v6: Agent | None = None
        self._loop = asyncio.get_running_loop()
        for address, agent in self.agents.items():
            self._place(address, agent)

    def _place(self, address: str, agent: Agent) -> None:
        ip = ipaddress.ip_address(address)
        if not ip.is_loopback:
            raise ValueError(
                f"simulated agents stay on loopback, and {address} is not: take 127.0.0.0/8 or ::1"
            )
        if ip.version == 6:
            self._v6 = agent
        else:
            source = _PKTINFO.pack(0, ip.packed, bytes(4))
            self._v4[ip.packed] = (agent, [(socket.IPPROTO_IP, _IP_PKTINFO, source)])

    def start(self, port: int) -> None:
        """Binds the port, or with 0 one that is free in all address families; OSError where it is taken."""
        for attempt in range(1, _BIND_ATTEMPTS + 1):
            try:
                self._bind(port)
                break
            except OSError:
                self._close()
                if port or attempt == _BIND_ATTEMPTS:
                    raise
        for bound in self._sockets:
            answer = self._answer_v4 if bound.family == socket.AF_INET else self._answer_v6
            self._loop.add_reader(bound, answer, bound)

    def _bind(self, port: int) -> None:
        v4 = _udp_socket(socket.AF_INET)
        self._sockets.append(v4)
        v4.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        v4.bind(("0.0.0.0", port))  # noqa: S104 - one socket for all of 127/8; what is sent to other addresses is dropped
        self.port = v4.getsockname()[1]
        if self._v6 is not None:
            v6 = _udp_socket(socket.AF_INET6)
            self._sockets.append(v6)
            v6.bind(("::1", self.port))

    def _answer_v4(self, bound: socket.socket) -> None:
        now = self._clock()
        for _ in range(_BURST):
            try:
                datagram, ancillary, _, peer = bound.recvmsg(_MAX_DATAGRAM, 64)
            except OSError:  # nothing more to read, or an ICMP error about an earlier answer
                return
            # in_pktinfo's ipi_addr: the destination of the datagram.
            found = self._v4.get(ancillary[0][2][8:12]) if ancillary else None
            if found is None:
                continue
            agent, source = found
            answer = handle(agent, datagram, now)
            if answer is not None:
                self._deliver(bound, agent, answer, source, peer)

    def _answer_v6(self, bound: socket.socket) -> None:
        now = self._clock()
        for _ in range(_BURST):
            try:
                datagram, peer = bound.recvfrom(_MAX_DATAGRAM)
            except OSError:
                return
            if self._v6 is None:
                return
            answer = handle(self._v6, datagram, now)
            if answer is not None:
                self._deliver(bound, self._v6, answer, [], peer)

    def _deliver(
        self, bound: socket.socket, agent: Agent, answer: bytes, source: Ancillary, peer: tuple[Any, ...]
    ) -> None:
        if agent.misbehaviour is None:
            _send(bound, answer, source, peer)
            return
        for delay_s, spoilt in agent.misbehaviour.deliveries(answer):
            if delay_s > 0:
                self._loop.call_later(delay_s, _send, bound, spoilt, source, peer)
            else:
                _send(bound, spoilt, source, peer)

    async def stop(self) -> None:
        """Closes the sockets; later calls do nothing."""
        self._close()

    def _close(self) -> None:
        for bound in self._sockets:
            self._loop.remove_reader(bound)
            bound.close()
        self._sockets.clear()


def _udp_socket(family: socket.AddressFamily) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    return made


def _send(bound: socket.socket, answer: bytes, source: Ancillary, peer: tuple[Any, ...]) -> None:
    """Sends from the address in `source`. What the kernel refuses is lost, as datagrams are."""
    with contextlib.suppress(OSError):
        bound.sendmsg((answer,), source, 0, peer)


async def serve(fleet: Served, port: int = 0, *, clock: Clock | None = None) -> SnmpServer:
    """Starts all agents of a fleet on one UDP port (0 picks a free one)."""
    server = SnmpServer(fleet, clock or wall_clock())
    server.start(port)
    return server
