"""Stored telemetry: which series there are, and their values over time with percentile and total."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, repeat
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import FromPath, FromQuery, QueryParameter

from api.as_of import point_in_time
from api.caller import viewer
from api.pages import Cursor, Limit, Page, page_of_all
from api.provided import Connect, StoredTelemetry
from domain.errors import Invalid, NotFound
from domain.metrics import METRICS
from domain.telemetry_history import DAY_S, Figures, MetricWindow, Series, Spans, TelemetryHistory
from domain.telemetry_steps import fitting_step, resolution_of
from projections import inventory_queries
from projections.settings import in_force

_BILLED_S = 300
"""Percentiles for billing are of five-minute means, by custom."""
_BILLED_DAYS = 100
"""A quarter; over longer times they are of the means that are shown."""
_RATE = "bit/s"
_EARLIEST_S, _LATEST_S = 0.0, 4_102_444_800.0  # 1970 to 2100


class SeriesBody(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was measured on a device. `unit` is empty for a metric that the catalogue does not have."""

    metric: str
    interface: str
    interval_s: float
    unit: str


class Point(msgspec.Struct, frozen=True):
    """A step from `at` on, or a sample. `value` is the mean of the step; all null in a gap."""

    at: datetime
    value: float | None
    min: float | None
    max: float | None
    last: float | None
    count: int


class InterfaceHistory(msgspec.Struct, frozen=True, kw_only=True):
    """`p95` is the 95th percentile of the means of `p95_of_s` seconds; `total_bytes`, for rates in bit/s, counts the time
    that was measured, which is `covered_percent` of what was asked for."""

    interface: str
    points: list[Point]
    min: float | None
    max: float | None
    mean: float | None
    p95: float | None
    p95_of_s: int
    total_bytes: float | None
    covered_percent: float


class HistoryBody(msgspec.Struct, frozen=True, kw_only=True):
    """`step_s` is 0 where the samples are given as they came; `resolution_s` is the rollup that was read."""

    device_id: UUID
    metric: str
    unit: str
    since: datetime = msgspec.field(name="from")
    until: datetime = msgspec.field(name="to")
    step_s: int
    resolution_s: int
    items: list[InterfaceHistory]


@get("/telemetry/series", guards=[viewer])
async def list_series(
    device_id: FromQuery[UUID],
    history: StoredTelemetry,
    connect: Connect,
    metric: FromQuery[str | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SeriesBody]:
    """What was ever measured on a device."""
    found = await _existing(history, connect, device_id)
    bodies = [
        SeriesBody(
            metric=each.metric,
            interface=each.interface,
            interval_s=each.interval_s,
            unit=unit_of(each.metric),
        )
        for each in found
        if metric is None or each.metric == metric
    ]
    return page_of_all(bodies, limit, cursor, lambda body: (body.metric, body.interface))


@get("/telemetry/history/{device:uuid}", guards=[viewer])
async def get_history(
    device: FromPath[UUID],
    history: StoredTelemetry,
    connect: Connect,
    metric: Annotated[str, QueryParameter(min_length=1, max_length=255)],
    interface: Annotated[
        list[str] | None, QueryParameter(description="repeat for several; left out: all of the metric")
    ] = None,
    since: Annotated[
        str | None,
        QueryParameter(name="from", description="RFC 3339, inclusive; left out: a day before `to`"),
    ] = None,
    until: Annotated[
        str | None, QueryParameter(name="to", description="RFC 3339, exclusive; left out: now")
    ] = None,
    step: Annotated[
        int | None,
        QueryParameter(description="seconds, whole minutes; 0: the samples; left out: what fits a chart"),
    ] = None,
) -> HistoryBody:
    """Means, least and greatest values a step, from the rollup that fits. Gaps are null, never zero."""
    now = time.time()
    begin, end = _range(since, until, now)
    wanted = await _existing(history, connect, device, metric)
    if interface is not None:
        wanted = [each for each in wanted if each.interface in interface]
    async with connect() as conn:
        retention_days = (await in_force(conn)).retention_days
    step_s = fitting_step(
        step,
        since=begin,
        until=end,
        interval_s=min((each.interval_s for each in wanted), default=60.0),
        now=now,
        retention_days=retention_days,
    )
    names = [each.interface for each in wanted]
    window = MetricWindow(device_id=str(device), metric=metric, interfaces=names, since=begin, until=end)
    items = await _items(history, window, step_s) if names else []
    return HistoryBody(
        device_id=device,
        metric=metric,
        unit=unit_of(metric),
        since=_moment(begin),
        until=_moment(end),
        step_s=step_s,
        resolution_s=resolution_of(step_s) if step_s else 0,
        items=items,
    )


async def _items(history: TelemetryHistory, window: MetricWindow, step_s: int) -> list[InterfaceHistory]:
    asked_s = window.until - window.since
    billed_s = _BILLED_S if asked_s <= _BILLED_DAYS * DAY_S else step_s
    if step_s:
        spans, figures = await history.spans_and_figures(window, step_s, figures_s=billed_s)
        points = {name: _points(each, step_s) for name, each in spans.items()}
    else:
        billed_s = billed_s or _BILLED_S
        figures = await history.figures(window, billed_s)
        points = {
            name: [
                Point(_moment(at), value, value, value, value, int(value is not None))
                for at, value in await history.series(
                    window.device_id, window.metric, name, since=window.since, until=window.until
                )
            ]
            for name in window.interfaces
        }
    return [
        _interface(name, points[name], figures[name], window.metric, billed_s, asked_s)
        for name in window.interfaces
    ]


def _interface(
    name: str, points: list[Point], figures: Figures, metric: str, billed_s: int, asked_s: float
) -> InterfaceHistory:
    return InterfaceHistory(
        interface=name,
        points=points,
        min=figures.low,
        max=figures.high,
        mean=figures.mean,
        p95=figures.p95,
        p95_of_s=billed_s,
        total_bytes=figures.total / 8 if unit_of(metric) == _RATE else None,
        covered_percent=round(min(100 * figures.covered_s / asked_s, 100.0), 2),
    )


async def _existing(
    history: TelemetryHistory, connect: Connect, device: UUID, metric: str = ""
) -> Sequence[Series]:
    """Raises NotFound for a device that never was; what a removed one had can still be read."""
    found = await history.existing(str(device), metric)
    if not found and not (metric and await history.existing(str(device))):
        async with connect() as conn:
            if await inventory_queries.one(conn, str(device)) is None:
                raise NotFound("no such device", code="DEVICE_NOT_FOUND")
    return found


def unit_of(metric: str) -> str:
    return METRICS[metric].unit if metric in METRICS else ""


def _range(since: str | None, until: str | None, now: float) -> tuple[float, float]:
    end_at, begin_at = point_in_time(until, "to"), point_in_time(since, "from")
    end = end_at.timestamp() if end_at else now
    begin = begin_at.timestamp() if begin_at else end - DAY_S
    if not _EARLIEST_S <= begin < end <= _LATEST_S:
        raise Invalid("`from` must be before `to`, both between 1970 and 2100", field="from")
    return begin, end


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _points(spans: Spans, step_s: int) -> list[Point]:
    steps = repeat(timedelta(seconds=step_s), max(len(spans.at) - 1, 0))
    at = (
        accumulate(steps, initial=_moment(spans.at[0])) if spans.at else ()
    )  # a tenth of the time of one by one
    return list(map(Point, at, spans.mean, spans.low, spans.high, spans.last, spans.counted))


ROUTER = Router("/", route_handlers=[list_series, get_history], tags=["telemetry"])
