"""Says why a sample scored as it did: what was expected, and which parts of the detector were surprised."""

import msgspec

from domain.detection.series import PARTS, WEIGHTS, Verdict

_RANGE = 3.23
"""Mean absolute errors to either side that hold 99 % of normal noise."""
_WORTH_TELLING = 1.5
"""-log10 of a probability: about one sample in thirty is that surprising to a part."""
_MOST_PARTS = 3


class BrokenPart(msgspec.Struct, frozen=True):
    """One kind of strangeness: its name, and -log10 of the probability of what it saw."""

    name: str
    surprise: float


class Explanation(msgspec.Struct, frozen=True):
    expected_low: float
    expected_high: float
    parts: tuple[BrokenPart, ...]
    """The most surprised parts, the weightiest first; empty where nothing is strange."""
    text: str


def explain(verdict: Verdict, value: float) -> Explanation | None:
    """The reasons of a verdict on `value`; None while the series is still being learned."""
    if not verdict.warm:
        return None
    low, high = expected_range(verdict.expected, verdict.usual_error)
    ranked = sorted(
        zip(PARTS, WEIGHTS, verdict.surprises, strict=True), key=lambda part: -part[1] * part[2] * part[2]
    )
    parts = tuple(
        BrokenPart(name, surprise) for name, _, surprise in ranked[:_MOST_PARTS] if surprise >= _WORTH_TELLING
    )
    where = "above" if value > high else "below" if value < low else "within"
    text = f"{value:.6g} is {where} the expected {low:.6g} to {high:.6g}"
    if parts:
        text += "; " + ", ".join(part.name for part in parts)
    return Explanation(low, high, parts, text)


def expected_range(expected: float, usual_error: float) -> tuple[float, float]:
    """What should hold 99 % of the samples where their noise is normal."""
    return expected - _RANGE * usual_error, expected + _RANGE * usual_error
