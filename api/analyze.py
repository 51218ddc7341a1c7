"""Analyses of series: how strange the last sample is, what comes next, what was to be expected all along."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from api.as_of import point_in_time
from api.caller import engineer, viewer
from api.learned_series import LearnedOne
from api.provided import Connect, Learned
from domain.detection.alarm_rules import alert_key
from domain.detection.analysis import Analysis, Expected, analyze, expectations
from domain.detection.forecast import ForecastError, ForecastPoint, forecast, time_to_threshold
from domain.detection.moment import moment
from domain.detection.reading import MOST_SAMPLES
from domain.detection.series import SeriesDetector
from domain.detection.state import INTERVAL, LAST_AT, SeriesState
from domain.errors import Invalid, Refused
from projections import anomalies
from projections.anomalies import Alarm

_POINTS = 200
_LONGEST_WINDOW_S = 400 * 86_400.0
_DAY_S = 86_400.0

Metric = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Interface = Annotated[str, msgspec.Meta(max_length=255)]
GivenSample = tuple[float | datetime, float | None]
"""Seconds since the epoch or RFC 3339, and value; null for a gap."""
GivenSamples = Annotated[list[GivenSample], msgspec.Meta(min_length=1, max_length=MOST_SAMPLES)]


class AnalyzeTraffic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A series that is watched, or samples."""

    device_id: UUID | None = None
    metric: Metric | None = None
    interface: Interface = ""
    samples: GivenSamples | None = None


class AnalyzeForecast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A series that is watched, or samples; `step_s` left out: the horizon in 200 steps, or the series' own interval."""

    device_id: UUID | None = None
    metric: Metric | None = None
    interface: Interface = ""
    samples: GivenSamples | None = None
    horizon_s: Annotated[float, msgspec.Meta(gt=0, le=400 * 86_400)]
    step_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    threshold: float | None = None


class ForecastStep(msgspec.Struct, frozen=True):
    """`lower` to `upper` is to hold 90 % of what will be measured."""

    at: datetime
    mean: float
    lower: float
    upper: float


class ThresholdForecast(msgspec.Struct, frozen=True, kw_only=True):
    """When the threshold is reached: at the earliest (the band touches it), and as expected (the mean); null: not within
    the horizon."""

    threshold: float
    rising: bool
    earliest: datetime | None
    expected: datetime | None
    earliest_in_s: float | None
    expected_in_s: float | None
    text: str


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """From the last sample on."""

    last_at: datetime
    last: float | None
    step_s: float
    points: Sequence[ForecastStep]
    threshold: ThresholdForecast | None


class ExpectedWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Each sample beside the range that was expected of it before it came, and the alerts of that time."""

    device_id: UUID
    metric: str
    interface: str
    step_s: int
    """0: the samples themselves; else means of so long."""
    threshold: float
    points: Sequence[Expected]
    alerts: Sequence[Alarm]


@post("/analyze/traffic", guards=[engineer], status_code=200)
async def analyze_traffic(data: JSONBody[AnalyzeTraffic], series: Learned) -> Analysis:
    """Score, expected range and reasons of the last sample, and the anomalies among those that were given."""
    known = await _series(data.device_id, data.metric, data.interface, data.samples, series)
    return await series.compute(analyze, known.state, known.samples, known.bar, known.latest)


@post("/analyze/forecast", guards=[viewer], status_code=200)
async def analyze_forecast(data: JSONBody[AnalyzeForecast], series: Learned) -> Forecast:
    """Mean and a 90 % band for each step; with a threshold, when it is reached."""
    known = await _series(data.device_id, data.metric, data.interface, data.samples, series)
    return await series.compute(_forecast, known, data)


@get("/telemetry/expected/{device:uuid}", guards=[viewer])
async def expected_window(
    device: FromPath[UUID],
    series: Learned,
    connect: Connect,
    metric: Annotated[str, QueryParameter(min_length=1, max_length=100)],
    interface: Annotated[str, QueryParameter(max_length=255)] = "",
    start: Annotated[
        str | None, QueryParameter(name="from", description="RFC 3339; left out: a day ago")
    ] = None,
    end: Annotated[str | None, QueryParameter(name="to", description="RFC 3339; left out: now")] = None,
) -> ExpectedWindow:
    """For charts: the expected range over a window of history, learned anew from a week before it, and what was outside."""
    until = point_in_time(end, "to") or datetime.now(UTC)
    first = point_in_time(start, "from")
    since = first.timestamp() if first else until.timestamp() - _DAY_S
    if not 0.0 < until.timestamp() - since <= _LONGEST_WINDOW_S:
        raise Invalid("from must be before to, by at most 400 days", field="from")
    device_id = str(device)
    step_s, samples = await series.window(device_id, metric, interface, since=since, until=until.timestamp())
    bar = await series.bar(device_id, metric, interface)
    points = await series.compute(expectations, samples, bar, since)
    async with connect() as conn:
        known = await anomalies.alarms_of(conn, device_id=device_id, metric=metric)
    key = alert_key(device_id, metric, interface)
    alerts = [
        alarm
        for each in known
        if each.key == key
        for alarm in each.alarms
        if since <= datetime.fromisoformat(alarm.at or alarm.raised_at).timestamp() < until.timestamp()
    ]
    return ExpectedWindow(
        device_id=device,
        metric=metric,
        interface=interface,
        step_s=step_s,
        threshold=bar.score,
        points=points,
        alerts=alerts,
    )


async def _series(
    device: UUID | None,
    metric: str | None,
    interface: str,
    samples: Sequence[GivenSample] | None,
    series: Learned,
) -> LearnedOne:
    if samples is not None:
        if device is not None:
            raise Invalid("give samples, or a device and a metric, not both", field="samples")
        bar = (await series.rules()).bar(metric or "", "")
        return LearnedOne(SeriesState(), None, [(_seconds(at), value) for at, value in samples], bar)
    if device is None or metric is None:
        raise Invalid(
            "give a device_id and a metric, or samples", field="device_id" if device is None else "metric"
        )
    return await series.now(str(device), metric, interface)


def _seconds(at: float | datetime) -> float:
    """A time without a zone is UTC."""
    if isinstance(at, datetime):
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return at


def _forecast(known: LearnedOne, asked: AnalyzeForecast) -> Forecast:
    detector, state = SeriesDetector(), known.state
    last = known.latest.value if known.latest is not None else None
    for at, value in known.samples:
        if value is not None:
            detector.observe(state, at, value)
            last = value
    step_s = asked.step_s or max(asked.horizon_s / _POINTS, min(state.scalars[INTERVAL], asked.horizon_s))
    try:
        points = forecast(state, asked.horizon_s, step_s)
    except ForecastError as error:
        raise Refused(str(error), code="FORECAST_NOT_POSSIBLE") from None
    return Forecast(
        last_at=moment(state.scalars[LAST_AT]),
        last=last,
        step_s=step_s,
        points=[ForecastStep(moment(point.at_s), point.mean, point.lower, point.upper) for point in points],
        threshold=None
        if asked.threshold is None
        else _crossing(points, asked.threshold, last, state.scalars[LAST_AT]),
    )


def _crossing(
    points: Sequence[ForecastPoint], threshold: float, last: float | None, last_at: float
) -> ThresholdForecast:
    rising = threshold >= (points[0].mean if last is None else last)
    crossing = time_to_threshold(points, threshold, rising=rising)
    earliest_s, expected_s = crossing.earliest_s, crossing.expected_s
    if expected_s is not None:
        text = f"{threshold:g} is reached in {_span(expected_s - last_at)}"
        if earliest_s is not None and earliest_s < expected_s:
            text += f", at the earliest in {_span(earliest_s - last_at)}"
    elif earliest_s is not None:
        text = f"{threshold:g} is not expected within the horizon; at the earliest in {_span(earliest_s - last_at)}"
    else:
        text = f"{threshold:g} is not reached within the horizon"
    return ThresholdForecast(
        threshold=threshold,
        rising=rising,
        earliest=moment(earliest_s) if earliest_s is not None else None,
        expected=moment(expected_s) if expected_s is not None else None,
        earliest_in_s=earliest_s - last_at if earliest_s is not None else None,
        expected_in_s=expected_s - last_at if expected_s is not None else None,
        text=text,
    )


def _span(seconds: float) -> str:
    for size, name in ((_DAY_S, "day"), (3600.0, "hour"), (60.0, "minute")):
        if seconds >= 2 * size or (name == "minute"):
            count = round(seconds / size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    raise AssertionError("unreachable: minutes take all the rest")


ROUTER = Router("/", route_handlers=[analyze_traffic, analyze_forecast, expected_window], tags=["analysis"])
