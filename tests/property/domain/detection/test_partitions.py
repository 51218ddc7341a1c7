"""A partition of the stream, cut, saved and read again at any place, says the same and says it once."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.detection import packed as packing
from domain.detection.alarm_rules import AlarmRules, DetectionSettings
from domain.detection.finding import Finding
from domain.detection.partition_watch import PartitionWatch
from domain.telemetry import Poll, Published, Sample

RULES = AlarmRules(DetectionSettings(threshold=0.5, clear_samples=2, refractory_s=60))
values = st.one_of(st.none(), st.floats(), st.floats(90.0, 110.0), st.sampled_from([1e6, -1e6, math.nan]))
samples = st.lists(
    st.builds(
        Sample,
        st.sampled_from(["cpu_percent", "memory_percent", "if_in_bps", "uptime_s", "another"]),
        values,
        st.sampled_from(["", "ether1", "a\x00b", "x" * 300]),
    ),
    max_size=5,
).map(tuple)
polls = st.builds(
    Poll,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["resources", "interfaces"]),
    st.one_of(st.floats(1.7e9, 1.7e9 + 1e5), st.floats()),
    st.one_of(st.just(60.0), st.floats()),
    samples,
)


def settled() -> list[Poll]:
    """Enough that anything may follow."""
    return [
        Poll(device, group, 1.7e9 - 6_600 + 60 * number, 60.0, (Sample("cpu_percent", 100.0 + number % 7), Sample("if_in_bps", 100.0 + number % 5, "ether1")))  # type: ignore[arg-type]  # one of the groups
        for number in range(110)
        for device in ("a", "b")
        for group in ("resources", "interfaces")
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(polls, max_size=60), st.data())
def test_cut_anywhere_it_finds_the_same(wild: list[Poll], data: st.DataObject) -> None:
    stream = [Published(number, poll) for number, poll in enumerate(settled() + wild, 1)]
    whole = PartitionWatch(RULES)
    expected = whole.observe(stream)

    cut = data.draw(st.integers(0, len(stream)))
    before = PartitionWatch(RULES)
    found = before.observe(stream[:cut])
    saved = [(device, packing.encode(packed)) for device, packed in before.packed(list(before.devices))]
    after = PartitionWatch(RULES)
    after.load((device, packing.decode(data)) for device, data in saved)
    found += after.observe(stream[cut:])

    assert found == expected
    assert dict(after.packed(sorted(after.devices))).keys() == whole.devices.keys()
    assert _bytes(after) == _bytes(whole)
    _alternates(expected)


def _bytes(watch: PartitionWatch) -> list[bytes]:
    return [packing.encode(packed) for _, packed in watch.packed(sorted(watch.devices))]


def _alternates(findings: list[Finding]) -> None:
    """What was raised is resolved before it is raised again."""
    firing: set[str] = set()
    for finding in findings:
        if finding.kind == "raised":
            assert finding.key not in firing
            firing.add(finding.key)
            assert all(text.isprintable() for text in (finding.key, finding.title))
        elif finding.kind == "resolved":
            firing.remove(finding.key)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_that_are_no_device_are_refused(data: bytes) -> None:
    try:
        packing.decode(data)
    except packing.SnapshotError:
        return
    raise AssertionError("random bytes are no device")
