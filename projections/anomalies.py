"""What became of the detectors' alerts, series by series: how often each alarmed, and what people thought of it."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from domain.alert_events import AlertAcknowledged, AlertJudged, AlertRaised, AlertReopened, AlertResolved
from domain.detection.alarm_rules import MOST_LEVELS
from domain.detection.finding import SOURCE
from domain.event import Recorded
from projections.tables import Key, Row, Rows, Table, instant

ALARMS_KEPT = 50
"""Of each series, the latest."""

SERIES = Table(
    "series",
    {
        "id": "uuid",
        "key": "text NOT NULL",
        "device_id": "text NOT NULL",
        "metric": "text NOT NULL",
        "interface": "text NOT NULL",
        "detector": "text NOT NULL",
        "raised": "int NOT NULL",
        "acknowledged": "int NOT NULL",
        "useful": "int NOT NULL",
        "not_useful": "int NOT NULL",
        "level": "int NOT NULL",
        "alarms": "jsonb NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=("(device_id)", "(level) WHERE level > 0"),
)


class Anomalies:
    """One row an alert of a detector. `level` is how often feedback has lowered the series' sensitivity: judgements of
    `not useful` less those of `useful`, 0 to MOST_LEVELS; taking a judgement back takes its step back."""

    name = "anomalies"
    version = 1
    tables: Sequence[Table] = (SERIES,)
    topics: Sequence[str] = ("alert.",)

    def keys(self, recorded: Recorded) -> Iterable[tuple[str, Key]]:
        yield "series", (str(recorded.originator_id),)

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        alert_id = str(recorded.originator_id)
        event, row = recorded.event, rows.get("series", alert_id)
        if isinstance(event, AlertRaised):
            if event.source == SOURCE:
                rows.put("series", _raised(row or _first(alert_id, event), event, recorded))
            return
        changed = None if row is None else _changed(row, recorded)
        if row is not None and changed is not None:
            rows.put("series", {**row, **changed, "position": recorded.position})


def _first(alert_id: str, event: AlertRaised) -> Row:
    return {
        "id": alert_id,
        "key": event.key,
        "device_id": event.device_id,
        "metric": event.metric,
        "interface": event.interface,
        "detector": str(event.detail.get("detector", "series")),
        "raised": 0,
        "acknowledged": 0,
        "useful": 0,
        "not_useful": 0,
        "level": 0,
        "alarms": [],
    }


def _raised(row: Row, event: AlertRaised, recorded: Recorded) -> Row:
    alarm = {
        "occurrence": event.occurrence,
        "at": event.detail.get("at"),
        "raised_at": instant(recorded.meta.occurred_at),
        "resolved_at": None,
        "acknowledged": False,
        "useful": None,
    }
    return {
        **row,
        "raised": row["raised"] + 1,
        "alarms": [*row["alarms"][1 - ALARMS_KEPT :], alarm],
        "position": recorded.position,
    }


def _changed(row: Row, recorded: Recorded) -> Row | None:
    alarm: Row
    match recorded.event:
        case AlertAcknowledged():
            counts = {"acknowledged": row["acknowledged"] + (not row["alarms"][-1]["acknowledged"])}
            alarm = {"acknowledged": True}
        case AlertResolved():
            counts, alarm = {}, {"resolved_at": instant(recorded.meta.occurred_at)}
        case AlertReopened():
            counts, alarm = {}, {"resolved_at": None}
        case AlertJudged() as judged:
            useful = row["useful"] + (judged.useful is True) - (judged.previous is True)
            not_useful = row["not_useful"] + (judged.useful is False) - (judged.previous is False)
            level = min(max(not_useful - useful, 0), MOST_LEVELS)
            counts = {"useful": useful, "not_useful": not_useful, "level": level}
            alarm = {"useful": judged.useful}
        case _:
            return None
    return {**counts, "alarms": [*row["alarms"][:-1], {**row["alarms"][-1], **alarm}]}


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence: `at` is the time of the sample, RFC 3339."""

    occurrence: int
    at: str | None
    raised_at: str
    resolved_at: str | None
    acknowledged: bool
    useful: bool | None


class SeriesAlarms(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    key: str
    device_id: str
    metric: str
    interface: str
    detector: str
    raised: int
    acknowledged: int
    useful: int
    not_useful: int
    level: int
    alarms: list[Alarm]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one detector."""

    detector: str
    raised: int
    acknowledged: int
    useful: int
    not_useful: int
    lowered_series: int
    """Series whose sensitivity feedback has lowered."""


async def levels(conn: AsyncConnection[Any]) -> dict[str, int]:
    """By alert key, how often its sensitivity is lowered; only what is."""
    cursor = await conn.execute("SELECT key, level FROM anomalies.series WHERE level > 0")
    return dict(await cursor.fetchall())


async def judged(conn: AsyncConnection[Any]) -> list[Judged]:
    cursor = await conn.execute(
        "SELECT detector, sum(raised)::int, sum(acknowledged)::int, sum(useful)::int, sum(not_useful)::int,"
        " (count(*) FILTER (WHERE level > 0))::int FROM anomalies.series GROUP BY detector ORDER BY detector"
    )
    names = Judged.__struct_fields__
    return [Judged(**dict(zip(names, row, strict=True))) for row in await cursor.fetchall()]


async def alarms_of(
    conn: AsyncConnection[Any],
    *,
    device_id: str | None = None,
    metric: str | None = None,
    limit: int = 10_000,
) -> list[SeriesAlarms]:
    cursor = await conn.execute(
        "SELECT row_to_json(s)::text FROM anomalies.series s"
        " WHERE (%(device)s::text IS NULL OR device_id = %(device)s)"
        " AND (%(metric)s::text IS NULL OR metric = %(metric)s) ORDER BY key LIMIT %(limit)s",
        {"device": device_id, "metric": metric, "limit": limit},
    )
    return [msgspec.json.decode(row[0], type=SeriesAlarms) for row in await cursor.fetchall()]
