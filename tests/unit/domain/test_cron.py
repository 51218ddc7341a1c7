"""What is wrong with times as in crontab(5) is told when they are set."""

import pytest

from domain.cron import check_cron, days_of_week
from domain.errors import Invalid
from domain.settings import SETTINGS, ChangeSettings, Settings


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("30-10 * * * *", "the minute 30-10 runs backwards"),
        ("0 0 20-5 * *", "the day of the month 20-5 runs backwards"),
        ("0 0 * * 5-2", "the day of the week 5-2 runs backwards"),
        ("*/60 * * * *", "a step that leads beyond"),
        ("0 0-6/7 * * *", "a step that leads beyond"),
    ],
)
def test_times_that_never_come_are_refused(cron: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_cron(cron)
    with pytest.raises(Invalid, match=told) as refused:
        SETTINGS.decide(Settings(), ChangeSettings(changes={"config/backup_cron": cron}))
    assert refused.value.details["field"] == "config/backup_cron"


@pytest.mark.parametrize("cron", ["*/59 */23 * * *", "5/10 0-6/2 1,15 * mon,wed", "0 0 * 1-12 fri-sun"])
def test_other_times_are_taken(cron: str) -> None:
    assert SETTINGS.decide(Settings(), ChangeSettings(changes={"config/backup_cron": cron}))


def test_days_of_the_week_are_told_one_by_one() -> None:
    assert days_of_week("5-7") == ["fri", "sat", "sun"]
    assert days_of_week("sat-sun,0") == ["sat", "sun"]
    assert days_of_week("mon,3") == ["mon", "wed"]
    assert days_of_week("*") == days_of_week("1,*") == []
