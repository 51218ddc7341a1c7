"""The catalogue of metrics."""

import math

import pytest

from domain.errors import Invalid
from domain.metrics import METRICS, check_name, sane


def test_the_names_that_clients_rely_on_are_there() -> None:
    named = "icmp_rtt_ms icmp_loss_percent cpu_percent memory_percent storage_percent temperature_celsius uptime_s"
    named += " if_in_bps if_out_bps if_in_errors_per_s if_out_errors_per_s if_in_discards_per_s if_oper_up"
    named += " queue_rx_bps queue_tx_bps optical_rx_dbm"
    assert set(named.split()) <= set(METRICS)


def test_what_a_metric_cannot_be_is_not_known() -> None:
    assert sane("cpu_percent", 100.0) == 100.0
    assert sane("cpu_percent", 101.0) is None
    assert sane("cpu_percent", -1.0) is None
    assert sane("optical_rx_dbm", -40.0) == -40.0
    for nonsense in (math.nan, math.inf, -math.inf):
        assert sane("temperature_celsius", nonsense) is None
        assert sane("if_in_bps", nonsense) is None


def test_a_name_that_is_none_is_refused_with_what_may_be_meant() -> None:
    check_name("cpu_percent", "metric")
    with pytest.raises(Invalid, match=r"no metric cpu_percnt; cpu_percent\?"):
        check_name("cpu_percnt", "metric")
    with pytest.raises(Invalid, match="GET /telemetry/metrics"):
        check_name("dew", "metric")
