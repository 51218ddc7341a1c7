"""What is asked of stored telemetry: which series there are, their values over time, percentile and total for billing."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from domain.telemetry import Poll, StreamPlace

HOUR_S, DAY_S = 3_600, 86_400
RESOLUTIONS_S = (60, 300, HOUR_S, DAY_S)
"""The rollups that are kept, beside the samples themselves."""
RETENTION_DAYS = {
    "telemetry_raw": 14,
    "telemetry_1min": 30,
    "telemetry_5min": 180,
    "telemetry_1h": 800,
    "telemetry_1d": 3_650,
}
"""How long the samples and each rollup are kept, unless the settings say otherwise."""
RETAINED = dict(zip((0, *RESOLUTIONS_S), RETENTION_DAYS, strict=True))
"""Resolution in seconds, 0 for the samples -> its name among the settings of retention."""

_LONGEST_PAST_S = 7 * DAY_S
_UNTIL_PACKED_S = 2 * HOUR_S


class Series(msgspec.Struct, frozen=True):
    """Something that was measured on a device."""

    metric: str
    interface: str
    interval_s: float
    """How often, at the latest poll that changed it."""


class MetricWindow(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of a device, on some of its interfaces, over a time."""

    device_id: str
    metric: str
    interfaces: Sequence[str]
    since: float
    until: float
    """In seconds since the epoch, not included."""


class Span(NamedTuple):
    """What was measured in a span of time. All None, and 0 counted, in a gap."""

    at: float
    """Where it begins, in seconds since the epoch."""
    low: float | None
    high: float | None
    mean: float | None
    last: float | None
    counted: int
    covered_s: float
    """For how much of it there are values."""


class Spans(NamedTuple):
    """Spans one after the other, by column: where there are thousands, an object each costs more than reading them."""

    at: Sequence[float]
    low: Sequence[float | None]
    high: Sequence[float | None]
    mean: Sequence[float | None]
    last: Sequence[float | None]
    counted: Sequence[int]
    covered_s: Sequence[float]

    def rows(self) -> list[Span]:
        return list(map(Span._make, zip(*self, strict=True)))


class Figures(NamedTuple):
    """Of all spans together. All None where there is no value."""

    low: float | None
    high: float | None
    mean: float | None
    """By the number of samples of each."""
    p95: float | None
    """The least mean that 95 % of all do not exceed: for billing, of five-minute means."""
    total: float
    """Of a rate a second, over the time that was measured; a gap adds nothing."""
    covered_s: float


class Recording(NamedTuple):
    """What became of polls that were to be recorded."""

    samples: int
    refused: Mapping[str, int]
    """Samples that cannot be right, by reason."""


class StreamStanding(NamedTuple):
    """How full the stream of telemetry is."""

    messages: int
    size_bytes: int
    unseen_since: float | None
    """When the first message was published that a reader has not seen; None where it has seen all."""


class Recorded(NamedTuple):
    """What recorders have written so far, all of them together."""

    samples: int
    refused: Mapping[str, int]
    recorded_at: float | None
    places: Mapping[int, StreamPlace]


class TelemetryHistory(Protocol):
    """Reads what was recorded. Times are seconds since the epoch; `until` is not part of what is read."""

    async def existing(self, device_id: str, metric: str = "") -> Sequence[Series]:
        """In order of metric and interface; of all metrics, or one."""
        ...

    async def recorded(self) -> Recorded: ...

    async def latest(self, device_id: str) -> Mapping[tuple[str, str], tuple[float, float | None, float]]:
        """Of the hours that are not packed yet, by metric and interface: time, value and interval of the last sample."""
        ...

    async def series(
        self, device_id: str, metric: str, interface: str, *, since: float, until: float, step_s: int = 0
    ) -> Sequence[tuple[float, float | None]]:
        """In order of time, with a None for each gap. Without `step_s` the samples themselves, as far back as they are
        kept; else means of spans of so long (60, or a multiple of 300), with None for each without a value."""
        ...

    async def spans(self, window: MetricWindow, step_s: int) -> Mapping[str, Spans]:
        """By interface, every span from the one that the window begins in to the last that begins before its end."""
        ...

    async def figures(self, window: MetricWindow, step_s: int) -> Mapping[str, Figures]:
        """By interface, of such spans."""
        ...

    async def spans_and_figures(
        self, window: MetricWindow, step_s: int, figures_s: int
    ) -> tuple[Mapping[str, Spans], Mapping[str, Figures]]:
        """Both, of spans of different length."""
        ...


class TelemetryStore(Protocol):
    """Keeps polls, and where in the stream it is, in one transaction."""

    async def places(self) -> Mapping[int, StreamPlace]:
        """By partition, how far the stream is recorded."""
        ...

    async def record(
        self,
        polls: Sequence[Poll],
        reached: Mapping[int, tuple[StreamPlace, StreamPlace]],
        *,
        earliest: float,
        latest: float,
    ) -> Recording:
        """`reached`: by partition the place before and after these polls. What was not measured between `earliest` and
        `latest` is refused. Raises Conflict, and keeps nothing, where the place before is not the present one: another
        recorder was faster. Raises Unavailable."""
        ...


class TelemetryUpkeep(Protocol):
    """Packs what was recorded, rolls it up, and drops what is old. Slow, and not for an event loop."""

    def compact(self, now: float) -> int:
        """A bounded part of what is due; returns how many samples it packed, 0 when nothing is left."""
        ...

    def expire(self, now: float, retention_days: Mapping[str, int]) -> Sequence[str]:
        """Drops what is older than it is kept, one partition of each kind a time; returns their names."""
        ...


def past_s(retention_days: Mapping[str, int]) -> float:
    """How old a poll may be when it is recorded: no stream keeps one for longer than days, so the clock of an older one
    is wrong; and the samples of its hour must be there still, to be packed again with it."""
    kept_days = retention_days.get(RETAINED[0])
    return min(_LONGEST_PAST_S, kept_days * DAY_S - _UNTIL_PACKED_S) if kept_days else _LONGEST_PAST_S
