"""Juniper: boards (JUNIPER-MIB jnxOperatingTable) and transceivers (JUNIPER-DOM-MIB, indexed by ifIndex)."""

from collections.abc import Iterator

from domain.metering.gauge import Gauge, label
from domain.metering.profile import Profile
from domain.metering.tables import Walked

_E = "1.3.6.1.4.1"
_OPERATING, _DOM = f"{_E}.2636.3.1.13.1", f"{_E}.2636.3.60.1.1.1.1"
_IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
_JUNIPER_FAN_OK, _JUNIPER_POWER_OK = (2, 3, 4, 7), (2, 3, 4, 7)  # running, ready, reset, standby


def _juniper(walked: Walked) -> Iterator[Gauge]:
    boards = []
    for row in walked.rows(f"{_OPERATING}.5"):
        name = label(walked.get(f"{_OPERATING}.5.{row}"), row)
        lower = name.lower()
        state = (f"{_OPERATING}.6.{row}",)
        if walked.number(f"{_OPERATING}.7.{row}"):
            yield Gauge("temperature_celsius", (f"{_OPERATING}.7.{row}",), name)
        if "routing engine" in lower and walked.number(f"{_OPERATING}.15.{row}"):
            boards.append(row)
        elif "fan" in lower:
            yield Gauge("fan_ok", state, name, "good", good=_JUNIPER_FAN_OK)
        elif "power" in lower or "psu" in lower or "pem" in lower:
            yield Gauge("power_ok", state, name, "good", good=_JUNIPER_POWER_OK)
    if boards:
        yield Gauge("cpu_percent", tuple(f"{_OPERATING}.8.{row}" for row in boards), formula="mean")
        yield Gauge("memory_percent", tuple(f"{_OPERATING}.11.{row}" for row in boards), formula="mean")
    for row in walked.rows(f"{_DOM}.5"):
        name = label(walked.get(f"{_IF_NAME}.{row}"), f"transceiver {row}")
        yield Gauge("optical_rx_dbm", (f"{_DOM}.5.{row}",), name, scale=0.01)
        yield Gauge("optical_tx_dbm", (f"{_DOM}.7.{row}",), name, scale=0.01)
        yield Gauge("temperature_celsius", (f"{_DOM}.8.{row}",), name)


JUNIPER = Profile(
    name="Juniper",
    enterprises=(2636,),
    walks=(*(f"{_OPERATING}.{column}" for column in (5, 7, 15)), f"{_DOM}.5", _IF_NAME),
    find=lambda walked: list(_juniper(walked)),
)
