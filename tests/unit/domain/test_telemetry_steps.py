"""The resolution that fits what is asked, and what billing makes of it."""

import pytest

from domain.errors import Invalid
from domain.telemetry_history import DAY_S, RETENTION_DAYS, Span, Spans, past_s
from domain.telemetry_steps import fitting_step

NOW = 1_800_000_000.0


def step(asked: int | None, days: float, *, ago: float = 0, interval_s: float = 60.0) -> int:
    return fitting_step(
        asked,
        since=NOW - (ago + days) * DAY_S,
        until=NOW - ago * DAY_S,
        interval_s=interval_s,
        now=NOW,
        retention_days=RETENTION_DAYS,
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [(1 / 24, 60), (1, 60), (7, 900), (30, 1_800), (90, 7_200), (365, 21_600), (3_000, DAY_S)],
)
def test_a_chart_gets_about_as_many_points_as_it_has_use_for(days: float, expected: int) -> None:
    assert step(None, days) == expected


def test_short_times_of_what_is_polled_often_are_shown_as_they_came() -> None:
    assert step(None, 1 / 24, interval_s=10) == 0
    assert step(None, 1 / 24, interval_s=10, ago=20) == 60  # the samples are gone by then


def test_steps_are_no_shorter_than_what_is_polled() -> None:
    assert step(None, 1, interval_s=300) == 300
    assert step(None, 1, interval_s=7 * DAY_S) == DAY_S


@pytest.mark.parametrize(
    ("asked", "ago", "expected"),
    [
        (60, 0, 60),
        (600, 0, 600),
        (0, 0, 0),
        (60, 100, 300),
        (900, 300, 3_600),
        (7_200, 900, DAY_S),
        (60, 4_000, DAY_S),
    ],
)
def test_what_is_asked_for_is_given_where_it_is_kept(asked: int, ago: float, expected: int) -> None:
    assert step(asked, 1, ago=ago) == expected


@pytest.mark.parametrize("asked", [-60, 1, 90])
def test_other_steps_are_refused(asked: int) -> None:
    with pytest.raises(Invalid):
        step(asked, 1)


def test_spans_are_read_by_row() -> None:
    spans = [Span(0, 8.0, 8.0, 8.0, 8.0, 5, 300.0), Span(300, None, None, None, None, 0, 0.0)]
    assert Spans(*map(list, zip(*spans, strict=True))).rows() == spans


def test_polls_are_taken_as_long_as_their_hour_can_be_packed_again() -> None:
    assert past_s(RETENTION_DAYS) == 7 * DAY_S
    assert past_s({}) == 7 * DAY_S
    assert past_s({"telemetry_raw": 1}) == 22 * 3_600
