"""Fortinet: system and hardware sensors (FORTINET-FORTIGATE-MIB)."""

from collections.abc import Iterator

from domain.metering.gauge import Gauge, label
from domain.metering.profile import Profile
from domain.metering.tables import Walked

_E = "1.3.6.1.4.1"
_FG = f"{_E}.12356.101.4"
_FG_CPU, _FG_MEMORY, _FG_DISK, _FG_DISK_SIZE, _FG_SESSIONS = (
    f"{_FG}.1.{column}.0" for column in (3, 4, 6, 7, 8)
)
_FG_SENSORS = f"{_FG}.3.2.1"
_FG_QUANTITIES = (
    ("temp", "temperature_celsius"),
    ("fan", "fan_rpm"),
    ("volt", "voltage_volts"),
    ("vcc", "voltage_volts"),
)


def _fortinet(walked: Walked) -> Iterator[Gauge]:
    for oid, metric in ((_FG_CPU, "cpu_percent"), (_FG_MEMORY, "memory_percent"), (_FG_SESSIONS, "sessions")):
        if walked.has(oid):
            yield Gauge(metric, (oid,))
    if walked.number(_FG_DISK_SIZE):
        yield Gauge("storage_percent", (_FG_DISK, _FG_DISK_SIZE), "disk", "used_of_total")
    for row in walked.rows(f"{_FG_SENSORS}.2"):
        name = label(walked.get(f"{_FG_SENSORS}.2.{row}"), f"sensor {row}")
        metric = next((metric for word, metric in _FG_QUANTITIES if word in name.lower()), "")
        if metric:
            yield Gauge(metric, (f"{_FG_SENSORS}.3.{row}",), name, "text")


FORTINET = Profile(
    name="Fortinet",
    enterprises=(12356,),
    gets=(_FG_CPU, _FG_MEMORY, _FG_DISK, _FG_DISK_SIZE, _FG_SESSIONS),
    walks=(f"{_FG_SENSORS}.2",),
    find=lambda walked: list(_fortinet(walked)),
)
