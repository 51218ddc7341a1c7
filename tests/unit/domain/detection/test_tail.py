"""Tail probabilities follow the past where it is known, and go on falling beyond its maximum."""

import math
import random
from array import array

import pytest

from domain.detection.tail import BUCKETS, position, surprise


def learned(samples: list[float]) -> array:  # type: ignore[type-arg]  # array takes no type argument at run time in 3.11
    counts = array("f", bytes(4 * BUCKETS))
    for sample in samples:
        counts[int(position(sample))] += 1.0
    return counts


@pytest.mark.parametrize("probability", [0.5, 0.2, 0.05, 0.01])
def test_known_quantiles_get_their_probability(probability: float) -> None:
    dice = random.Random(5)
    samples = [dice.expovariate(1.0) for _ in range(50_000)]
    quantile = -math.log(probability)
    found = surprise(learned(samples), 0, 50_000.0, 1.0, position(quantile), 1.0)
    assert found == pytest.approx(-math.log10(probability), abs=0.12)


def test_beyond_the_maximum_the_further_the_rarer() -> None:
    dice = random.Random(6)
    samples = [abs(dice.gauss(0.0, 1.0)) for _ in range(5000)]
    counts, top = learned(samples), max(samples)
    found = [surprise(counts, 0, 5000.0, 1.0, position(top * factor), 1.0) for factor in (1, 1.3, 2, 4, 16)]
    assert found == sorted(found)
    assert found[0] > 3.0
    assert found[-1] > found[0] + 2.0


def test_a_heavy_tail_makes_large_values_less_surprising() -> None:
    dice = random.Random(7)
    light = learned([abs(dice.gauss(0.0, 1.0)) for _ in range(5000)])
    heavy = learned([dice.paretovariate(1.2) for _ in range(5000)])
    at = position(50.0)
    assert surprise(heavy, 0, 5000.0, 1.0, at, 1.0) < surprise(light, 0, 5000.0, 1.0, at, 1.0) - 1.0


def test_no_past_no_surprise() -> None:
    assert surprise(learned([]), 0, 0.0, 1.0, position(10.0), 1.0) == 0.0


@pytest.mark.parametrize("statistic", [0.0, 1e-300, 0.125, 1.0, 1e300])
def test_every_statistic_has_a_bucket(statistic: float) -> None:
    assert 0 <= int(position(statistic)) < BUCKETS
