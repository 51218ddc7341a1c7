"""A view of shared and own objects against the plain sorted list that it stands for."""

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from lab import ber
from lab.snmp_tree import Tree, View, varbind

OIDS = st.lists(st.sampled_from([0, 1, 2, 127, 128, 20_000]), max_size=3).map(
    lambda arcs: ber.suffix((43, *arcs))
)


def objects(oids, text):
    return {oid: varbind(oid, ber.tlv(ber.OCTET_STRING, text)) for oid in oids}


@given(st.sets(OIDS), st.sets(OIDS), OIDS, st.integers(0, 12))
def test_own_objects_lie_over_shared_ones(shared, own, asked, count):
    view = View(Tree(objects(shared, b"shared")), objects(own, b"own"))
    expected = {**objects(shared, b"shared"), **objects(own, b"own")}
    order = sorted(expected, key=ber.subidentifiers)
    first = bisect_right(order, ber.subidentifiers(asked), key=ber.subidentifiers)
    assert view.following(asked, count) == [expected[oid] for oid in order[first : first + count]]
    assert view.get(asked) == expected.get(asked)


@given(st.sets(OIDS), st.lists(OIDS, max_size=6))
def test_what_is_put_is_seen_and_the_shared_tree_is_not_touched(shared, put):
    tree = Tree(objects(shared, b"shared"))
    view, other = View(tree, {}), View(tree, {})
    for oid in put:
        view.put(oid, varbind(oid, ber.tlv(ber.OCTET_STRING, b"put")))
    expected = {**objects(shared, b"shared"), **objects(put, b"put")}
    everything = [expected[oid] for oid in sorted(expected, key=ber.subidentifiers)]
    assert view.following(b"", 1_000) == everything
    assert other.following(b"", 1_000) == list(tree.variables)
