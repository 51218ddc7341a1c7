"""Samples of routers and of their users' queues."""

import pytest

from domain.router_counters import RouterInterface, RouterQueue
from domain.router_reads import RouterHealth
from domain.router_telemetry import RouterRates, health_samples, user_of
from domain.telemetry import Sample


def values(samples: list[Sample]) -> dict[tuple[str, str], float | None]:
    return {(each.metric, each.interface): each.value for each in samples}


def test_a_queue_is_named_by_its_user() -> None:
    assert user_of("<pppoe-ana>") == "ana"
    assert user_of("<pppoe->>") == ">"
    assert user_of("office") == "office"


def test_a_user_s_rate_is_the_mean_since_the_last_reading() -> None:
    rates = RouterRates()
    first = rates.queues([RouterQueue(name="<pppoe-ana>", rx_bytes=0, tx_bytes=5, rx_bps=7)], 0.0, 30)
    assert values(first) == {("queue_rx_bps", "ana"): 7.0}  # what the router says, as there is no mean yet
    second = rates.queues([RouterQueue(name="<pppoe-ana>", rx_bytes=300, tx_bytes=605, rx_bps=9)], 30.0, 30)
    assert values(second) == {
        ("queue_rx_bps", "ana"): pytest.approx(80),
        ("queue_tx_bps", "ana"): pytest.approx(160),
    }
    again = rates.queues([RouterQueue(name="<pppoe-ana>", rx_bytes=10, tx_bytes=700, tx_bps=4)], 60.0, 30)
    assert set(values(again)) == {("queue_tx_bps", "ana")}  # the upload's counter began anew


def test_ports_and_users_are_remembered_apart() -> None:
    rates = RouterRates()
    port = RouterInterface(name="ether1", running=True, disabled=False, rx_bytes=0)
    rates.interfaces([port], 0.0, 60)
    rates.queues([], 30.0, 30)
    moved = RouterInterface(name="ether1", running=True, disabled=False, rx_bytes=6_000)
    made = values(rates.interfaces([moved], 60.0, 60))
    assert made["if_in_bps", "ether1"] == pytest.approx(800)


def test_nonsense_of_a_router_is_not_known() -> None:
    health = RouterHealth(cpu_percent=900.0, memory_percent=None, uptime_s=5, version="", board="")
    assert values(health_samples(health)) == {("cpu_percent", ""): None, ("uptime_s", ""): 5.0}
