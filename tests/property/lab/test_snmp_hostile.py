"""No datagram crashes an agent: noise, and real questions with octets changed, cut or added."""

from hypothesis import given
from hypothesis import strategies as st

from domain.access import SnmpV3Access
from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_live import Device
from lab.snmp_message import handle
from lab.snmp_tree import View, encoded_tree
from lab.snmp_usm_keys import User

ENGINE = bytes.fromhex("80001f880473")
OBJECTS = {"1.3.6.1.2.1.1.1.0": b"box", "1.3.6.1.2.1.1.5.0": b"name", "1.3.6.1.4.1.9.2.1.0": b"x" * 300}


def agent():
    user = User(SnmpV3Access(id="u", username="u"), may_write=True)
    tree = encoded_tree((ber.oid(oid), ber.tlv(ber.OCTET_STRING, text)) for oid, text in OBJECTS.items())
    return Agent(
        "a",
        lambda: View(tree, {}),
        device=Device(engine_id=ENGINE),
        v1=(b"c",),
        v2c=(b"c",),
        write=(b"w",),
        users=(user,),
        max_size=500,
    )


def sequence(*parts, tag=ber.SEQUENCE):
    return ber.tlv(tag, b"".join(parts))


def text(value):
    return ber.tlv(ber.OCTET_STRING, value)


def question(tag, first, second, oids, value=b"\x05\x00"):
    varbinds = sequence(*(sequence(ber.tlv(ber.OID, oid), value) for oid in oids))
    return sequence(ber.integer(77), ber.integer(first), ber.integer(second), varbinds, tag=tag)


def community_message(version, community, pdu):
    return sequence(ber.integer(version), text(community), pdu)


def v3_message(engine, user, pdu):
    security = sequence(text(engine), ber.integer(1), ber.integer(0), text(user), text(b""), text(b""))
    header = sequence(ber.integer(9), ber.integer(1_400), text(b"\x04"), ber.integer(3))
    return sequence(ber.integer(3), header, text(security), sequence(text(engine), text(b""), pdu))


PDUS = st.builds(
    question,
    st.sampled_from([0xA0, 0xA1, 0xA3, 0xA5, 0xA2, 0xA7]),
    st.integers(-2, 5),
    st.integers(-2, 100_000),
    st.lists(st.sampled_from([*map(ber.oid, OBJECTS), b"", b"\x2b", b"\x2b\x80"]), max_size=4),
    st.sampled_from([b"\x05\x00", text(b"new"), text(b"n" * 256), ber.integer(3)]),
)
MESSAGES = st.one_of(
    st.builds(community_message, st.sampled_from([0, 1, 2]), st.sampled_from([b"c", b"w", b"x"]), PDUS),
    st.builds(v3_message, st.sampled_from([b"", ENGINE]), st.sampled_from([b"u", b"v"]), PDUS),
)


def check(answer):
    if answer is not None:
        assert ber.read(answer, 0, len(answer))[2] == len(answer)


@given(st.binary(max_size=120))
def test_noise(data):
    assert handle(agent(), data, 1.0) is None


@given(MESSAGES)
def test_odd_questions(data):
    answer = handle(agent(), data, 1.0)
    check(answer)
    assert answer is None or len(answer) <= max(500, len(data))


@given(MESSAGES, st.data())
def test_spoilt_questions(data, draw):
    at = draw.draw(st.integers(0, len(data)))
    junk = draw.draw(st.binary(max_size=4))
    spoilt = draw.draw(
        st.sampled_from([data[:at], data[:at] + junk + data[at + len(junk) :], data[:at] + junk + data[at:]])
    )
    check(handle(agent(), spoilt, 1.0))
