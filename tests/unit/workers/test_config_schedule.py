"""When backups are due, by interval and by cron."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from apscheduler.triggers.cron import CronTrigger

from domain.config_settings import ConfigSettings
from workers.config_schedule import due, in_names

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
        trigger = CronTrigger.from_crontab(in_names(cron), timezone=UTC)
        assert trigger.get_next_fire_time(None, NOW).weekday() == weekday, cron
    assert in_names("0 0 * * 5-7") == "0 0 * * fri,sat,sun"
    assert in_names("0 0 * * *") == "0 0 * * *"


@pytest.mark.parametrize(
    "cron", ["*/5 * * * *", "30 3 * * 1-5", "0,30 0-6/2 1,15 * mon,wed", "59 23 31 12 7", ""]
)
def test_good_cron_is_taken(cron: str) -> None:
    settings = msgspec.convert({"backup_cron": cron}, ConfigSettings)
    due(settings, None, since=NOW, now=NOW + 400 * DAY)


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
