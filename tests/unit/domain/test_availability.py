"""Up and down by several checks."""

from hypothesis import given
from hypothesis import strategies as st

from domain.availability import Availability, Check, loss_percent, median_ms

LOST = Check(asked=("icmp", "snmp"))
BY_ICMP = Check(asked=("icmp",), answered=("icmp",))
BY_SNMP = Check(asked=("icmp", "snmp"), answered=("snmp",))


def judged(availability: Availability, *checks: Check) -> list[str | None]:
    return [availability.judge(check, down_after=3, down_of=4) for check in checks]


def test_one_lost_check_or_two_tell_nothing_and_three_of_four_do() -> None:
    assert judged(Availability(("icmp",)), LOST, BY_ICMP, LOST, LOST) == [None, "up", None, "down"]
    assert judged(Availability(("icmp",)), LOST, LOST, LOST) == [None, None, "down"]


def test_any_means_of_answering_is_an_answer() -> None:
    assert judged(Availability(), BY_SNMP, LOST, LOST, LOST, BY_ICMP) == ["up", None, None, "down", "up"]


def test_what_never_answered_is_not_down() -> None:
    assert judged(Availability(), *[LOST] * 9) == [None] * 9
    only_icmp_asked = Check(asked=("icmp",))
    assert judged(Availability(("snmp",)), *[only_icmp_asked] * 9) == [None] * 9


def test_after_a_lost_check_the_next_one_should_follow_soon() -> None:
    availability = Availability(("icmp",))
    assert not availability.doubtful
    judged(availability, LOST)
    assert availability.doubtful
    judged(availability, BY_ICMP)
    assert not availability.doubtful


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20), st.integers(1, 40))
def test_down_is_said_only_after_that_many_losses(outcomes: list[bool], after: int, of: int) -> None:
    availability = Availability(("icmp",))
    for place, answered in enumerate(outcomes):
        status = availability.judge(BY_ICMP if answered else LOST, down_after=after, down_of=of)
        window = outcomes[max(0, place + 1 - max(after, of)) : place + 1]
        if status == "down":
            assert window.count(False) >= after
            assert not answered


def test_loss_and_round_trip() -> None:
    assert loss_percent([1.0, None, 3.0, None]) == 50.0
    assert median_ms([5.0, None, 1.0, 3.0]) == 3.0
    assert median_ms([None]) is None
