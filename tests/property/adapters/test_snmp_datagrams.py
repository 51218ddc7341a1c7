"""Datagrams from anywhere: answers of a real codec are recognised, and nothing else raises or passes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto import api  # type: ignore[import-untyped] # has no stubs
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message  # type: ignore[import-untyped] # has no stubs

from adapters.snmp.envelope import flaw
from adapters.snmp.probes import MAX_NUMBER, SYS_OBJECT_ID, CommunityProbe, EngineProbe

numbers = st.integers(0, MAX_NUMBER)
communities = st.binary(max_size=40)


def answer(request: bytes, values: list[bytes]) -> bytes:
    module = api.PROTOCOL_MODULES[api.decodeMessageVersion(request)]
    message, rest = decoder.decode(request, asn1Spec=module.Message())
    assert not rest
    pdu = module.apiMessage.get_pdu(message)
    assert [str(oid) for oid, _ in module.apiPDU.get_varbinds(pdu)] == [SYS_OBJECT_ID]
    reply = module.apiMessage.get_response(message)
    pairs = [(f"1.3.6.1.2.1.1.{n}.0", module.OctetString(value)) for n, value in enumerate(values)]
    module.apiPDU.set_varbinds(module.apiMessage.get_pdu(reply), pairs)
    return bytes(encoder.encode(reply))


@given(st.sampled_from([0, 1]), communities, numbers, st.lists(st.binary(max_size=300), max_size=5))
def test_an_answer_is_recognised_by_its_number(
    version: int, community: bytes, number: int, values: list[bytes]
) -> None:
    probe = CommunityProbe(version, community)
    reply = answer(probe.request(number), values)
    assert probe.answered(reply) == number
    assert flaw(reply) == ""
    assert probe.answered(probe.request(number)) is None
    assert CommunityProbe(1 - version, community).answered(reply) is None
    assert CommunityProbe(version, community + b"x").answered(reply) is None


@given(communities, numbers, st.lists(st.binary(max_size=300), max_size=5), st.data())
def test_a_part_of_an_answer_is_truncated(
    community: bytes, number: int, values: list[bytes], data: st.DataObject
) -> None:
    reply = answer(CommunityProbe(1, community).request(number), values)
    assert flaw(reply[: data.draw(st.integers(0, len(reply) - 1))]) == "truncated"
    assert flaw(reply + b"\x00") == "garbage"


@given(st.binary(max_size=200), communities, numbers)
def test_noise_is_never_an_answer_and_never_raises(noise: bytes, community: bytes, number: int) -> None:
    request = CommunityProbe(1, community).request(number)
    for datagram in (noise, b"\x30" + noise, request[:10] + noise, noise + request):
        assert flaw(datagram) in ("truncated", "garbage")
        assert CommunityProbe(1, community).answered(datagram) is None
        assert EngineProbe().answered(datagram) is None


@given(communities, numbers, st.lists(st.binary(max_size=30), min_size=1, max_size=4), st.data())
def test_one_altered_octet_never_raises(
    community: bytes, number: int, values: list[bytes], data: st.DataObject
) -> None:
    altered = bytearray(answer(CommunityProbe(1, community).request(number), values))
    altered[data.draw(st.integers(0, len(altered) - 1))] = data.draw(st.integers(0, 255))
    assert flaw(bytes(altered)) in ("", "truncated", "garbage")
    CommunityProbe(1, community).answered(bytes(altered))


@given(numbers)
def test_engine_discovery_is_a_message_of_snmp_version_3(number: int) -> None:
    request = EngineProbe().request(number)
    message, rest = decoder.decode(request, asn1Spec=SNMPv3Message())
    assert not rest
    assert int(message["msgVersion"]) == 3
    header = message["msgGlobalData"]
    assert int(header["msgID"]) & MAX_NUMBER == number
    assert bytes(header["msgFlags"]) == b"\x04"
    assert EngineProbe().answered(request) is None


@pytest.mark.parametrize(
    "datagram", [b"", b"\x30", b"\x30\x80", b"\x30\x85" + b"\xff" * 5, b"\x30\x84\xff\xff\xff\xff"]
)
def test_lengths_at_their_limits(datagram: bytes) -> None:
    assert flaw(datagram) in ("truncated", "garbage")
