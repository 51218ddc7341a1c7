"""Rates from counters that wrap, restart and err (RFC 2578, 7.1.6 and 7.1.10; RFC 2863, 3.1.6)."""

import msgspec

SHORTEST_S = 0.5
"""Two readings closer together tell more of the clocks than of the counter."""
GAP_INTERVALS = 3.0
"""After so many missed polls a mean over all of them says nothing of now."""

BURST = 1.5
"""Agents that refresh their counters now and then show more in one interval and less in the next."""
MOST_PER_S = 1.25e12
"""10 Tbit/s in octets: nothing that is polled is faster."""
_TIME_TICKS_S = (1 << 32) / 100
_SLACK_S = 15.0
_DRIFT = 0.1


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A counter's value, and when it was read by a clock that never jumps."""

    value: int
    at_s: float


def increase(before: int, now: int, bits: int, most: float) -> int | None:
    """What a counter of that many bits grew by, one wrap allowed; None where that is more than `most`, which a restart
    of the counter or a false value explains better."""
    grown = now - before
    if grown < 0:
        grown += 1 << bits
        if grown < 0:
            return None  # the earlier value had more bits than the counter
    return grown if grown <= most else None


def rate_per_s(
    before: Reading, now: Reading, *, bits: int, interval_s: float, fastest_per_s: float | None
) -> float | None:
    """The mean rate between two readings; None where they do not tell it.

    `fastest_per_s` is the fastest that what is counted can be, None where nobody knows: then a counter that fell is taken
    to have wrapped only if it grew by less than half its range. A counter that can wrap more than once between the
    readings tells nothing either.
    """
    elapsed_s = now.at_s - before.at_s
    if not SHORTEST_S <= elapsed_s <= GAP_INTERVALS * interval_s:
        return None
    whole = 1 << bits
    if not 0 <= now.value < whole or not 0 <= before.value < whole:
        return None
    most = MOST_PER_S * elapsed_s
    if fastest_per_s is not None:
        if fastest_per_s * elapsed_s >= whole:
            return None
        most = min(most, BURST * fastest_per_s * elapsed_s)
    elif now.value < before.value:
        most = min(most, whole / 2)
    grown = increase(before.value, now.value, bits, most)
    return None if grown is None else grown / elapsed_s


def restarted(uptime_before_s: float | None, uptime_s: float | None, elapsed_s: float) -> bool:
    """Whether the agent started anew between two readings of sysUpTime. It wraps after 497 days (2^32 hundredths), which is
    no restart; nor is a clock that is a little off."""
    if uptime_before_s is None or uptime_s is None:
        return False
    slack_s = _SLACK_S + _DRIFT * elapsed_s
    expected_s = uptime_before_s + elapsed_s
    if uptime_s >= expected_s - slack_s:
        return False
    return abs(uptime_s + _TIME_TICKS_S - expected_s) > slack_s
