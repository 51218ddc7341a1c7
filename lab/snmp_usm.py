"""SNMP messages of version 3 under the User-based Security Model (RFC 3412, RFC 3414), as the authoritative engine sees them."""

import contextlib

from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_answer import respond
from lab.snmp_pdu import AUTHORIZATION_ERROR, REPORT, REQUESTS, RESPONSE, Pdu, read_pdu, write_pdu
from lab.snmp_tree import varbind
from lab.snmp_usm_keys import AUTH_NO_PRIV, AUTH_PRIV, NO_AUTH, LocalUser, PrivacyError

_USM = 3
_PRIV_NO_AUTH, _REPORTABLE = 2, 4
_TIME_WINDOW_S = 150
_MIN_MESSAGE_SIZE = 484
_FRAME = 96
"""Octets of headers at most, besides engine ID, user name, digest and salt."""

_STATS = {
    name: ber.oid(f"1.3.6.1.6.3.15.1.1.{column}.0")
    for column, name in enumerate(
        (
            "unsupportedSecLevels",
            "notInTimeWindows",
            "unknownUserNames",
            "unknownEngineIDs",
            "wrongDigests",
            "decryptionErrors",
        ),
        1,
    )
} | {"unknownContexts": ber.oid("1.3.6.1.6.3.12.1.5.0")}


class _Refused(Exception):
    """The message is answered by a report: which counter, and at which level it is sent."""

    def __init__(self, counter: str, level: int = NO_AUTH) -> None:
        self.counter = counter
        self.level = level


class _Message:
    """A version 3 message taken apart."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        """Reads from after msgVersion; BerError if it is malformed."""
        header, header_end = ber.expect(data, at, end, ber.SEQUENCE)
        self.id, at = ber.read_integer(data, header, header_end)
        self.max_size, at = ber.read_integer(data, at, header_end)
        flags, flags_end = ber.expect(data, at, header_end, ber.OCTET_STRING)
        model, _ = ber.read_integer(data, flags_end, header_end)
        if flags_end - flags != 1 or model != _USM or self.max_size < _MIN_MESSAGE_SIZE:
            raise ber.BerError("not a message of the User-based Security Model")
        self.flags = data[flags]
        outer, outer_end = ber.expect(data, header_end, end, ber.OCTET_STRING)
        at, security_end = ber.expect(data, outer, outer_end, ber.SEQUENCE)
        start, at = ber.expect(data, at, security_end, ber.OCTET_STRING)
        self.engine_id = data[start:at]
        self.boots, at = ber.read_integer(data, at, security_end)
        self.time, at = ber.read_integer(data, at, security_end)
        if self.boots < 0 or self.time < 0:
            raise ber.BerError("a negative engine time")
        start, at = ber.expect(data, at, security_end, ber.OCTET_STRING)
        self.user = data[start:at]
        start, at = ber.expect(data, at, security_end, ber.OCTET_STRING)
        self.mac = data[start:at]
        self.unsigned = data[:start] + bytes(at - start) + data[at:end]
        start, stop = ber.expect(data, at, security_end, ber.OCTET_STRING)
        self.salt = data[start:stop]
        self.payload = data[outer_end:end]

    @property
    def level(self) -> int:
        return self.flags & AUTH_PRIV


class _Scoped:
    """A scoped PDU taken apart."""

    def __init__(self, data: bytes) -> None:
        at, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
        start, at = ber.expect(data, at, end, ber.OCTET_STRING)
        self.engine_id = data[start:at]
        start, at = ber.expect(data, at, end, ber.OCTET_STRING)
        self.context = data[start:at]
        self.pdu: Pdu = read_pdu(data, at, end)


def handle_v3(agent: Agent, data: bytes, at: int, end: int, now: float) -> bytes | None:
    """The answer to a version 3 message, read from after its version: a response, a report, or None for silence."""
    message = _Message(data, at, end)
    local: LocalUser | None = None
    try:
        local = _authenticated(agent, message, now)
        plain = message.payload
        if message.level == AUTH_PRIV:
            start, stop = ber.expect(plain, 0, len(plain), ber.OCTET_STRING)
            try:
                plain = local.decrypt(plain[start:stop], message.salt, message.boots, message.time)
                scoped = _Scoped(plain)
            except (PrivacyError, ber.BerError):
                raise _Refused("decryptionErrors") from None
        else:
            scoped = _Scoped(plain)
        if scoped.context:
            raise _Refused("unknownContexts", message.level)
    except _Refused as refused:
        agent.reports[refused.counter] = agent.reports.get(refused.counter, 0) + 1
        if not message.flags & _REPORTABLE:
            return None
        report = _report(agent, message, refused.counter)
        return _write(agent, message, report, refused.level, local or agent.local_user(message.user), now)
    if scoped.pdu.tag not in REQUESTS:
        return None
    return _write(
        agent, message, _response(agent, message, scoped.pdu, local, now), message.level, local, now
    )


def _authenticated(agent: Agent, message: _Message, now: float) -> LocalUser:
    """The checks of RFC 3414, 3.2, in its order."""
    if message.engine_id != agent.device.engine_id:
        raise _Refused("unknownEngineIDs")
    local = agent.local_user(message.user)
    if local is None:
        raise _Refused("unknownUserNames")
    # Privacy without authentication is not a level that a message may have.
    if message.level > local.user.level or message.level == _PRIV_NO_AUTH:
        raise _Refused("unsupportedSecLevels")
    if message.level != NO_AUTH:
        if local.mac(message.unsigned) != message.mac:
            raise _Refused("wrongDigests")
        own_time = agent.device.engine_time(now)
        if message.boots != agent.device.engine_boots or abs(message.time - own_time) > _TIME_WINDOW_S:
            raise _Refused("notInTimeWindows", AUTH_NO_PRIV)
    return local


def _report(agent: Agent, message: _Message, counter: str) -> bytes:
    request_id = ber.integer(0)
    if message.level != AUTH_PRIV:
        with contextlib.suppress(ber.BerError):
            request_id = _Scoped(message.payload).pdu.request_id
    value = ber.integer(agent.reports[counter] & 0xFFFF_FFFF, ber.COUNTER32)
    return write_pdu(REPORT, request_id, 0, 0, varbind(_STATS[counter], value))


def _response(agent: Agent, message: _Message, pdu: Pdu, local: LocalUser, now: float) -> bytes:
    if message.level < local.user.level:
        # The access control model refuses a user who comes with less than is set up (RFC 3415, 3.2).
        return write_pdu(RESPONSE, pdu.request_id, AUTHORIZATION_ERROR, 0, pdu.varbinds)
    spent = _FRAME + 2 * len(agent.device.engine_id) + len(message.user) + local.mac_size
    return respond(
        agent,
        pdu,
        now,
        v1=False,
        may_write=local.user.may_write,
        budget=min(agent.max_size, message.max_size) - spent,
    )


def _write(
    agent: Agent, message: _Message, pdu: bytes, level: int, local: LocalUser | None, now: float
) -> bytes:
    boots, engine_time = agent.device.engine_boots, agent.device.engine_time(now)
    engine_id = ber.tlv(ber.OCTET_STRING, agent.device.engine_id)
    payload = ber.tlv(ber.SEQUENCE, engine_id + ber.tlv(ber.OCTET_STRING, b"") + pdu)
    salt, mac_size = b"", 0
    if local is not None and level != NO_AUTH:
        mac_size = local.mac_size
        if level == AUTH_PRIV:
            ciphertext, salt = local.encrypt(payload, boots, engine_time)
            payload = ber.tlv(ber.OCTET_STRING, ciphertext)
    header = ber.tlv(
        ber.SEQUENCE,
        ber.integer(message.id)
        + ber.integer(agent.max_size)
        + ber.tlv(ber.OCTET_STRING, bytes((level,)))
        + ber.integer(_USM),
    )
    before_mac = (
        engine_id + ber.integer(boots) + ber.integer(engine_time) + ber.tlv(ber.OCTET_STRING, message.user)
    )
    after_mac = ber.tlv(ber.OCTET_STRING, salt)
    unsigned = _envelope(header, before_mac + ber.tlv(ber.OCTET_STRING, bytes(mac_size)) + after_mac, payload)
    if local is None or not mac_size:
        return unsigned
    mac = local.mac(unsigned)
    return _envelope(header, before_mac + ber.tlv(ber.OCTET_STRING, mac) + after_mac, payload)


def _envelope(header: bytes, security: bytes, payload: bytes) -> bytes:
    parameters = ber.tlv(ber.OCTET_STRING, ber.tlv(ber.SEQUENCE, security))
    return ber.tlv(ber.SEQUENCE, ber.integer(_USM) + header + parameters + payload)
