"""What people say of the detectors' alerts moves the sensitivity of that series, one step each, and back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from domain.alert import alert_id
from domain.alert_events import AlertAcknowledged, AlertJudged, AlertRaised, AlertResolved
from domain.detection.alarm_rules import MOST_LEVELS
from domain.detection.finding import SOURCE
from domain.event import Actor, Event, Metadata, Recorded
from projections.anomalies import ALARMS_KEPT, Anomalies
from projections.projection import fold_in_memory

KEY = "anomaly/d/cpu_percent/"
META = Metadata(
    occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
    actor=Actor("worker", "detector", "detector"),
    correlation_id="c",
)


def raised(occurrence: int = 1, source: str = SOURCE) -> AlertRaised:
    return AlertRaised(
        key=KEY,
        severity="medium",
        title="t",
        occurrence=occurrence,
        device_id="d",
        source=source,
        metric="cpu_percent",
        detail={"detector": "series", "at": "2026-01-01T00:00:00+00:00"},
    )


def folded(*events: Event) -> dict[str, Any] | None:
    rows = fold_in_memory(
        Anomalies(),
        [Recorded(alert_id(KEY), number, event, META, number) for number, event in enumerate(events, 1)],
    )
    return rows.get("series", str(alert_id(KEY)))


def level(*events: Event) -> Any:
    row = folded(*events)
    assert row is not None
    return row["level"]


def judged(useful: bool | None, previous: bool | None = None) -> AlertJudged:
    return AlertJudged(useful=useful, previous=previous)


def useless(times: int) -> Sequence[Event]:
    return [
        event
        for number in range(times)
        for event in (raised(number + 1), judged(False), AlertResolved(previous="firing"))
    ]


def test_each_useless_alert_lowers_a_step_and_no_further_than_the_last() -> None:
    assert [level(*useless(times)) for times in (1, 2, 3)] == [1, 2, 3]
    assert level(*useless(MOST_LEVELS + 3)) == MOST_LEVELS


def test_a_judgement_that_is_taken_back_takes_its_step_back() -> None:
    assert level(raised(), judged(False), judged(None, False)) == 0
    assert level(*useless(2), raised(3), judged(True)) == 1
    assert level(*useless(2), raised(3), judged(True), judged(None, True)) == 2
    assert level(raised(), judged(True), judged(False, True)) == 1
    assert level(raised(), judged(True)) == 0


def test_counts_and_alarms_are_kept() -> None:
    row = folded(
        raised(), AlertAcknowledged(), AlertAcknowledged(), AlertResolved(previous="acknowledged"), raised(2)
    )
    assert row is not None
    assert (row["raised"], row["acknowledged"], row["metric"]) == (2, 1, "cpu_percent")
    first, second = row["alarms"]
    assert first["acknowledged"] and first["resolved_at"] and first["at"] == "2026-01-01T00:00:00+00:00"
    assert second["resolved_at"] is None
    many = folded(*useless(ALARMS_KEPT + 5))
    assert many is not None and len(many["alarms"]) == ALARMS_KEPT
    assert many["alarms"][-1]["occurrence"] == ALARMS_KEPT + 5


def test_alerts_of_others_are_none_of_its_business() -> None:
    assert folded(raised(source="engineer"), judged(False)) is None
