"""Traps out of datagrams: what net-snmp's peer codec writes is read, and whatever else comes raises BerError alone."""

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto import api  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto.rfc1902 import (  # type: ignore[import-untyped] # has no stubs
    Counter64,
    Integer32,
    ObjectIdentifier,
    OctetString,
    TimeTicks,
)

from adapters.snmp.ber import BerError
from adapters.snmp.trap_message import SYS_UP_TIME, TRAP_OID, read_trap, version_of
from domain.traps import fields, severity, text

arcs = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=12)
oids = arcs.map(lambda rest: "1.3.6.1." + ".".join(map(str, rest)))
values = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda value: (Integer32(value), value)),
    st.integers(0, 2**64 - 1).map(lambda value: (Counter64(value), value)),
    st.binary(max_size=300).map(lambda value: (OctetString(value), value)),
    oids.map(lambda value: (ObjectIdentifier(value), value)),
)
variables = st.dictionaries(oids, values, max_size=8)


def message(trap_oid: str, uptime: int, given_values: dict[str, tuple[Any, Any]], *, inform: bool) -> bytes:
    module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    pdu = module.InformRequestPDU() if inform else module.SNMPv2TrapPDU()
    module.apiPDU.set_defaults(pdu)
    pairs = [(SYS_UP_TIME, TimeTicks(uptime)), (TRAP_OID, ObjectIdentifier(trap_oid))]
    pairs += [(oid, encoded) for oid, (encoded, _) in given_values.items()]
    module.apiPDU.set_varbinds(pdu, pairs)
    made = module.Message()
    module.apiMessage.set_defaults(made)
    module.apiMessage.set_community(made, "public")
    module.apiMessage.set_pdu(made, pdu)
    return bytes(encoder.encode(made))


@given(oids, st.integers(0, 2**32 - 1), variables, st.booleans())
def test_what_a_peer_writes_is_read(
    trap_oid: str, uptime: int, given_values: dict[str, tuple[Any, Any]], inform: bool
) -> None:
    given_values.pop(SYS_UP_TIME, None)
    given_values.pop(TRAP_OID, None)
    datagram = message(trap_oid, uptime, given_values, inform=inform)
    assert version_of(datagram) == 1
    trap, answer = read_trap(datagram)
    assert (trap.oid, trap.uptime_s, trap.inform) == (trap_oid, uptime / 100, inform)
    assert trap.values == {oid: plain for oid, (_, plain) in given_values.items()}
    assert (answer is not None) == inform
    assert text(trap).isprintable()
    assert 0 <= severity(trap.oid) <= 7
    assert set(fields(trap)) == set(trap.values)


@given(st.binary(max_size=400))
def test_any_octets_are_refused_or_read(datagram: bytes) -> None:
    with contextlib.suppress(BerError):
        version_of(datagram)
    with contextlib.suppress(BerError):
        text(read_trap(datagram)[0])


@given(st.data())
def test_a_spoilt_trap_is_refused_or_read(data: st.DataObject) -> None:
    datagram = bytearray(
        message("1.3.6.1.6.3.1.1.5.3", 100, {"1.3.6.1.2.1.2.2.1.1.3": (Integer32(3), 3)}, inform=True)
    )
    for _ in range(data.draw(st.integers(1, 6))):
        datagram[data.draw(st.integers(0, len(datagram) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BerError):
        text(read_trap(bytes(datagram[: data.draw(st.integers(0, len(datagram)))]))[0])
