"""Whatever comes, a detector scores within bounds, and goes on bit by bit where its snapshot was taken."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.detection.device import DeviceDetector, DeviceState
from domain.detection.series import SeriesDetector
from domain.detection.state import SeriesState

number = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-100.0, 100.0),
    st.sampled_from([0.0, 1.0, 1e9, -1e300, math.nan, math.inf]),
)
stamp = st.one_of(st.floats(), st.floats(1.6e9, 1.8e9), st.just(1.7e9))
stream = st.lists(st.tuples(stamp, number), min_size=1, max_size=160)


@settings(max_examples=60, deadline=None)
@given(stream, st.data())
def test_a_stream_cut_anywhere_scores_the_same(
    samples: list[tuple[float, float]], data: st.DataObject
) -> None:
    detector, whole = SeriesDetector(), SeriesState()
    expected = [detector.observe(whole, at, value) for at, value in samples]

    cut = data.draw(st.integers(0, len(samples)))
    before, after = SeriesDetector(), SeriesDetector()
    state = SeriesState()
    scores = [before.observe(state, at, value) for at, value in samples[:cut]]
    state = SeriesState.restore(state.snapshot())
    scores += [after.observe(state, at, value) for at, value in samples[cut:]]

    assert scores == expected
    assert state.snapshot() == whole.snapshot()


@settings(max_examples=40, deadline=None)
@given(stream)
def test_scores_stay_within_bounds(samples: list[tuple[float, float]]) -> None:
    detector, state = SeriesDetector(), SeriesState()
    for at, value in samples * 2:
        verdict = detector.observe(state, at, value)
        assert 0.0 <= verdict.score <= verdict.strength <= 1.0
        assert all(part >= 0.0 for part in verdict.surprises)
    assert all(map(math.isfinite, state.scalars))
    assert all(map(math.isfinite, state.tables))


poll = st.lists(st.one_of(st.none(), number), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.lists(poll, min_size=1, max_size=150), st.data())
def test_a_device_cut_anywhere_scores_the_same(polls: list[list[float | None]], data: st.DataObject) -> None:
    detector = DeviceDetector(("cpu", "memory", "traffic"))
    whole = detector.new_state()
    expected = [detector.observe(whole, values) for values in polls]

    cut = data.draw(st.integers(0, len(polls)))
    state = detector.new_state()
    scores = [detector.observe(state, values) for values in polls[:cut]]
    state = DeviceState.restore(state.snapshot())
    scores += [detector.observe(state, values) for values in polls[cut:]]

    assert scores == expected
    assert all(0.0 <= verdict.score <= verdict.strength <= 1.0 for verdict in scores)
    assert all(map(math.isfinite, state.scalars))
