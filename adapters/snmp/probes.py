"""The one question of a sweep in each SNMP version, and how to recognise its answer."""

from typing import Protocol

from adapters.snmp import ber
from domain.access import SnmpAccess, SnmpV1Access, SnmpV3Access

SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"

_GET_REQUEST = 0xA0
_GET_RESPONSE = 0xA2
_NUMBER_BASE = 0x4000_0000
MAX_NUMBER = 0x3FFF_FFFF
"""Requests are numbered so that their INTEGER always takes four octets: a request is a template with a number set in."""


class Probe(Protocol):
    """A numbered question that costs the agent little, and whose answer carries the number back."""

    def request(self, number: int) -> bytes: ...

    def answered(self, datagram: bytes) -> int | None:
        """The number of the request that this datagram answers with consent; None for anything else."""
        ...


def probe_for(access: SnmpAccess) -> Probe:
    if isinstance(access, SnmpV3Access):
        return EngineProbe()
    return CommunityProbe(0 if isinstance(access, SnmpV1Access) else 1, access.community.encode())


class CommunityProbe:
    """GET sysObjectID.0 with a community (RFC 1157, RFC 3416).

    Any response counts, also noSuchName: agents answer a community they do not know with silence.
    """

    def __init__(self, version: int, community: bytes) -> None:
        self._version = version
        self._community = community
        variable = ber.element(ber.SEQUENCE, ber.object_identifier(SYS_OBJECT_ID), ber.element(ber.NULL))
        message = ber.element(
            ber.SEQUENCE,
            ber.integer(version),
            ber.element(ber.OCTET_STRING, community),
            ber.element(
                _GET_REQUEST,
                ber.integer(_NUMBER_BASE),
                ber.integer(0),
                ber.integer(0),
                ber.element(ber.SEQUENCE, variable),
            ),
        )
        # Searched from the end, since the community may look like anything.
        self._before, _, self._after = message.rpartition(_NUMBER_BASE.to_bytes(4, "big"))

    def request(self, number: int) -> bytes:
        return self._before + (_NUMBER_BASE + number).to_bytes(4, "big") + self._after

    def answered(self, datagram: bytes) -> int | None:
        try:
            position, _ = ber.enter(datagram, 0, ber.SEQUENCE)
            version, position = ber.read_integer(datagram, position)
            begin, end = ber.enter(datagram, position, ber.OCTET_STRING)
            position, _ = ber.enter(datagram, end, _GET_RESPONSE)
            number, _ = ber.read_integer(datagram, position)
        except ber.BerError:
            return None
        if version != self._version or datagram[begin:end] != self._community:
            return None
        return number - _NUMBER_BASE


class EngineProbe:
    """SNMPv3 engine discovery (RFC 3414, 4): it names no user, so it can neither fail a log-in nor lock one out."""

    def __init__(self) -> None:
        # msgMaxSize 65507, reportable, noAuthNoPriv, user-based security model (RFC 3412, 6).
        self._security = ber.element(
            ber.OCTET_STRING,
            ber.element(
                ber.SEQUENCE,
                ber.element(ber.OCTET_STRING),
                ber.integer(0),
                ber.integer(0),
                *[ber.element(ber.OCTET_STRING)] * 3,
            ),
        )
        self._scoped = ber.element(
            ber.SEQUENCE,
            ber.element(ber.OCTET_STRING),
            ber.element(ber.OCTET_STRING),
            ber.element(_GET_REQUEST, *[ber.integer(0)] * 3, ber.element(ber.SEQUENCE)),
        )

    def request(self, number: int) -> bytes:
        header = ber.element(
            ber.SEQUENCE,
            ber.integer(_NUMBER_BASE + number),
            ber.integer(65507),
            ber.element(ber.OCTET_STRING, b"\x04"),
            ber.integer(3),
        )
        return ber.element(ber.SEQUENCE, ber.integer(3), header, self._security, self._scoped)

    def answered(self, datagram: bytes) -> int | None:
        try:
            position, _ = ber.enter(datagram, 0, ber.SEQUENCE)
            version, position = ber.read_integer(datagram, position)
            header, position = ber.enter(datagram, position, ber.SEQUENCE)
            number, _ = ber.read_integer(datagram, header)
            security, _ = ber.enter(datagram, position, ber.OCTET_STRING)
            parameters, _ = ber.enter(datagram, security, ber.SEQUENCE)
            begin, end = ber.enter(datagram, parameters, ber.OCTET_STRING)
        except ber.BerError:
            return None
        # snmpEngineID has 5 to 32 octets (RFC 3411, 5); agents with shorter ones exist, an empty one is an echo.
        return number - _NUMBER_BASE if version == 3 and begin < end else None
