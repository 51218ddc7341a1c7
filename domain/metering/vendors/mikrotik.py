"""MikroTik: health, gauges (RouterOS 7) and transceivers (MIKROTIK-MIB)."""

from collections.abc import Iterator

from domain.metering.gauge import Gauge, label
from domain.metering.profile import Profile
from domain.metering.tables import Walked

_E = "1.3.6.1.4.1"
_HEALTH, _GAUGES, _OPTICAL = (
    f"{_E}.14988.1.1.3",
    f"{_E}.14988.1.1.3.100.1",
    f"{_E}.14988.1.1.19.1.1",
)
_OLD_HEALTH = {
    f"{_HEALTH}.8.0": Gauge("voltage_volts", (f"{_HEALTH}.8.0",), "voltage", scale=0.1),
    f"{_HEALTH}.10.0": Gauge("temperature_celsius", (f"{_HEALTH}.10.0",), "temperature", scale=0.1),
    f"{_HEALTH}.11.0": Gauge("temperature_celsius", (f"{_HEALTH}.11.0",), "cpu-temperature", scale=0.1),
    f"{_HEALTH}.12.0": Gauge("power_watts", (f"{_HEALTH}.12.0",), "power-consumption", scale=0.1),
    f"{_HEALTH}.13.0": Gauge("current_amperes", (f"{_HEALTH}.13.0",), "current", scale=0.001),
    f"{_HEALTH}.17.0": Gauge("fan_rpm", (f"{_HEALTH}.17.0",), "fan1-speed"),
    f"{_HEALTH}.18.0": Gauge("fan_rpm", (f"{_HEALTH}.18.0",), "fan2-speed"),
}
_GAUGE_UNITS: dict[int, tuple[str, float]] = {
    1: ("temperature_celsius", 1.0),
    2: ("fan_rpm", 1.0),
    3: ("voltage_volts", 0.1),
    4: ("current_amperes", 0.1),
    5: ("power_watts", 0.1),
}


def _mikrotik(walked: Walked) -> Iterator[Gauge]:
    rows = walked.rows(f"{_GAUGES}.2")
    for row in rows:
        name = label(walked.get(f"{_GAUGES}.2.{row}"), f"gauge {row}")
        unit = int(walked.number(f"{_GAUGES}.4.{row}") or 0)
        value = (f"{_GAUGES}.3.{row}",)
        if unit in _GAUGE_UNITS:
            metric, scale = _GAUGE_UNITS[unit]
            yield Gauge(metric, value, name, scale=scale)
        elif "psu" in name and "state" in name:
            yield Gauge("power_ok", value, name, "good", good=(0,))
    if not rows:
        yield from (gauge for oid, gauge in _OLD_HEALTH.items() if walked.number(oid))
    for row in walked.rows(f"{_OPTICAL}.2"):
        name = label(walked.get(f"{_OPTICAL}.2.{row}"), f"transceiver {row}")
        yield Gauge("temperature_celsius", (f"{_OPTICAL}.6.{row}",), name)
        yield Gauge("optical_tx_dbm", (f"{_OPTICAL}.9.{row}",), name, scale=0.001)
        yield Gauge("optical_rx_dbm", (f"{_OPTICAL}.10.{row}",), name, scale=0.001)


MIKROTIK = Profile(
    name="MikroTik",
    enterprises=(14988,),
    gets=tuple(_OLD_HEALTH),
    walks=(f"{_GAUGES}.2", f"{_GAUGES}.4", f"{_OPTICAL}.2"),
    find=lambda walked: list(_mikrotik(walked)),
)
