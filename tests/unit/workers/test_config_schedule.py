"""When backups are due, by interval and by cron."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from domain.config_settings import ConfigSettings
from workers.config_schedule import due, trigger_of

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)


def test_the_first_one_by_interval_is_due_at_once_and_the_next_an_interval_later() -> None:
    settings = ConfigSettings(backup_interval_s=3_600, backup_jitter_s=0)
    first = due(settings, None, since=NOW, now=NOW)
    assert first == due(settings, None, since=NOW, now=NOW + timedelta(minutes=59)), "one a slot"
    assert due(settings, NOW, since=NOW, now=NOW + timedelta(minutes=59)) is None
    hour = NOW + timedelta(hours=1)
    assert due(settings, NOW, since=NOW, now=hour) == hour
    assert due(settings, NOW, since=NOW, now=NOW + 9 * DAY) == hour, "what was missed is made up for once"


def test_nothing_is_due_without_interval_and_cron() -> None:
    settings = ConfigSettings(backup_interval_s=0)
    assert due(settings, None, since=NOW - DAY, now=NOW) is None


def test_cron_counts_from_the_last_one_or_the_start() -> None:
    settings = ConfigSettings(backup_cron="30 3 * * *", backup_jitter_s=0)
    time = NOW.replace(hour=3, minute=30) + DAY
    assert due(settings, None, since=NOW, now=NOW) is None
    assert due(settings, None, since=NOW, now=time) == time
    assert due(settings, time, since=NOW, now=time + timedelta(hours=5)) is None
    assert due(settings, time, since=NOW, now=time + DAY) == time + DAY


def test_jitter_delays_by_no_more_than_asked_for_and_the_same_for_the_same_time() -> None:
    settings = ConfigSettings(backup_interval_s=3_600, backup_jitter_s=600)
    begins = [
        next(
            second
            for second in range(3_600, 3_600 + 601)
            if due(settings, NOW + day * DAY, since=NOW, now=NOW + day * DAY + timedelta(seconds=second))
        )
        for day in range(5)
    ]
    assert len(set(begins)) > 1


def test_days_are_counted_as_crontab_does() -> None:
    for cron, weekday in (("0 0 * * 0", 6), ("0 0 * * 7", 6), ("0 0 * * 1", 0), ("0 0 * * sat", 5)):
        assert trigger_of(cron).get_next_fire_time(None, NOW).weekday() == weekday, cron


@pytest.mark.parametrize(
    ("cron", "first"),
    [
        ("*/5 * * * *", datetime(2026, 3, 4, 12, 5, tzinfo=UTC)),
        ("30 3 * * 1-5", datetime(2026, 3, 5, 3, 30, tzinfo=UTC)),
        ("0,30 0-6/2 1,15 * mon,wed", datetime(2026, 3, 9, tzinfo=UTC)),  # a Monday: either day will do
        ("0 0 1,5 * mon", datetime(2026, 3, 5, tzinfo=UTC)),
        (
            "0 0 */2 * mon",
            datetime(2026, 3, 9, tzinfo=UTC),
        ),  # an odd day that is a Monday: a star limits none
        ("59 23 31 12 *", datetime(2026, 12, 31, 23, 59, tzinfo=UTC)),
        ("0 9 * * fri-sun", datetime(2026, 3, 6, 9, tzinfo=UTC)),
        ("0 9 * * 1,*", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("0 0 30 2 *", None),
    ],
)
def test_good_cron_is_taken(cron: str, first: datetime | None) -> None:
    settings = msgspec.convert({"backup_cron": cron}, ConfigSettings)
    assert due(settings, None, since=NOW, now=NOW + 400 * DAY) == first


def test_without_cron_the_interval_counts() -> None:
    settings = msgspec.convert({"backup_cron": "", "backup_interval_s": 3_600}, ConfigSettings)
    assert due(settings, NOW - DAY, since=NOW, now=NOW) == NOW - DAY + timedelta(hours=1)


@pytest.mark.parametrize(
    "cron",
    [
        "every day",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "* * * *",
        "*/0 * * * *",
    ],
)
def test_bad_cron_is_refused(cron: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"backup_cron": cron}, ConfigSettings)
