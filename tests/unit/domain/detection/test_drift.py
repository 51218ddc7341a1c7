"""Drift is told by river's ADWIN, and outlives a restart."""

import random

import pytest
from river.drift import ADWIN

from domain.detection.drift import Drift, adwin
from domain.detection.state import SnapshotError


def feed(drift: Drift, dice: random.Random, hours: range, error: float) -> list[int]:
    return [
        hour
        for hour in hours
        for minute in range(0, 60, 5)
        if drift.observe(hour * 3600.0 + minute * 60.0, abs(dice.gauss(0.0, error)))
    ]


def test_it_finds_what_rivers_own_wrapper_finds() -> None:
    dice = random.Random(1)
    theirs, ours = ADWIN(clock=1), adwin()  # type: ignore[no-untyped-call]  # river leaves it untyped
    found = []
    for number in range(3_000):
        value = dice.gauss(number // 500 % 3, 1.0)
        theirs.update(value)  # type: ignore[no-untyped-call]  # river leaves it untyped
        drifted = ours.update(value)
        assert drifted == theirs.drift_detected
        if drifted:
            found.append(number)
            ours = adwin()
    assert len(found) >= 5


def test_larger_errors_are_a_drift_and_smaller_ones_are_none() -> None:
    drift, dice = Drift(), random.Random(1)
    assert feed(drift, dice, range(2_000), 1.0) == []
    (found,) = feed(drift, dice, range(2_000, 2_200), 3.0)
    assert 2_000 < found < 2_020
    assert (drift.events, drift.last_at // 3600.0) == (1, found)
    assert feed(drift, dice, range(2_200, 2_500), 1.0) == []


def test_it_goes_on_after_a_restart() -> None:
    drift = Drift()
    feed(drift, random.Random(1), range(500), 1.0)
    again = Drift.load(*drift.dump())
    assert again.dump() == drift.dump()
    assert feed(again, random.Random(2), range(500, 900), 2.0) == feed(
        drift, random.Random(2), range(500, 900), 2.0
    )
    assert again.dump() == drift.dump()


def test_what_another_river_wrote_is_refused() -> None:
    _, learned, rest = Drift().dump()
    with pytest.raises(SnapshotError):
        Drift.load("0.0.1", learned, rest)
