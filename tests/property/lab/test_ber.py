"""The BER codec: what is written is read back, sub-identifiers sort as OIDs do, and no octets crash it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lab import ber

ARC = st.one_of(st.integers(0, 300), st.integers(0, 0xFFFF_FFFF))
ARCS = st.tuples(
    st.sampled_from([(0, 0), (1, 3), (1, 39), (2, 5), (2, 900)]), st.lists(ARC, max_size=30)
).map(lambda parts: [*parts[0], *parts[1]])
NUMBERS = {
    ber.INTEGER: st.integers(-(1 << 31), (1 << 31) - 1),
    ber.COUNTER32: st.integers(0, (1 << 32) - 1),
    ber.GAUGE32: st.integers(0, (1 << 32) - 1),
    ber.TIME_TICKS: st.integers(0, (1 << 32) - 1),
    ber.COUNTER64: st.integers(0, (1 << 64) - 1),
}
VALUES = st.one_of(
    *(st.tuples(st.just(tag), numbers) for tag, numbers in NUMBERS.items()),
    st.tuples(st.sampled_from([ber.OCTET_STRING, ber.OPAQUE]), st.binary(max_size=700)),
    st.tuples(st.just(ber.IP_ADDRESS), st.binary(min_size=4, max_size=4)),
    st.tuples(st.just(ber.OID), ARCS.map(ber.oid_of_arcs)),
    st.tuples(st.sampled_from([ber.NULL, ber.NO_SUCH_OBJECT, ber.END_OF_MIB_VIEW]), st.none()),
)


def encoded(tag, value):
    return ber.integer(value, tag) if isinstance(value, int) else ber.tlv(tag, value or b"")


@given(VALUES)
@example((ber.INTEGER, -128))
@example((ber.INTEGER, 128))
@example((ber.OCTET_STRING, b"x" * 127))
@example((ber.OCTET_STRING, b"x" * 128))
@example((ber.OCTET_STRING, b"x" * 256))
def test_values_come_back(tagged):
    tag, value = tagged
    element = encoded(tag, value)
    found, start, stop = ber.read(element + b"more", 0, len(element))
    assert (found, stop) == (tag, len(element))
    assert ber.decode(found, element[start:stop]) == value


@given(VALUES.filter(lambda tagged: isinstance(tagged[1], int)))
def test_numbers_take_as_few_octets_as_they_can(tagged):
    content = encoded(*tagged)[2:]
    assert len(content) == 1 or (content[0], content[1] >> 7) not in ((0x00, 0), (0xFF, 1))


@given(ARCS)
def test_oids_come_back(arcs):
    text = ".".join(map(str, arcs))
    assert ber.subidentifiers(ber.oid(text)) == (arcs[0] * 40 + arcs[1], *arcs[2:])
    assert ber.oid("." + text) == ber.oid(text)


@given(ARCS, ARCS)
def test_subidentifiers_sort_as_oids_do(one, other):
    one, other = [1, 3, *one[2:]], [1, 3, *other[2:]]
    encoded = [ber.subidentifiers(ber.oid_of_arcs(arcs)) for arcs in (one, other)]
    assert (encoded[0] < encoded[1]) == (one < other)


@given(st.binary(max_size=60))
def test_no_octets_crash_it(data):
    for attempt in (
        lambda: ber.read(data, 0, len(data)),
        lambda: ber.read_integer(data, 0, len(data)),
        lambda: ber.subidentifiers(data),
        lambda: ber.decode(data[0] if data else 0, data[1:]),
    ):
        try:
            attempt()
        except ber.BerError as error:
            assert str(error)


@pytest.mark.parametrize("text", ["", "1", "3.1", "1.40", "1.3.x", "1..3", "1.3.4294967296", "1.3.-1"])
def test_what_is_no_oid_is_refused(text):
    with pytest.raises(ber.BerError):
        ber.oid(text)
