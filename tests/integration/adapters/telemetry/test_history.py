"""What was recorded is read back the same, whatever is packed of it by then, and as late as it may have come."""

import random
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, inf, nan
from statistics import fmean
from uuid import uuid4

import pytest

from adapters.telemetry.compaction import TelemetryCompaction
from adapters.telemetry.history import PostgresTelemetryHistory
from adapters.telemetry.store import PostgresTelemetryStore
from domain.errors import Conflict, Invalid
from domain.telemetry import Poll, Sample, StreamPlace
from domain.telemetry_history import RETENTION_DAYS, Figures, MetricWindow, Recording, Span

BEGIN = 1_800_000_000 // 86_400 * 86_400
DAY = 86_400
INTERVAL = 600.0
Values = dict[float, float | None]


async def record(store: PostgresTelemetryStore, *polls: Poll) -> Recording:
    return await store.record(polls, {}, earliest=BEGIN - DAY, latest=BEGIN + 40 * DAY)


def pack_all(upkeep: TelemetryCompaction, now: float) -> int:
    packed = 0
    while count := upkeep.compact(now):
        packed += count
    return packed


def poll(device: str, at: float, *values: float | None, metric: str = "if_in_bps") -> Poll:
    samples = tuple(Sample(metric, value, f"ether{number}") for number, value in enumerate(values, 1))
    return Poll(device, "interfaces", at, INTERVAL, samples)


def expected(values: Values, since: float, until: float, step: int) -> list[Span]:
    found = []
    at = since // step * step
    while at < until:
        inside = [
            value for when, value in sorted(values.items()) if at <= when < at + step and value is not None
        ]
        if inside:
            covered = min(len(inside) * INTERVAL, float(step))
            mean = pytest.approx(fmean(inside))
            found.append(Span(at, min(inside), max(inside), mean, inside[-1], len(inside), covered))
        else:
            found.append(Span(at, None, None, None, None, 0, 0.0))
        at += step
    return found


def window(device: str, names: list[str], since: float, until: float) -> MetricWindow:
    return MetricWindow(device_id=device, metric="if_in_bps", interfaces=names, since=since, until=until)


async def check(history: PostgresTelemetryHistory, device: str, values: dict[str, Values]) -> None:
    since, until = BEGIN - 4_000.0, BEGIN + 3 * DAY + 5_000.0
    names = sorted(values)
    for step in (60, 300, 900, 3_600, 7_200, DAY):
        narrow = until if step > 60 else since + 30_000
        spans = await history.spans(window(device, names, since, narrow), step)
        for name in names:
            assert spans[name].rows() == expected(values[name], since, narrow, step), (name, step)
    for name in names:
        found = await history.series(device, "if_in_bps", name, since=since, until=until)
        nulls = {when for when, value in found if value is None} - set(values[name])
        assert [pair for pair in found if pair[0] not in nulls] == sorted(values[name].items())
        assert [when for when, _ in found] == sorted({when for when, _ in found})
        times = sorted(values[name])
        gaps = [before for before, after in pairwise(times) if after - before > 2 * INTERVAL]
        assert nulls == {before + INTERVAL for before in gaps}


async def test_reads_give_what_was_recorded_however_much_is_packed(
    store: PostgresTelemetryStore, upkeep: TelemetryCompaction, history: PostgresTelemetryHistory
) -> None:
    dice = random.Random(7)
    devices = [str(uuid4()) for _ in range(3)]
    recorded: dict[str, dict[str, Values]] = {
        device: {f"ether{number}": {} for number in (1, 2)} for device in devices
    }
    late: list[Poll] = []
    at = float(BEGIN)
    while at < BEGIN + 3 * DAY:
        for device in devices:
            if dice.random() < 0.1:
                continue  # a gap
            when = round(at + dice.random() * 100, 3)
            values = [dice.choice((None, float(dice.randrange(100)), dice.gauss(1e9, 1e8))) for _ in range(2)]
            given = poll(device, when, *values)
            for number, value in enumerate(values, 1):
                recorded[device][f"ether{number}"][when] = value
            if dice.random() < 0.05:
                late.append(given)
            else:
                await record(store, *[given] * dice.choice((1, 1, 1, 2)))  # at least once
        at += INTERVAL
        if dice.random() < 0.02:
            pack_all(upkeep, at)
    dice.shuffle(late)
    for given in late[::2]:
        await record(store, given)
    pack_all(upkeep, at - DAY)
    for given in late[1::2]:
        await record(store, given)
    for device in devices:
        await check(history, device, recorded[device])
    assert pack_all(upkeep, at + DAY) > 0
    for device in devices:
        await check(history, device, recorded[device])
    assert upkeep.compact(at + DAY) == 0


@pytest.mark.parametrize(("step", "of"), [(60, 300), (900, 300), (DAY, 300), (3_600, DAY), (300, 300)])
async def test_figures_are_of_the_spans_that_they_are_asked_for(
    step: int,
    of: int,
    store: PostgresTelemetryStore,
    upkeep: TelemetryCompaction,
    history: PostgresTelemetryHistory,
) -> None:
    dice, device = random.Random(step), str(uuid4())
    values: Values = {}
    for number in range(0, 2 * DAY, int(INTERVAL)):
        if dice.random() < 0.9:
            values[float(BEGIN + number)] = dice.choice((None, 8.0, float(dice.randrange(100))))
    await record(store, *(poll(device, at, value) for at, value in values.items()))
    pack_all(upkeep, BEGIN + DAY + 7_200)
    since, until = BEGIN + 600.0, BEGIN + 2.0 * DAY
    asked = window(device, ["ether1"], since, until)
    spans, figures = await history.spans_and_figures(asked, step, figures_s=of)
    assert spans["ether1"].rows() == expected(values, since, until, step)
    read = await history.spans(asked, of)
    below = [each for each in read["ether1"].rows() if each.mean is not None]
    means = sorted(each.mean for each in below)
    counted = sum(each.counted for each in below)
    found = figures["ether1"]
    assert (found.low, found.high) == (min(each.low for each in below), max(each.high for each in below))
    assert found.mean == pytest.approx(sum(each.mean * each.counted for each in below) / counted)
    assert found.p95 == pytest.approx(means[ceil(len(means) * 0.95) - 1])
    assert found.total == pytest.approx(sum(each.mean * each.covered_s for each in below))
    assert found.covered_s == pytest.approx(sum(each.covered_s for each in below))
    nothing = await history.figures(window(device, ["ether1"], 1e9, 1e9 + 1), 300)
    assert nothing["ether1"] == Figures(None, None, None, None, 0.0, 0.0)


async def test_what_cannot_be_right_is_refused(
    store: PostgresTelemetryStore, history: PostgresTelemetryHistory
) -> None:
    device = str(uuid4())
    good = poll(device, BEGIN + 1.0, 1.0, inf, nan, None, -inf, 2.0)
    names = Poll(
        device, "resources", BEGIN + 1.0, 60.0, (Sample("", 1.0), Sample("a\0b", 1.0), Sample("x" * 300, 1.0))
    )
    recording = await record(
        store,
        good,
        names,
        poll(device, BEGIN - 2 * DAY, 1.0),
        poll(device, BEGIN + 50 * DAY, 1.0),
        poll(device, nan, 1.0),
        poll(device, inf, 1.0),
        poll("no device", BEGIN, 1.0),
        Poll(device, "resources", BEGIN, 0.0, (Sample("cpu_percent", 1.0),)),
        Poll(device, "resources", BEGIN, nan, (Sample("cpu_percent", 1.0),)),
    )
    assert recording == Recording(
        3,
        {"not_finite": 3, "no_series": 3, "old": 1, "future": 2, "no_time": 3, "no_device": 1},
    )
    read = {
        each.interface: await history.series(
            device, "if_in_bps", each.interface, since=BEGIN, until=BEGIN + DAY
        )
        for each in await history.existing(device)
    }
    assert read == {
        "ether1": [(BEGIN + 1.0, 1.0)],
        "ether2": [],
        "ether3": [],
        "ether4": [(BEGIN + 1.0, None)],
        "ether5": [],
        "ether6": [(BEGIN + 1.0, 2.0)],
    }


async def test_a_place_is_taken_once(
    store: PostgresTelemetryStore, history: PostgresTelemetryHistory
) -> None:
    """Of two recorders that read the same part of the stream, one keeps it."""
    device = str(uuid4())
    before, after = (await store.places())[3], StreamPlace("made at noon", 17)
    step = {3: (before, after)}
    await store.record([poll(device, BEGIN, 1.0)], step, earliest=BEGIN, latest=BEGIN)
    with pytest.raises(Conflict):
        await store.record([poll(device, BEGIN, 2.0)], step, earliest=BEGIN, latest=BEGIN)
    assert (await store.places())[3] == after
    assert await history.series(device, "if_in_bps", "ether1", since=BEGIN, until=BEGIN + 1) == [(BEGIN, 1.0)]


async def test_a_poll_of_a_large_device_is_read_back_whole(
    store: PostgresTelemetryStore, database: str, history: PostgresTelemetryHistory
) -> None:
    upkeep = TelemetryCompaction(database)
    device = str(uuid4())
    values = [float(number) for number in range(1_000)]
    await record(store, poll(device, BEGIN, *values))

    async def read() -> Sequence[float | None]:
        names = [f"ether{number}" for number in range(1, 1_001)]
        spans = await history.spans(window(device, names, BEGIN, BEGIN + 300), 300)
        return [spans[name].last[0] for name in names]

    assert await read() == values
    pack_all(upkeep, BEGIN + DAY)
    assert await read() == values


async def test_what_is_old_is_dropped_a_partition_at_a_time(
    store: PostgresTelemetryStore, upkeep: TelemetryCompaction, history: PostgresTelemetryHistory
) -> None:
    device = str(uuid4())
    for day in range(5):
        await record(store, poll(device, BEGIN + day * DAY, 1.0))
    now = BEGIN + 20 * DAY
    pack_all(upkeep, now)
    keep = {**RETENTION_DAYS, "telemetry_raw": 17}
    assert len(upkeep.expire(now, keep)) == 1
    assert len(upkeep.expire(now, keep)) == 1
    assert len(upkeep.expire(now, keep)) == 1
    assert upkeep.expire(now, keep) == []
    read = await history.series(device, "if_in_bps", "ether1", since=BEGIN, until=now)
    assert [when for when, value in read if value is not None] == [BEGIN + 3 * DAY, BEGIN + 4 * DAY]
    rolled = await history.series(
        device, "if_in_bps", "ether1", since=BEGIN, until=BEGIN + 5 * DAY, step_s=DAY
    )
    assert [value for _, value in rolled] == [1.0] * 5


async def test_more_than_an_answer_can_hold_is_refused(history: PostgresTelemetryHistory) -> None:
    with pytest.raises(Invalid, match="longer step"):
        await history.spans(window(str(uuid4()), [""], 0, BEGIN), 60)
    with pytest.raises(Invalid, match="whole number of minutes"):
        await history.spans(window(str(uuid4()), [""], 0, 60), 45)
