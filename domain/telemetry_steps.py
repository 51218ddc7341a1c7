"""Which resolution an answer about stored telemetry has."""

from collections.abc import Mapping

from domain.errors import Invalid
from domain.telemetry_history import DAY_S, RESOLUTIONS_S, RETAINED

STEPS_S = (60, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, DAY_S)
"""What a step is where nobody asks for one."""
POINTS = 1_500
"""As many as a chart has use for."""


def fitting_step(
    asked: int | None,
    *,
    since: float,
    until: float,
    interval_s: float,
    now: float,
    retention_days: Mapping[str, int],
) -> int:
    """Seconds; 0 for the samples themselves. What is asked for, or what gives a chart enough; longer where rollups so fine
    are not kept since then. Raises Invalid for what is no number of minutes."""

    def kept(resolution_s: int) -> bool:
        days = retention_days.get(RETAINED[resolution_s])
        return days is None or since >= now - days * DAY_S

    if asked is None:
        if interval_s < RESOLUTIONS_S[0] and until - since <= POINTS * interval_s and kept(0):
            return 0
        enough = (step for step in STEPS_S if step >= interval_s and (until - since) / step <= POINTS)
        step = next(enough, DAY_S)
    elif asked < 0 or asked % RESOLUTIONS_S[0]:
        raise Invalid("a step is a whole number of minutes, in seconds; 0 for the samples", field="step")
    else:
        step = asked
    while step and not kept(resolution_of(step)) and resolution_of(step) < DAY_S:
        coarser = next(each for each in RESOLUTIONS_S if each > resolution_of(step))
        step = -(-step // coarser) * coarser
    return step


def resolution_of(step_s: int) -> int:
    """The coarsest rollup that a step can be put together of."""
    return next(each for each in reversed(RESOLUTIONS_S) if step_s % each == 0)
