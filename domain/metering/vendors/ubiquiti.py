"""Ubiquiti: airMAX radios (UBNT-AirMAX-MIB) and EdgeSwitch (FASTPATH switching and boxServices MIBs, kB and °C)."""

from collections.abc import Iterator

from domain.metering.gauge import Gauge
from domain.metering.profile import Profile
from domain.metering.tables import Walked

_E = "1.3.6.1.4.1"
_AIRMAX_CPU = f"{_E}.41112.1.4.8.3.0"
_FASTPATH = f"{_E}.4413.1.1"
_EDGE_FREE, _EDGE_TOTAL, _EDGE_CPU = (f"{_FASTPATH}.1.1.4.{column}.0" for column in (1, 2, 9))
_EDGE_TEMPERATURE = f"{_FASTPATH}.43.1.8.1.5"


def _ubiquiti(walked: Walked) -> Iterator[Gauge]:
    if walked.has(_AIRMAX_CPU):
        yield Gauge("cpu_percent", (_AIRMAX_CPU,))
    if walked.has(_EDGE_CPU):
        yield Gauge("cpu_percent", (_EDGE_CPU,), formula="text", after="60 Secs (")
    if walked.number(_EDGE_TOTAL):
        yield Gauge("memory_percent", (_EDGE_FREE, _EDGE_TOTAL), formula="free_of_total")
    for row in walked.rows(_EDGE_TEMPERATURE):
        yield Gauge("temperature_celsius", (f"{_EDGE_TEMPERATURE}.{row}",), f"temperature {row}")


UBIQUITI = Profile(
    name="Ubiquiti",
    enterprises=(41112, 10002, 4413),
    gets=(_AIRMAX_CPU, _EDGE_FREE, _EDGE_TOTAL, _EDGE_CPU),
    walks=(_EDGE_TEMPERATURE,),
    find=lambda walked: list(_ubiquiti(walked)),
)
