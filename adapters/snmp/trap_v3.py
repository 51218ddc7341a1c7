"""Traps and informs of SNMPv3, whose messages pysnmp opens (RFC 3412, RFC 3414)."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp, udp6  # type: ignore[import-untyped]  # has no stubs
from pysnmp.carrier.base import AbstractTransportDispatcher  # type: ignore[import-untyped]  # has no stubs
from pysnmp.entity import config, engine  # type: ignore[import-untyped]  # has no stubs
from pysnmp.entity.rfc3413 import ntfrcv  # type: ignore[import-untyped]  # has no stubs
from pysnmp.proto.rfc1902 import (  # type: ignore[import-untyped]  # has no stubs
    IpAddress,
    ObjectIdentifier,
    OctetString,
)

from adapters.snmp.ber import OCTET_STRING, SEQUENCE, BerError, enter, read_integer
from adapters.snmp.trap_message import SYS_UP_TIME, TRAP_OID
from domain.access import SnmpV3Access
from domain.event import one_line
from domain.observation import OidValue
from domain.traps import Trap

Address = tuple[Any, ...]
_MOST_ENGINES = 20_000
_AUTH_FLAG = 0x01
"""Of msgFlags (RFC 3412, 6.4)."""
_LEARNED_PER_S = 10.0
_LEARNED_AT_ONCE = 100.0
_AUTH = {
    None: config.USM_AUTH_NONE,
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIVACY = {
    None: config.USM_PRIV_NONE,
    "DES": config.USM_PRIV_CBC56_DES,
    "AES128": config.USM_PRIV_CFB128_AES,
    "AES192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}


class _Sender(AbstractTransportDispatcher):  # type: ignore[misc]  # has no stubs
    """Where pysnmp sends its answers: the socket that the question came to."""

    def __init__(self, send: Callable[[bytes, Address], None]) -> None:
        super().__init__()
        self._send = send

    def send_message(self, outgoing_message: bytes, transport_domain: Any, transport_address: Any) -> None:
        self._send(bytes(outgoing_message), tuple(transport_address))


class V3Traps:
    """Opens messages of the users given. `heard` gets each trap with the address it came from; informs are answered."""

    def __init__(
        self,
        users: Sequence[SnmpV3Access],
        send: Callable[[bytes, Address], None],
        heard: Callable[[Trap, Address], None],
    ) -> None:
        self._heard = heard
        self._users = {user.username: user for user in users}
        self._masters = {user.username: _masters(user) for user in users}
        self._engines: set[tuple[str, bytes]] = set()
        self._may_learn = _LEARNED_AT_ONCE
        self._learn_s = time.monotonic()
        self._from: Address = ()
        self._opened = False
        self._engine = engine.SnmpEngine()
        self._sender = _Sender(send)
        self._engine.register_transport_dispatcher(self._sender)
        for user in self._users.values():
            self._add(user, None)
        ntfrcv.NotificationReceiver(self._engine, self._received)

    def close(self) -> None:
        self._engine.unregister_transport_dispatcher()

    def feed(self, datagram: bytes, address: Address) -> str:
        """Why it was dropped, or nothing. Raises BerError for what is no message of version 3."""
        engine_id, name, authenticated = _whose(datagram)
        if not name:  # somebody asks for our engine ID (RFC 3414, 4)
            self._open(datagram, address)
            return ""
        user = self._users.get(name)
        if user is None:
            return f"no credential has the SNMPv3 user {one_line(name, 32)}"
        if engine_id and user.auth_protocol and not authenticated:
            # To USM that is right (RFC 3414, 3.2): who may speak so is left to who receives it.
            return f"the SNMPv3 user {one_line(name, 32)} did not prove who he is"
        fresh = bool(engine_id) and (name, engine_id) not in self._engines
        if fresh and not self._learn(user, engine_id):
            return "too many new SNMPv3 engines at once"
        try:
            self._open(datagram, address)
        finally:
            if fresh and not self._opened:  # anybody may make up engines: none stays that proved no key
                self._forget(name, engine_id)
        if self._opened or not engine_id:
            return ""
        return f"the credential of the SNMPv3 user {one_line(name, 32)} does not open it"

    def _open(self, datagram: bytes, address: Address) -> None:
        self._from, self._opened = address, False
        six = len(address) == 4
        domain = udp6.DOMAIN_NAME if six else udp.DOMAIN_NAME
        place = (udp6.Udp6TransportAddress if six else udp.UdpTransportAddress)(address)
        self._engine.message_dispatcher.receive_message(self._engine, domain, place, datagram)

    def _learn(self, user: SnmpV3Access, engine_id: bytes) -> bool:
        """Traps are under the key that the sender's engine has of the user (RFC 3414, 2.6). Each takes some milliseconds."""
        now_s = time.monotonic()
        self._may_learn = min(self._may_learn + (now_s - self._learn_s) * _LEARNED_PER_S, _LEARNED_AT_ONCE)
        self._learn_s = now_s
        if len(self._engines) >= _MOST_ENGINES or self._may_learn < 1.0:
            return False
        self._may_learn -= 1.0
        self._engines.add((user.username, engine_id))
        if engine_id != self._own_id():
            self._add(user, OctetString(engine_id))
        return True

    def _forget(self, name: str, engine_id: bytes) -> None:
        self._engines.discard((name, engine_id))
        if engine_id != self._own_id():
            config.delete_v3_user(self._engine, name, OctetString(engine_id))

    def _own_id(self) -> bytes:
        return bytes(self._engine.snmpEngineID)

    def _add(self, user: SnmpV3Access, engine_id: Any) -> None:
        auth_master, priv_master = self._masters[user.username]
        config.add_v3_user(
            self._engine,
            user.username,
            _AUTH[user.auth_protocol],
            auth_master,
            _PRIVACY[user.priv_protocol],
            priv_master,
            securityEngineId=engine_id,
            authKeyType=config.USM_KEY_TYPE_MASTER,
            privKeyType=config.USM_KEY_TYPE_MASTER,
        )

    def _received(
        self, _engine: Any, reference: Any, _context_engine: Any, _context: Any, pairs: Any, _more: Any
    ) -> None:
        self._opened = True
        values = {str(oid): _plain(value) for oid, value in pairs}
        uptime, trap_oid = values.pop(SYS_UP_TIME, None), values.pop(TRAP_OID, None)
        if isinstance(trap_oid, str):
            trap = Trap(
                oid=trap_oid, uptime_s=uptime / 100 if isinstance(uptime, int) else None, values=values
            )
            self._heard(trap, self._from)


def _masters(user: SnmpV3Access) -> tuple[Any, Any]:
    """A user's keys before they are made an engine's: a megabyte is hashed for each (RFC 3414, A.2), so once and for all."""
    auth, privacy = _AUTH[user.auth_protocol], _PRIVACY[user.priv_protocol]
    return (
        config.AUTH_SERVICES[auth].hash_passphrase(OctetString(user.auth_password)),
        config.PRIV_SERVICES[privacy].hash_passphrase(auth, OctetString(user.priv_password)),
    )


def _whose(datagram: bytes) -> tuple[bytes, str, bool]:
    """Engine ID and user name of a message, and whether it says that it is authenticated (RFC 3412, 6; RFC 3414, 2.4)."""
    begin, _ = enter(datagram, 0, SEQUENCE)
    version, place = read_integer(datagram, begin)
    if version != 3:
        raise BerError(f"version {version} is not 3")
    header, place = enter(datagram, place, SEQUENCE)
    _, header = read_integer(datagram, header)
    _, header = read_integer(datagram, header)
    flags, flags_end = enter(datagram, header, OCTET_STRING)
    authenticated = flags < flags_end and bool(datagram[flags] & _AUTH_FLAG)
    parameters, _ = enter(datagram, place, OCTET_STRING)
    place, _ = enter(datagram, parameters, SEQUENCE)
    begin, end = enter(datagram, place, OCTET_STRING)
    _, place = read_integer(datagram, end)
    _, place = read_integer(datagram, place)
    name, behind = enter(datagram, place, OCTET_STRING)
    return datagram[begin:end], datagram[name:behind].decode("utf-8", "replace"), authenticated


def _plain(value: Any) -> OidValue:
    if isinstance(value, IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, ObjectIdentifier):
        return str(value)
    if isinstance(value, OctetString):
        return bytes(value)
    try:
        return int(value)
    except (TypeError, ValueError):
        return str(value)
