"""Which of the stored telemetry a detector is to learn: enough to know what is usual, and no more than a request may cost."""

from typing import Final

MOST_SAMPLES: Final = 20_000
"""Of one series and request: about a second of arithmetic."""
LEARN_S: Final = 7 * 86_400.0
"""What is read before the time that is asked for, so that a week's rhythm is known."""
_STEPS_S: Final = (60, 300, 900, 3_600, 86_400)


def step_for(span_s: float, interval_s: float, most: int = MOST_SAMPLES) -> int:
    """0 for the samples themselves, else the shortest means of which no more than `most` lie in the span."""
    if span_s <= most * interval_s:
        return 0
    return next((step for step in _STEPS_S if step >= interval_s and span_s <= most * step), _STEPS_S[-1])
