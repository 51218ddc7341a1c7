"""Targets: what operators write becomes exactly the addresses they meant, and nonsense is refused by name."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.targets import MAX_ADDRESSES, TargetError, Targets, parse_targets

# A small corner of the address space, so that entries overlap, touch and repeat often.
v4 = st.integers(int(IPv4Address("10.0.0.0")), int(IPv4Address("10.0.3.255"))).map(
    lambda n: str(IPv4Address(n))
)
v6 = st.integers(0, 1023).map(lambda n: str(IPv6Address(int(IPv6Address("2001:db8::")) + n)))
network4 = st.tuples(v4, st.integers(22, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}")
network6 = st.tuples(v6, st.integers(119, 128)).map(lambda pair: f"{pair[0]}/{pair[1]}")


@st.composite
def ranges(draw: st.DrawFn) -> str:
    first, last = sorted((ip_address(draw(v4)), ip_address(draw(v4))))
    if str(first).rpartition(".")[0] == str(last).rpartition(".")[0] and draw(st.booleans()):
        return f"{first}-{str(last).rpartition('.')[2]}"
    return f"{first} - {last}"


entries = st.one_of(v4, v6, network4, network6, ranges())


def meant(entry: str, *, hosts_only: bool) -> set[int]:
    """The addresses of one entry, by brute force and other means than the code under test."""
    if "/" in entry:
        base, _, length = entry.partition("/")
        address = ip_address(base)
        size = 2 ** (address.max_prefixlen - int(length))
        first = int(address) - int(address) % size
        found = set(range(first, first + size))
        if hosts_only and address.version == 4 and size >= 4:
            found -= {first, first + size - 1}
        return found
    first_text, dash, last_text = entry.partition("-")
    if not dash:
        return {int(ip_address(entry))}
    first_text, last_text = first_text.strip(), last_text.strip()
    if "." not in last_text:
        last_text = ".".join([*first_text.split(".")[:3], last_text])
    return set(range(int(ip_address(first_text)), int(ip_address(last_text)) + 1))


@given(st.lists(entries, min_size=1, max_size=8), st.lists(entries, max_size=4))
def test_the_plan_is_what_was_meant_less_what_was_excluded(targets: list[str], exclude: list[str]) -> None:
    wanted: set[int] = set().union(*(meant(entry, hosts_only=True) for entry in targets))
    wanted -= set().union(*(meant(entry, hosts_only=False) for entry in exclude))
    if not wanted:
        with pytest.raises(TargetError, match="leave no address"):
            parse_targets(targets, exclude)
        return
    plan = parse_targets(targets, exclude)
    addresses = list(plan.addresses())
    assert plan.count == len(addresses) == len(set(addresses))
    assert {int(ip_address(text)) for text in addresses} == wanted


@given(st.lists(entries, min_size=1, max_size=6), st.integers(0, 3000))
def test_a_scan_resumes_where_it_stopped(targets: list[str], skip: int) -> None:
    plan = parse_targets(targets)
    assert list(plan.addresses(skip=skip)) == list(plan.addresses())[skip:]


@given(st.permutations(["10.0.0.0/23", "10.0.1.0/24", "10.0.0.7", "2001:db8::/120", "10.0.2.5-9"]))
def test_the_order_of_the_targets_does_not_matter(targets: list[str]) -> None:
    assert parse_targets(targets) == parse_targets(sorted(targets))


@given(st.lists(st.text(max_size=40) | entries, max_size=4), st.lists(st.text(max_size=40), max_size=3))
@example(["10.0.0.5-"], [])
@example(["10.0.0.5-٩"], [])
@example(["1" * 5000], [])
@example(["10.0.0.0/" + "9" * 5000], [])
@example(["::/0"], ["::/0"])
@example(["0.0.0.0/0"], [])
@example(["a-b", "sw1.example.net"], ["a-b"])
def test_nothing_but_a_target_error_is_ever_raised(targets: list[str], exclude: list[str]) -> None:
    try:
        plan = parse_targets(targets, exclude)
    except TargetError as error:
        assert error.field.startswith(("targets", "exclude"))
        assert error.details["field"] == error.field
        return
    assert 0 <= plan.count <= MAX_ADDRESSES


@pytest.mark.parametrize("prefix", range(12, 31))
def test_network_and_broadcast_are_left_out(prefix: int) -> None:
    plan = parse_targets([f"10.16.0.0/{prefix}"])
    assert plan.count == 2 ** (32 - prefix) - 2
    assert next(plan.addresses()) == "10.16.0.1"
    assert list(plan.addresses(skip=plan.count - 1)) == [str(IPv4Network(f"10.16.0.0/{prefix}")[-2])]


@pytest.mark.parametrize(
    ("target", "addresses"),
    [
        ("10.0.0.4/31", ["10.0.0.4", "10.0.0.5"]),
        ("10.0.0.4/32", ["10.0.0.4"]),
        ("10.0.0.5/30", ["10.0.0.5", "10.0.0.6"]),
        ("10.0.0.0", ["10.0.0.0"]),
        ("10.0.1.8-9", ["10.0.1.8", "10.0.1.9"]),
        ("2001:db8::a-2001:db8::b", ["2001:db8::a", "2001:db8::b"]),
        ("2001:db8::8/127", ["2001:db8::8", "2001:db8::9"]),
        (" 10.0.0.9 ", ["10.0.0.9"]),
    ],
)
def test_the_forms_of_a_target(target: str, addresses: list[str]) -> None:
    assert list(parse_targets([target]).addresses()) == addresses


@pytest.mark.parametrize(
    ("targets", "exclude", "field", "message"),
    [
        ([], [], "targets", "no targets"),
        (["10.0.0.1", " "], [], "targets[1]", "empty"),
        (["10.0.0.300"], [], "targets[0]", "neither an address nor a host name"),
        (["10.0.0.0/33"], [], "targets[0]", "not a network"),
        (["10.0.0.9-10.0.0.5"], [], "targets[0]", "write 10.0.0.5-10.0.0.9"),
        (["10.0.0.9-2001:db8::1"], [], "targets[0]", "same IP version"),
        (["10.0.0.9-300"], [], "targets[0]", "does not end a range"),
        (["-10.0.0.9"], [], "targets[0]", "neither"),
        (["224.0.0.1"], [], "targets[0]", "multicast"),
        (["10.0.0.1", "223.255.255.255-224.0.0.3"], [], "targets[1]", "multicast"),
        (["0.0.0.0"], [], "targets[0]", "unspecified"),
        (["255.255.255.255"], [], "targets[0]", "broadcast"),
        (["::"], [], "targets[0]", "unspecified"),
        (["ff02::1"], [], "targets[0]", "multicast"),
        (["::ffff:10.0.0.1"], [], "targets[0]", "IPv4"),
        (["fe80::1%eth0"], [], "targets[0]", "zone"),
        (["bücher.example"], [], "targets[0]", "xn--"),
        (["10.0.0.1"], ["nonsense/1"], "exclude[0]", "not a network"),
        (["10.0.0.1"], ["10.0.0.0/8"], "exclude", "leave no address"),
        (["10.0.0.0/24", "10.1.0.0/16", "11.0.0.0/8"], [], "targets[2]", "at most 1,048,576"),
        (["2001:db8::/64"], [], "targets[0]", "18,446,744,073,709,551,616"),
    ],
)
def test_a_refusal_names_the_field_and_the_fix(
    targets: list[str], exclude: list[str], field: str, message: str
) -> None:
    with pytest.raises(TargetError) as refusal:
        parse_targets(targets, exclude)
    assert refusal.value.field == field
    assert message in refusal.value.message


def test_a_twelve_is_the_largest_and_exclusions_make_room() -> None:
    assert parse_targets(["10.16.0.0/12"]).count == MAX_ADDRESSES - 2
    tops = ["10.128.0.0/9", "10.0.0.0/10", "10.64.0.0/11", "10.96.0.0/12"]
    assert parse_targets(["10.0.0.0/8"], tops).count == MAX_ADDRESSES
    with pytest.raises(TargetError, match=r"at most 3;"):
        parse_targets(["10.0.0.1-4"], cap=3)


def test_names_wait_to_be_resolved() -> None:
    plan = parse_targets(
        ["Core-1.example.net.", "core-1.example.net", "edge", "10.0.0.1"], ["10.0.0.9", "spare"]
    )
    assert plan.names == ("core-1.example.net", "edge")
    assert plan.excluded_names == ("spare",)
    assert plan.count == 1
    resolved = plan.with_resolved(
        {
            "core-1.example.net": ["10.0.0.9", "10.0.0.8", "2001:db8::1"],
            "edge": ["0.0.0.0", "10.0.0.1"],
            "spare": ["10.0.0.8"],
        }
    )
    assert list(resolved.addresses()) == ["10.0.0.1", "2001:db8::1"]
    assert resolved.names == ()


def test_unresolved_names_add_nothing_and_the_cap_holds_after_resolution() -> None:
    assert list(parse_targets(["ghost"]).with_resolved({}).addresses()) == []
    plan: Targets = parse_targets(["10.0.0.1-3", "many"], cap=4)
    assert plan.with_resolved({"many": ["10.0.0.4"]}).count == 4
    with pytest.raises(TargetError, match="resolved names"):
        plan.with_resolved({"many": ["10.0.0.4", "10.0.0.5"]})
