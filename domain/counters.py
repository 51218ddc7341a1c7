"""Rates from counters that wrap, restart and err (RFC 2578, 7.1.6 and 7.1.10; RFC 2863, 3.1.6)."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

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


class Bounds(NamedTuple):
    """What many counters can be, by their places: `whole` is one more than their highest value, `most_per_s` what a rate
    can be without a wrap, and `wraps_s` how far apart readings may be. Made by `bounds`."""

    bits: Sequence[int]
    fastest_per_s: Sequence[float | None]
    whole: Sequence[int]
    most_per_s: Sequence[float]
    wraps_s: Sequence[float]

    def at(self, places: Sequence[int]) -> "Bounds":
        """Of these counters alone."""
        return Bounds(*([column[place] for place in places] for column in self))  # type: ignore[arg-type]  # as they are


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A counter's value, and when it was read by a clock that never jumps."""

    value: int
    at_s: float


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
    new, old = now.value, before.value
    if not 0 <= new < whole or not 0 <= old < whole:
        return None
    grown, most = new - old, MOST_PER_S * elapsed_s
    if fastest_per_s is not None:
        fastest = fastest_per_s * elapsed_s
        if fastest >= whole:
            return None
        if most > BURST * fastest:
            most = BURST * fastest
    elif grown < 0 and most > whole / 2:
        most = whole / 2
    if grown < 0:
        grown += whole  # one wrap; where that is too much, a restart of the counter or a false value explains it better
    return grown / elapsed_s if grown <= most else None


def bounds(bits: Sequence[int], fastest_per_s: Sequence[float | None]) -> Bounds:
    """See `rate_per_s` for both."""
    whole = [1 << each for each in bits]
    return Bounds(
        bits,
        fastest_per_s,
        whole,
        [MOST_PER_S if each is None else min(MOST_PER_S, BURST * each) for each in fastest_per_s],
        [n / each if each else inf for n, each in zip(whole, fastest_per_s, strict=True)],
    )


def rates_per_s(
    before: Sequence[int | None],
    before_s: Sequence[float],
    now: Sequence[int | None],
    now_s: Sequence[float],
    *,
    bounds: Bounds,
    interval_s: float,
) -> list[float | None]:
    """`rate_per_s` of many counters, each at its place; None also where there is no reading.

    Counters that have grown as they should are told from the others here, as this runs for every counter of a fleet.
    """
    longest_s = GAP_INTERVALS * interval_s
    rates: list[float | None] = []
    add = rates.append
    for old, old_s, new, new_s, whole, most_per_s, wraps_s in zip(
        before, before_s, now, now_s, bounds.whole, bounds.most_per_s, bounds.wraps_s, strict=True
    ):
        if old is None or new is None:
            add(None)
            continue
        elapsed_s, grown = new_s - old_s, new - old
        if (
            SHORTEST_S <= elapsed_s <= longest_s
            and elapsed_s < wraps_s
            and 0 <= grown <= most_per_s * elapsed_s
            and old >= 0
            and new < whole
        ):
            add(grown / elapsed_s)
            continue
        place = len(rates)
        add(
            rate_per_s(
                Reading(old, old_s),
                Reading(new, new_s),
                bits=bounds.bits[place],
                interval_s=interval_s,
                fastest_per_s=bounds.fastest_per_s[place],
            )
        )
    return rates


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
