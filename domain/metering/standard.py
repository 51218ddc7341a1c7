"""What is measured alike by many vendors: HOST-RESOURCES-MIB (RFC 2790), UCD-SNMP-MIB (net-snmp), ENTITY-SENSOR-MIB (RFC 3433)."""

from collections.abc import Iterator, Sequence

from domain.metering.gauge import Gauge, label
from domain.metering.profile import Profile
from domain.metering.tables import Walked

_PROCESSOR_LOAD = "1.3.6.1.2.1.25.3.3.1.2"
_STORAGE = "1.3.6.1.2.1.25.2.3.1"
_STORAGE_TYPES = "1.3.6.1.2.1.25.2.1."
_RAM, _FIXED_DISK, _FLASH = "2", "4", "9"
_MOST_PROCESSORS = 256
_MOST_STORAGES = 200
_REAL_MEMORY = ("physical memory", "real memory", "main memory", "ram", "memory")
_VOLATILE = ("/proc", "/sys", "/dev", "/run", "/snap")


def _host_resources(walked: Walked) -> Iterator[Gauge]:
    processors = walked.rows(_PROCESSOR_LOAD)[:_MOST_PROCESSORS]
    if processors:
        yield Gauge("cpu_percent", tuple(f"{_PROCESSOR_LOAD}.{row}" for row in processors), formula="mean")
    memory: list[tuple[int, str]] = []
    for row in walked.rows(f"{_STORAGE}.2")[:_MOST_STORAGES]:
        kind = str(walked.get(f"{_STORAGE}.2.{row}")).removeprefix(_STORAGE_TYPES)
        name = label(walked.get(f"{_STORAGE}.3.{row}"), row)
        if not walked.number(f"{_STORAGE}.5.{row}"):
            continue
        if kind == _RAM:
            known = [rank for rank, word in enumerate(_REAL_MEMORY) if name.lower().startswith(word)]
            memory.append((known[0] if known else len(_REAL_MEMORY), row))
        elif kind in (_FIXED_DISK, _FLASH) and not name.startswith(_VOLATILE):
            yield Gauge("storage_percent", _used_and_size(row), name, "used_of_total")
    if memory:
        yield Gauge("memory_percent", _used_and_size(min(memory)[1]), formula="used_of_total")


def _used_and_size(row: str) -> tuple[str, str]:
    return f"{_STORAGE}.6.{row}", f"{_STORAGE}.5.{row}"


HOST_RESOURCES = Profile(
    name="HOST-RESOURCES-MIB",
    walks=(_PROCESSOR_LOAD, *(f"{_STORAGE}.{column}" for column in (2, 3, 5))),
    find=lambda walked: list(_host_resources(walked)),
)

_UCD = "1.3.6.1.4.1.2021"
_IDLE, _LOAD = f"{_UCD}.11.11.0", f"{_UCD}.10.1.3.1"
_TOTAL, _AVAILABLE, _BUFFERS, _CACHED = (f"{_UCD}.4.{column}.0" for column in (5, 6, 14, 15))


def _ucd(walked: Walked) -> Iterator[Gauge]:
    if walked.has(_IDLE):
        yield Gauge("cpu_percent", (_IDLE,), formula="unused")
    if walked.has(_LOAD):
        yield Gauge("load_1m", (_LOAD,), formula="text")
    if walked.has(_TOTAL) and walked.has(_AVAILABLE):
        # What the kernel can give up any time counts as free, where the agent says how much that is.
        given_up = tuple(oid for oid in (_BUFFERS, _CACHED) if walked.has(oid))
        yield Gauge("memory_percent", (_AVAILABLE, _TOTAL, *given_up), formula="memory")


UCD = Profile(
    name="UCD-SNMP-MIB",
    gets=(_IDLE, _LOAD, _TOTAL, _AVAILABLE, _BUFFERS, _CACHED),
    find=lambda walked: list(_ucd(walked)),
)

_ENTITY_NAME, _ENTITY_DESCR = "1.3.6.1.2.1.47.1.1.1.1.7", "1.3.6.1.2.1.47.1.1.1.1.2"
SENSOR_TABLE = "1.3.6.1.2.1.99.1.1.1"
_UNAVAILABLE = (2, 3)
_MOST_SENSORS = 2_000


def entity_sensors(walked: Walked, table: str) -> list[Gauge]:
    """Gauges of entPhySensorTable, or of Cisco's table of the same form before there was a standard.

    EntitySensorDataType names the quantity, EntitySensorDataScale a power of a thousand (9 is 1), and precision how many
    digits of the value are behind the point.
    """
    found = []
    for row in walked.rows(f"{table}.1")[:_MOST_SENSORS]:
        kind, scale, precision, status = (walked.number(f"{table}.{column}.{row}") for column in (1, 2, 3, 5))
        name = label(walked.get(f"{_ENTITY_NAME}.{row}"), "") or label(
            walked.get(f"{_ENTITY_DESCR}.{row}"), f"sensor {row}"
        )
        metric = _metric(kind, name)
        if not metric or status in _UNAVAILABLE:
            continue
        thousands = int(scale or 9) - 9
        digits = int(precision or 0)
        if not (-9 <= thousands <= 5 and -8 <= digits <= 9):
            continue
        factor = 10.0 ** (3 * thousands - digits)
        found.append(Gauge(metric, (f"{table}.4.{row}",), name, scale=factor))
    return found


def _metric(kind: float | None, name: str) -> str:
    if kind == 14:
        sends = any(word in name.lower() for word in ("tx", "transmit", "output"))
        return "optical_tx_dbm" if sends else "optical_rx_dbm"
    return {
        3: "voltage_volts",
        4: "voltage_volts",
        5: "current_amperes",
        6: "power_watts",
        8: "temperature_celsius",
        9: "humidity_percent",
        10: "fan_rpm",
    }.get(int(kind or 0), "")


ENTITY_NAMES = (_ENTITY_DESCR, _ENTITY_NAME)
ENTITY_SENSORS = Profile(
    name="ENTITY-SENSOR-MIB",
    walks=(*(f"{SENSOR_TABLE}.{column}" for column in (1, 2, 3, 5)), *ENTITY_NAMES),
    find=lambda walked: entity_sensors(walked, SENSOR_TABLE),
)
STANDARD: Sequence[Profile] = (UCD, HOST_RESOURCES, ENTITY_SENSORS)
