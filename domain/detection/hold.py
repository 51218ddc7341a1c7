"""From strength to score: what follows an alarm is held back, so that one event is told once."""

import math


def hold(held: float, strength: float, memory: float, margin: float) -> tuple[float, float]:
    """The strength that is left, and what to hold next time; what is held fades over `memory` samples.

    Something stronger than what is held by more than `margin` passes whole: an event that grows is told again.
    """
    held *= math.exp(-1.0 / memory)
    left = strength if strength > held + margin else max(0.0, strength - held)
    return left, max(held, strength)


def share(strength: float, half: float) -> float:
    """[0, 1] for a strength >= 0: 0.5 at `half`, 0.8 at twice that."""
    square = strength * strength
    return square / (square + half * half)
