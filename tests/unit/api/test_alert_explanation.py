"""Where a series stands is said in the words of its rule."""

import pytest

from api.alert_explanation import SeriesState, series_explained
from domain.alerting.rule import Absence, Condition, DeviceDown, LogMatch, Threshold

BUSY = Threshold(metric="cpu_percent", op=">", value=90, for_s=60)
GONE = Absence(metric="uptime_s", for_s=900)
AT = "2026-01-31T12:00:00+00:00"


def standing(phase: str, value: float | None, *, flapping: bool = False) -> SeriesState:
    return SeriesState(
        subject="",
        phase=phase,
        since=AT,
        at=AT,
        value=value,
        began=None,
        needed_s=60.0,
        elapsed_s=20.0,
        progress=1 / 3,
        flapping=flapping,
        trail=[],
    )


@pytest.mark.parametrize(
    ("condition", "state", "said"),
    [
        (BUSY, standing("pending", 95.0), "95 breaks the rule, for 20 of the 60 s that it must last"),
        (BUSY, standing("ok", 10.0), "the last value, 10, does not break the rule"),
        (
            BUSY,
            standing("firing", 95.0, flapping=True),
            "95 breaks the rule, and it flaps: it ends only after having been clear for a while",
        ),
        (GONE, standing("firing", 10.0), f"no value came after {AT}, when it was 10"),
        (GONE, standing("ok", 10.0), f"the last value, 10, came at {AT}; the rule breaks 900 s later"),
        (DeviceDown(), standing("firing", 1.0), "what the rule tells of is so"),
        (DeviceDown(), standing("ok", 0.0), "it is not so"),
        (
            LogMatch(contains=("BGP",)),
            standing("clearing", 0.0),
            "it is over, for 20 of the 60 s that it must last",
        ),
    ],
)
def test_a_series_is_explained(condition: Condition, state: SeriesState, said: str) -> None:
    assert series_explained(state, condition) == said
