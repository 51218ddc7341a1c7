"""The range that a series has kept to, and the range of its restlessness: what lies outside, as a share of the range."""

import math

from domain.detection.state import CALMEST, HIGHEST, LOWEST, SEEN, WILDEST, SeriesState

_SETTLED = 12
_FOLLOW = 0.1


def observe_extent(state: SeriesState, value: float, level: float, fade: float) -> float:
    """How far a sample lies outside the range so far; the range then fades towards the level."""
    scalars = state.scalars
    low, high = scalars[LOWEST], scalars[HIGHEST]
    width = high - low
    outside = value - high if value > high else low - value if value < low else 0.0
    if outside:
        outside = outside / width if width > 0.0 else 1.0
        if value > high:
            high = value
        else:
            low = value
    scalars[HIGHEST] = high - fade * (high - level)
    scalars[LOWEST] = low + fade * (level - low)
    return outside


def observe_restlessness(state: SeriesState, spread: float, width: float, fade: float) -> float:
    """How far the recent spread lies outside its own range so far, on a logarithmic scale: flat, or wilder than ever."""
    scalars = state.scalars
    if scalars[SEEN] <= _SETTLED:
        return 0.0
    measure = math.log(spread + 1e-3 * width + 1e-12)
    if scalars[SEEN] <= _SETTLED + 1:
        scalars[CALMEST] = scalars[WILDEST] = measure
        return 0.0
    calm, wild = scalars[CALMEST], scalars[WILDEST]
    outside = measure - wild if measure > wild else calm - measure if measure < calm else 0.0
    if outside:
        outside = outside / (wild - calm) if wild > calm else 0.0
        # The range follows slowly, so that a spread that shrinks step by step still gets well outside of it.
        if measure > wild:
            wild += _FOLLOW * (measure - wild)
        else:
            calm += _FOLLOW * (measure - calm)
    middle = (calm + wild) / 2.0
    scalars[WILDEST] = wild - fade * (wild - middle)
    scalars[CALMEST] = calm + fade * (middle - calm)
    return outside
