"""Gauges: found in what an agent has, and what values they make."""

import pytest

from domain.metering import Gauge, gauges, sample, sought
from domain.observation import OidValue
from domain.telemetry import Sample

HR = "1.3.6.1.2.1.25"
LINUX = "1.3.6.1.4.1.8072.3.2.10"


@pytest.mark.parametrize(
    ("gauge", "values", "value"),
    [
        (Gauge("cpu_percent", ("1", "2"), formula="mean"), {"1": 10, "2": 30}, 20.0),
        (Gauge("cpu_percent", ("1", "2"), formula="mean"), {"2": 30}, 30.0),
        (Gauge("cpu_percent", ("1",), formula="unused"), {"1": 97}, 3.0),
        (Gauge("cpu_percent", ("1",)), {"1": 250}, None),
        (Gauge("memory_percent", ("1", "2"), formula="used_of_total"), {"1": 25, "2": 100}, 25.0),
        (Gauge("memory_percent", ("1", "2"), formula="used_of_total"), {"1": 25, "2": 0}, None),
        (Gauge("memory_percent", ("1", "2"), formula="free_of_total"), {"1": 25, "2": 100}, 75.0),
        (Gauge("memory_percent", ("1", "2"), formula="used_and_free"), {"1": 25, "2": 75}, 25.0),
        (Gauge("memory_percent", ("a", "t", "b"), formula="memory"), {"a": 20, "t": 100, "b": 30}, 50.0),
        (Gauge("fan_ok", ("1",), "fan", "good", good=(1,)), {"1": 1}, 1.0),
        (Gauge("fan_ok", ("1",), "fan", "good", good=(1,)), {"1": 3}, 0.0),
        (Gauge("optical_rx_dbm", ("1",), "sfp1", scale=0.001), {"1": -7_150}, -7.15),
        (Gauge("cpu_percent", ("1",), formula="text", after="60 Secs ("), {"1": b"5 Secs (9%) 60 Secs ( 12.5%)"}, 12.5),
        (Gauge("temperature_celsius", ("1",), "cpu", "text"), {"1": b"47.5"}, 47.5),
        (Gauge("temperature_celsius", ("1",), "cpu"), {"1": 2**31 - 1}, None),
        (Gauge("temperature_celsius", ("1",), "cpu"), {"1": b"n/a"}, None),
    ],
)  # fmt: skip
def test_a_formula_gives_the_value_or_says_that_it_is_not_known(
    gauge: Gauge, values: dict[str, OidValue], value: float | None
) -> None:
    made = sample(gauge, values)
    assert made is not None
    assert (made.metric, made.interface) == (gauge.metric, gauge.name)
    assert made.value == (None if value is None else pytest.approx(value))


def test_no_answer_is_no_sample() -> None:
    assert sample(Gauge("memory_percent", ("1", "2"), formula="used_of_total"), {"1": 5}) is None
    assert sample(Gauge("memory_percent", ("a", "t", "b"), formula="memory"), {"a": 1, "b": 1}) is None
    assert sample(Gauge("cpu_percent", ("1",)), {}) is None


def test_a_linux_host_has_processors_memory_and_disks_but_no_pseudo_file_systems() -> None:
    storage = f"{HR}.2.3.1"
    types = {"1": "2", "31": "4", "32": "4", "33": "4"}
    names = {"1": b"Physical memory", "31": b"/", "32": b"/run/lock", "33": b"/srv"}
    found: dict[str, OidValue] = {f"{HR}.3.3.1.2.{cpu}": 5 for cpu in (196608, 196609)}
    for row, kind in types.items():
        found |= {
            f"{storage}.2.{row}": f"{HR}.2.1.{kind}",
            f"{storage}.3.{row}": names[row],
            f"{storage}.5.{row}": 1000,
        }
    made = {(gauge.metric, gauge.name): gauge for gauge in gauges(LINUX, found)}
    assert set(made) == {
        ("cpu_percent", ""),
        ("memory_percent", ""),
        ("storage_percent", "/"),
        ("storage_percent", "/srv"),
    }
    values: dict[str, OidValue] = {f"{storage}.6.31": 250, f"{storage}.5.31": 1000}
    assert sample(made["storage_percent", "/"], values) == Sample("storage_percent", 25.0, "/")


def test_sensors_of_the_same_name_are_told_apart() -> None:
    sensors, names = "1.3.6.1.2.1.99.1.1.1", "1.3.6.1.2.1.47.1.1.1.1.7"
    found: dict[str, OidValue] = {}
    for row in ("7", "8"):
        found |= {
            f"{sensors}.1.{row}": 8,
            f"{sensors}.2.{row}": 9,
            f"{sensors}.3.{row}": 1,
            f"{sensors}.5.{row}": 1,
            f"{names}.{row}": b"Inlet",
        }
    first, second = gauges("1.3.6.1.4.1.30065.1", found)
    assert (first.name, second.name) == ("Inlet", "Inlet #2")
    assert sample(first, {f"{sensors}.4.7": 215}) == Sample("temperature_celsius", 21.5, "Inlet")


def test_the_vendors_own_come_before_the_standard_ones() -> None:
    old_cpu = "1.3.6.1.4.1.9.2.1.57.0"
    found: dict[str, OidValue] = {old_cpu: 7, f"{HR}.3.3.1.2.1": 50}
    (cpu,) = gauges("1.3.6.1.4.1.9.1.1208", found)
    assert cpu.oids == (old_cpu,)
    assert old_cpu in sought("1.3.6.1.4.1.9.1.1208").gets
    assert old_cpu not in sought(LINUX).gets
