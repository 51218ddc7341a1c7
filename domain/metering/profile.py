"""A profile: a part of the MIBs in which agents keep gauges, and how to make gauges of what is found there."""

from collections.abc import Callable, Sequence

import msgspec

from domain.metering.gauge import Gauge
from domain.metering.tables import Walked

Finder = Callable[[Walked], Sequence[Gauge]]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """`walks` are subtrees, `gets` instances. Of several profiles that fit, the first to have a metric of the device (or
    of a named part of it) gives it."""

    name: str
    enterprises: tuple[int, ...] = ()
    """Of sysObjectID; empty fits all."""
    gets: tuple[str, ...] = ()
    walks: tuple[str, ...] = ()
    find: Finder
