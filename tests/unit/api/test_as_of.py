"""Moments as callers write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.as_of import moment, point_in_time
from domain.errors import Invalid
from projections.inventory_queries import AsOf


def test_positions_and_times() -> None:
    assert moment(None) is moment("") is None
    assert moment("17") == AsOf(position=17)
    at = AsOf(at="2026-01-31T12:00:00+00:00")
    for text in ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "2026-01-31T13:00:00 01:00"):
        assert moment(text) == at


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-01-31", "2026-01-31T12:00:00", "-1", "1.5", "9" * 19, "٣", "0001-01-01T00:00:00+23:00"],
)
def test_what_is_neither(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        moment(text)
    assert refusal.value.details["field"] == "as_of"


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_come_back(at: datetime) -> None:
    assert point_in_time(at.isoformat(), "from") == at


@given(st.text())
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    try:
        moment(text)
    except Invalid as refusal:
        assert refusal.details["field"] == "as_of"
