"""Huawei: boards, transceivers and fans (HUAWEI-ENTITY-EXTENT-MIB)."""

from collections.abc import Iterator

from domain.metering.gauge import Gauge, label
from domain.metering.profile import Profile
from domain.metering.standard import ENTITY_NAMES
from domain.metering.tables import Walked

_E = "1.3.6.1.4.1"
_HW_STATE, _HW_OPTICAL, _HW_FAN = (
    f"{_E}.2011.5.25.31.1.1.1.1",
    f"{_E}.2011.5.25.31.1.1.3.1",
    f"{_E}.2011.5.25.31.1.1.10.1",
)
_HW_NOTHING = 2**31 - 1


def _huawei(walked: Walked) -> Iterator[Gauge]:
    boards = [row for row in walked.rows(f"{_HW_STATE}.7") if walked.number(f"{_HW_STATE}.7.{row}")]
    if boards:
        yield Gauge("cpu_percent", tuple(f"{_HW_STATE}.5.{row}" for row in boards), formula="mean")
        yield Gauge("memory_percent", tuple(f"{_HW_STATE}.7.{row}" for row in boards), formula="mean")
    for row in walked.rows(f"{_HW_STATE}.11"):
        if walked.number(f"{_HW_STATE}.11.{row}") not in (None, 0, _HW_NOTHING):
            yield Gauge("temperature_celsius", (f"{_HW_STATE}.11.{row}",), _entity(walked, row))
    for row in walked.rows(f"{_HW_OPTICAL}.8"):
        if walked.number(f"{_HW_OPTICAL}.8.{row}") not in (None, -1, _HW_NOTHING):
            yield Gauge("optical_rx_dbm", (f"{_HW_OPTICAL}.8.{row}",), _entity(walked, row), scale=0.01)
            yield Gauge("optical_tx_dbm", (f"{_HW_OPTICAL}.9.{row}",), _entity(walked, row), scale=0.01)
    for row in walked.rows(f"{_HW_FAN}.7"):
        yield Gauge("fan_ok", (f"{_HW_FAN}.7.{row}",), f"fan {row}", "good", good=(1,))


def _entity(walked: Walked, row: str) -> str:
    descr, name = (walked.get(f"{column}.{row}") for column in ENTITY_NAMES)
    return label(name, "") or label(descr, f"entity {row}")


HUAWEI = Profile(
    name="Huawei",
    enterprises=(2011,),
    walks=(f"{_HW_STATE}.7", f"{_HW_STATE}.11", f"{_HW_OPTICAL}.8", f"{_HW_FAN}.7", *ENTITY_NAMES),
    find=lambda walked: list(_huawei(walked)),
)
