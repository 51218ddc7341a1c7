"""Cisco: processors, memory pools, environment and sensors (CISCO-PROCESS, -MEMORY-POOL, -ENHANCED-MEMPOOL, -ENVMON,
-ENTITY-SENSOR, -SYSTEM-EXT and OLD-CISCO-CPU MIBs)."""

from collections.abc import Iterator

from domain.metering.gauge import Gauge, label
from domain.metering.profile import Profile
from domain.metering.standard import ENTITY_NAMES, entity_sensors
from domain.metering.tables import Walked

_E = "1.3.6.1.4.1"
_CPM, _POOL, _ENHANCED_POOL = (
    f"{_E}.9.9.109.1.1.1.1",
    f"{_E}.9.9.48.1.1.1",
    f"{_E}.9.9.221.1.1.1.1",
)
_ENVMON, _CISCO_SENSORS = f"{_E}.9.9.13.1", f"{_E}.9.9.91.1.1.1.1"
_NX_CPU, _NX_MEMORY = f"{_E}.9.9.305.1.1.1.0", f"{_E}.9.9.305.1.1.2.0"
_AVERAGE_BUSY_1 = f"{_E}.9.2.1.57.0"
_ENVMON_NORMAL, _ENVMON_NOT_PRESENT = 1, 5


def _cisco(walked: Walked) -> Iterator[Gauge]:
    for column in (7, 4):  # cpmCPUTotal1minRev, cpmCPUTotal1min
        rows = walked.rows(f"{_CPM}.{column}")
        if rows:
            yield Gauge("cpu_percent", tuple(f"{_CPM}.{column}.{row}" for row in rows), formula="mean")
            break
    for oid in (_NX_CPU, _AVERAGE_BUSY_1):
        if walked.has(oid):
            yield Gauge("cpu_percent", (oid,))
    if walked.has(_NX_MEMORY):
        yield Gauge("memory_percent", (_NX_MEMORY,))
    for pool, used, free, named in ((_ENHANCED_POOL, 18, 20, 3), (_ENHANCED_POOL, 7, 8, 3), (_POOL, 5, 6, 2)):
        rows = walked.rows(f"{pool}.{used}")
        main = [row for row in rows if "processor" in label(walked.get(f"{pool}.{named}.{row}"), "").lower()]
        for row in (main or rows)[:1]:
            yield Gauge(
                "memory_percent", (f"{pool}.{used}.{row}", f"{pool}.{free}.{row}"), formula="used_and_free"
            )
    for row in walked.rows(f"{_ENVMON}.3.1.2"):
        name = label(walked.get(f"{_ENVMON}.3.1.2.{row}"), f"temperature {row}")
        if walked.number(f"{_ENVMON}.3.1.6.{row}") != _ENVMON_NOT_PRESENT:
            yield Gauge("temperature_celsius", (f"{_ENVMON}.3.1.3.{row}",), name)
    for table, metric in (("4", "fan_ok"), ("5", "power_ok")):
        for row in walked.rows(f"{_ENVMON}.{table}.1.2"):
            name = label(walked.get(f"{_ENVMON}.{table}.1.2.{row}"), f"{metric} {row}").partition(",")[0]
            state = f"{_ENVMON}.{table}.1.3.{row}"
            if walked.number(state) != _ENVMON_NOT_PRESENT:
                yield Gauge(metric, (state,), name, "good", good=(_ENVMON_NORMAL,))
    yield from entity_sensors(walked, _CISCO_SENSORS)


CISCO = Profile(
    name="Cisco",
    enterprises=(9,),
    gets=(_NX_CPU, _NX_MEMORY, _AVERAGE_BUSY_1),
    walks=(
        *(f"{_CPM}.{column}" for column in (4, 7)),
        *(f"{_POOL}.{column}" for column in (2, 5)),
        *(f"{_ENHANCED_POOL}.{column}" for column in (3, 7, 18)),
        *(f"{_ENVMON}.3.1.{column}" for column in (2, 6)),
        *(f"{_ENVMON}.{table}.1.{column}" for table in (4, 5) for column in (2, 3)),
        *(f"{_CISCO_SENSORS}.{column}" for column in (1, 2, 3, 5)),
        *ENTITY_NAMES,
    ),
    find=lambda walked: list(_cisco(walked)),
)
