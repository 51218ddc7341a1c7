"""Holding back after an alarm: what follows counts only as far as it is stronger, so that one event is told once."""

import math


def hold(held: float, strength: float, memory: float, margin: float) -> tuple[float, float]:
    """The strength that is left, and what to hold next time; what is held fades over `memory` samples.

    Something stronger than what is held by more than `margin` passes whole: an event that grows is told again.
    """
    held *= math.exp(-1.0 / memory)
    left = strength if strength > held + margin else max(0.0, strength - held)
    return left, max(held, strength)
