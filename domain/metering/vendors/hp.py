"""HP ProCurve and Aruba: STATISTICS-MIB, NETSWITCH-MIB, HP-ICF-CHASSIS, HP-ICF-POE; ARUBAWIRED-TEMPSENSOR and -FAN of AOS-CX."""

from collections.abc import Iterator

from domain.metering.gauge import Gauge, label
from domain.metering.profile import Profile
from domain.metering.tables import Walked

_E = "1.3.6.1.4.1"
_HP_CPU, _HP_MEMORY = f"{_E}.11.2.14.11.5.1.9.6.1.0", f"{_E}.11.2.14.11.5.1.1.2.1.1.1"
_HP_SENSORS, _HP_AIR = f"{_E}.11.2.14.11.1.2.6.1", f"{_E}.11.2.14.11.5.1.54.2.1.1"
_CX_TEMPERATURE, _CX_FAN = f"{_E}.47196.4.1.1.3.11.3.1.1", f"{_E}.47196.4.1.1.3.11.5.1.1"
_HP_GOOD, _HP_NOT_PRESENT = 4, 5
_HP_KINDS = {"1": "power_ok", "2": "fan_ok"}


def _hp(walked: Walked) -> Iterator[Gauge]:
    if walked.has(_HP_CPU):
        yield Gauge("cpu_percent", (_HP_CPU,))
    for row in walked.rows(f"{_HP_MEMORY}.5")[:1]:
        oids = (f"{_HP_MEMORY}.6.{row}", f"{_HP_MEMORY}.5.{row}")
        yield Gauge("memory_percent", oids, formula="free_of_total")
    for row in walked.rows(f"{_HP_SENSORS}.4"):
        kind = str(walked.get(f"{_HP_SENSORS}.2.{row}")).rpartition(".")[2]
        state = f"{_HP_SENSORS}.4.{row}"
        if kind in _HP_KINDS and walked.number(state) != _HP_NOT_PRESENT:
            name = label(walked.get(f"{_HP_SENSORS}.7.{row}"), f"{_HP_KINDS[kind].partition('_')[0]} {row}")
            yield Gauge(_HP_KINDS[kind], (state,), name, "good", good=(_HP_GOOD,))
    for row in walked.rows(f"{_HP_AIR}.8"):
        name = label(walked.get(f"{_HP_AIR}.2.{row}"), f"air {row}")
        yield Gauge("temperature_celsius", (f"{_HP_AIR}.8.{row}",), name)
    for row in walked.rows(f"{_CX_TEMPERATURE}.7"):
        name = label(walked.get(f"{_CX_TEMPERATURE}.5.{row}"), f"temperature {row}")
        yield Gauge("temperature_celsius", (f"{_CX_TEMPERATURE}.7.{row}",), name, scale=0.001)
    for row in walked.rows(f"{_CX_FAN}.8"):
        yield Gauge("fan_rpm", (f"{_CX_FAN}.8.{row}",), label(walked.get(f"{_CX_FAN}.4.{row}"), f"fan {row}"))


HP = Profile(
    name="HP and Aruba",
    enterprises=(11, 47196),
    gets=(_HP_CPU,),
    walks=(
        f"{_HP_MEMORY}.5",
        *(f"{_HP_SENSORS}.{column}" for column in (2, 4, 7)),
        *(f"{_HP_AIR}.{column}" for column in (2, 8)),
        *(f"{_CX_TEMPERATURE}.{column}" for column in (5, 7)),
        *(f"{_CX_FAN}.{column}" for column in (4, 8)),
    ),
    find=lambda walked: list(_hp(walked)),
)
