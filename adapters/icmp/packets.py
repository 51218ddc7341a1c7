"""Sockets and packets of echo requests (RFC 792, RFC 4443)."""

import errno
import socket
import struct
from ipaddress import IPv6Address
from typing import NamedTuple

PAYLOAD = struct.Struct("!8sIB")  # whose request, to which address, at which try
_PADDING = bytes(24 - PAYLOAD.size)
_RECEIVE_BUFFER = 4 * 1024 * 1024
PUSH_BACKS = 6
PUSH_BACK = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EPERM, errno.EINTR})
"""What sendto says of a full queue or a firewall's limit: worth another try."""
_SOL_RAW, _ICMP_FILTER, _ICMPV6_FILTER = (
    255,
    1,
    1,
)  # linux/icmp.h, linux/icmpv6.h; absent from the socket module


class IcmpUnavailableError(PermissionError):
    """Neither kind of ICMP socket may be opened."""


class Family(NamedTuple):
    family: socket.AddressFamily
    protocol: int
    echo_request: int
    echo_reply: int


V4 = Family(socket.AF_INET, socket.IPPROTO_ICMP, 8, 0)
V6 = Family(socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129)


def family_of(address: str) -> Family:
    return V6 if ":" in address else V4


def open_socket(family: Family) -> tuple[socket.socket, bool]:
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
    return opened, raw and family is V4


def _hear_replies_only(opened: socket.socket, family: Family) -> None:
    """A raw socket gets a copy of all ICMP that reaches the host; set bits are what the kernel withholds."""
    if family is V4:
        opened.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("@I", ~(1 << family.echo_reply) & 0xFFFF_FFFF))
    else:
        words = [0xFFFF_FFFF] * 8
        words[family.echo_reply >> 5] &= ~(1 << (family.echo_reply & 31))
        opened.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, struct.pack("@8I", *words))


def echo_request(family: Family, identifier: int, sequence: int, payload: bytes) -> bytes:
    """The payload is padded to 24 octets."""
    payload += _PADDING
    blank = struct.pack("!BBHHH", family.echo_request, 0, 0, identifier, sequence) + payload
    if family is V6:
        return blank  # the kernel fills in the checksum, which covers addresses it chooses
    return blank[:2] + checksum(blank).to_bytes(2, "big") + blank[4:]


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of an even number of octets."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def same_v6(source: str, address: str) -> bool:
    """Addresses may be written in several ways, and the system adds the zone to link-local ones."""
    return IPv6Address(source.partition("%")[0]) == IPv6Address(address)


def echo_reply(datagram: bytes, family: Family, has_ip_header: bool) -> tuple[bytes, int, int] | None:
    """What a reply carries of ours (whose, which, try); None for anything else."""
    start = (datagram[0] & 0x0F) * 4 if has_ip_header and datagram else 0
    if len(datagram) <= start or datagram[start] != family.echo_reply:
        return None
    payload = datagram[start + 8 :]
    if len(payload) < PAYLOAD.size:
        return None
    whose, which, attempt = PAYLOAD.unpack_from(payload)
    return whose, which, attempt


def answers(source: str, address: str) -> bool:
    """Whether a reply from `source` is one of `address`."""
    return source == address or (":" in address and same_v6(source, address))
