"""Samples of interfaces from readings of their counters."""

import pytest

from domain.interface_rates import InterfaceRates, named
from domain.snmp_polling import Column, ColumnRead, InterfacesRead, PolledInterface, PollPlan
from domain.telemetry import Sample

PLAN = PollPlan(
    access_id="a",
    address="192.0.2.1",
    interfaces=(
        PolledInterface(1, "ether1", wide=True, speed_bps=1_000_000_000),
        PolledInterface(2, "ether2", wide=False, speed_bps=100_000_000),
    ),
)


def read(at_s: float, uptime_s: float, plan: PollPlan = PLAN, **columns: dict[int, int]) -> InterfacesRead:
    made: dict[Column, ColumnRead] = {
        column: ColumnRead(  # type: ignore[misc]  # names of columns
            [values.get(each.if_index) for each in plan.interfaces], [at_s] * len(plan.interfaces)
        )
        for column, values in columns.items()
    }
    return InterfacesRead(read_s=at_s, response_ms=1.0, uptime_s=uptime_s, tables=(2, None), columns=made)


def taken(samples: list[Sample]) -> dict[tuple[str, str], float | None]:
    return {(each.metric, each.interface): each.value for each in samples}


UP = {1: 1, 2: 1}


def test_rates_come_with_the_second_reading() -> None:
    rates = InterfaceRates()
    first, _ = rates.samples(PLAN, read(0, 1_000, oper_status=UP, in_octets={1: 0, 2: 2**32 - 1}), 60)
    assert taken(first) == {("if_oper_up", "ether1"): 1.0, ("if_oper_up", "ether2"): 1.0}
    second, anew = rates.samples(
        PLAN, read(60, 1_060, oper_status=UP, in_octets={1: 750_000_000, 2: 599}), 60
    )
    assert not anew
    made = taken(second)
    assert made["if_in_bps", "ether1"] == pytest.approx(1e8)
    assert made["if_in_utilization_percent", "ether1"] == pytest.approx(10)
    assert made["if_in_bps", "ether2"] == pytest.approx(80)  # its 32 bits wrapped


def test_a_restart_is_told_and_gives_no_rates() -> None:
    rates = InterfaceRates()
    rates.samples(PLAN, read(0, 100_000, oper_status=UP, in_octets={1: 5, 2: 5}), 60)
    samples, anew = rates.samples(PLAN, read(60, 20, oper_status=UP, in_octets={1: 900, 2: 900}), 60)
    assert anew
    assert {metric for metric, _ in taken(samples)} == {"if_oper_up"}


def test_an_interface_that_is_down_says_so_and_nothing_else() -> None:
    rates = InterfaceRates()
    idle = {"in_octets": {1: 5, 2: 5}, "in_errors": {1: 0, 2: 0}}
    rates.samples(PLAN, read(0, 1_000, oper_status={1: 1, 2: 2}, **idle), 60)
    samples, _ = rates.samples(PLAN, read(60, 1_060, oper_status={1: 1, 2: 2}, **idle), 60)
    assert taken(samples) == {
        ("if_oper_up", "ether1"): 1.0,
        ("if_in_bps", "ether1"): 0.0,
        ("if_in_utilization_percent", "ether1"): 0.0,
        ("if_in_errors_per_s", "ether1"): 0.0,
        ("if_oper_up", "ether2"): 0.0,
    }


def test_interfaces_that_stay_go_on_counting_when_others_come_and_go() -> None:
    rates = InterfaceRates()
    rates.samples(PLAN, read(0, 1_000, oper_status=UP, in_octets={1: 100, 2: 200}), 60)
    changed = PollPlan(
        access_id="a",
        address="192.0.2.1",
        interfaces=(
            PolledInterface(3, "ether3", wide=True),
            PolledInterface(2, "ether2", wide=True, speed_bps=100_000_000),
            PolledInterface(1, "ether1", wide=True, speed_bps=1_000_000_000),
        ),
    )
    samples, anew = rates.samples(
        changed,
        read(60, 1_060, changed, oper_status={1: 1, 2: 1, 3: 1}, in_octets={1: 700, 2: 800, 3: 5}),
        60,
    )
    assert not anew
    made = taken(samples)
    assert made["if_in_bps", "ether1"] == pytest.approx(80)
    assert ("if_in_bps", "ether2") not in made  # its counters were others before: of 32 bits
    assert ("if_in_bps", "ether3") not in made


def test_names_that_come_twice_carry_their_index() -> None:
    found = named([PolledInterface(1, "eth"), PolledInterface(2, "eth"), PolledInterface(3, "lo")])
    assert [each.name for each in found] == ["eth#1", "eth#2", "lo"]


def test_narrow_counters_bound_the_interval() -> None:
    assert PLAN.longest_s() == pytest.approx(309.2, abs=0.1)
    fast = PollPlan(access_id="a", address="b", interfaces=(PolledInterface(1, "x", False, 10**9),))
    assert fast.longest_s() == pytest.approx(30.9, abs=0.1)
    assert PollPlan(access_id="a", address="b").longest_s() is None
