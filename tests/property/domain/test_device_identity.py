"""What the identity policy promises, whatever is observed and in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.device_commands import RemoveDevice, SeparateDevice, SplitDevice
from domain.device_facts import DeviceFacts
from domain.device_identity import Known, Merge, Moved, New, Same, resolve
from domain.identity_keys import identity_keys
from domain.observation import Interface
from tests.property.domain.discovery_world import Records, Seen, serials, settled

few = settings(max_examples=150, deadline=None)


def _keys(device: int, *, clone_of: int | None = None) -> dict[str, tuple[str, ...]]:
    """All that a true device could tell of itself, by kind; a clone has another's engine id."""
    engine = device if clone_of is None else clone_of
    return {
        "serial": (f"serial:acme:unit{device}",),
        "engine": (f"engine:80001f8880{engine:04x}aabb",),
        "chassis": (f"chassis:00:1b:21:ff:00:{device:02x}",),
        "mac": tuple(f"mac:00:1b:21:{device:02x}:00:{port:02x}" for port in range(6)),
    }


@st.composite
def _observation(draw: st.DrawFn, device: int, *, whole: bool = False) -> Seen:
    """One visit at one of the device's addresses, in which its agent told some or nothing of what it could.
    An interface table that broke off is shorter at its end."""
    known = _keys(device)
    kinds = draw(st.sets(st.sampled_from(sorted(known)))) if not whole else set(known)
    ports = draw(st.integers(1, 6)) if not whole else 6
    told = [key for kind in sorted(kinds) for key in (known[kind][:ports] if kind == "mac" else known[kind])]
    return Seen(f"192.0.2.{device * 10 + draw(st.integers(0, 2))}", tuple(told))


@st.composite
def _histories(draw: st.DrawFn) -> list[Seen]:
    return draw(st.lists(st.integers(0, 2).flatmap(_observation), min_size=1, max_size=12))


@few
@given(history=_histories(), data=st.data())
def test_the_order_of_visits_does_not_change_which_devices_there_are(
    history: list[Seen], data: st.DataObject
) -> None:
    one, other = Records(), Records()
    for seen in history:
        one.observe(seen)
    for seen in data.draw(st.permutations(history)):
        other.observe(seen)
    assert _partition(settled(one, history)) == _partition(settled(other, history))
    assert len(one.active()) == len(other.active())


def _partition(ids: list[str]) -> set[frozenset[int]]:
    return {frozenset(at for at, each in enumerate(ids) if each == device) for device in set(ids)}


@few
@given(history=_histories())
def test_seeing_the_same_again_changes_nothing(history: list[Seen]) -> None:
    records = Records()
    for seen in history:
        records.observe(seen)
        before = dict(records.devices)
        records.observe(seen)
        assert isinstance(records.decisions[-1], Same)
        assert records.devices == before


@few
@given(
    visits=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=14),
)
def test_clones_stay_apart_wherever_they_answer(visits: list[tuple[int, int]]) -> None:
    """Four units restored from one backup: one engine id, and addresses that wander between them."""
    records = Records()
    for device, host in visits:
        keys = _keys(device, clone_of=0)
        found = records.observe(Seen(f"192.0.2.{host}", (*keys["serial"], *keys["engine"], *keys["mac"])))
        assert serials(records.devices[found].identities) == set(keys["serial"])
    assert len(records.active()) == len({device for device, _ in visits})
    holders = [address for device in records.active().values() for address in device.addresses]
    assert len(holders) == len(set(holders))


_POOL = st.sampled_from([key for device in range(3) for kind in _keys(device).values() for key in kind[:2]])
_ADDRESS = st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.3"])


class AnythingGoes(RuleBasedStateMachine):
    """Contradictory evidence, engineers who split and remove: no merge of what a serial or an engineer set apart."""

    def __init__(self) -> None:
        super().__init__()
        self.records = Records()

    @rule(
        address=_ADDRESS, identities=st.lists(_POOL, max_size=5, unique=True), site=st.sampled_from(["", "b"])
    )
    def observe(self, address: str, identities: list[str], site: str) -> None:
        numbers = serials(identities)
        one_serial = [key for key in identities if key not in numbers or key == min(numbers)]
        seen = Seen(address, tuple(one_serial), site)
        before = self.records.candidates(seen)
        found = self.records.observe(seen)
        decision = self.records.decisions[-1]
        assert decision.evidence
        assert all(text.strip() for text in decision.evidence.values())
        if isinstance(decision, Merge):
            merged = [known for known in before if known.id in (decision.survivor_id, *decision.other_ids)]
            assert len(merged) == 1 + len(decision.other_ids) > 1
            for known in merged:
                assert known.site == site
                assert not {other.id for other in merged} & set(known.apart)
                assert not _conflict(known.identities, one_serial)
                assert not any(_conflict(known.identities, other.identities) for other in merged)
            assert not set(decision.losers) & {known.id for known in merged}
        if isinstance(decision, Moved):
            assert decision.losers and decision.device_id not in decision.losers
        assert self.records.devices[found].site == site
        assert address in self.records.devices[found].addresses
        settled_at = self.records.observe(seen)
        assert settled_at == found
        assert isinstance(self.records.decisions[-1], Same)

    @rule(pick=st.integers(0, 9))
    def split(self, pick: int) -> None:
        merged = [key for key, device in self.records.devices.items() if device.state == "merged"]
        if merged:
            other = merged[pick % len(merged)]
            into = self.records.devices[other].merged_into
            if self.records.devices[into].state == "active":
                self.records.do(into, SplitDevice(other_id=other))
                self.records.do(other, SeparateDevice(from_id=into))

    @rule(pick=st.integers(0, 9))
    def remove(self, pick: int) -> None:
        active = sorted(self.records.active())
        if active:
            self.records.do(active[pick % len(active)], RemoveDevice())

    @invariant()
    def identities_stay_within_bounds(self) -> None:
        assert all(len(device.identities) <= 64 for device in self.records.devices.values())


def _conflict(one: tuple[str, ...], other: tuple[str, ...] | list[str]) -> bool:
    mine, theirs = serials(one), serials(other)
    return bool(mine and theirs) and mine.isdisjoint(theirs)


TestAnythingGoes = AnythingGoes.TestCase
TestAnythingGoes.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@few
@given(
    facts=st.builds(
        DeviceFacts,
        vendor=st.text(max_size=8),
        serial=st.text(max_size=40),
        engine_id=st.text("0123456789abcdefx", max_size=70),
        chassis_id=st.text(max_size=40),
        mac=st.text("0123456789abcdef:", max_size=17),
    ),
    macs=st.lists(st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":")), max_size=40),
)
def test_keys_are_few_short_and_stable(facts: DeviceFacts, macs: list[str]) -> None:
    interfaces = [Interface(if_index=at, mac=mac) for at, mac in enumerate(macs, 1)]
    keys = identity_keys(facts, interfaces)
    assert keys == identity_keys(facts, reversed(interfaces))
    assert len(keys) == len(set(keys)) <= 19
    assert all(len(key) < 300 and key.isprintable() for key in keys)
    assert isinstance(resolve("", "192.0.2.1", keys, []), New)
    known = Known("a", "", ("192.0.2.1",), keys, True)
    assert isinstance(resolve("", "192.0.2.1", keys, [known]), Same)
