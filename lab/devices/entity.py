"""ENTITY-MIB (RFC 6933) and ENTITY-SENSOR-MIB (RFC 3433)."""

import msgspec

from lab.devices.objects import Breathing, Objects

ENTRY = "1.3.6.1.2.1.47.1.1.1.1"
SENSOR_ENTRY = "1.3.6.1.2.1.99.1.1.1"
CHASSIS, POWER_SUPPLY, FAN, SENSOR, MODULE, STACK = 3, 6, 7, 8, 9, 11
"""PhysicalClass values."""
CELSIUS = 8
"""EntitySensorDataType."""


class Physical(msgspec.Struct, frozen=True, kw_only=True):
    """A row of entPhysicalTable."""

    index: int
    descr: str
    class_: int
    contained_in: int = 0
    position: int = -1
    name: str = ""
    vendor_type: str = "0.0"
    hardware_rev: str = ""
    firmware_rev: str = ""
    software_rev: str = ""
    serial: str = ""
    manufacturer: str = ""
    model: str = ""
    fru: bool = False


def add_physical(objects: Objects, row: Physical) -> None:
    index = row.index
    objects.text(f"{ENTRY}.2.{index}", row.descr)
    objects.oid(f"{ENTRY}.3.{index}", row.vendor_type)
    objects.integer(f"{ENTRY}.4.{index}", row.contained_in)
    objects.integer(f"{ENTRY}.5.{index}", row.class_)
    objects.integer(f"{ENTRY}.6.{index}", row.position)
    objects.text(f"{ENTRY}.7.{index}", row.name)
    objects.text(f"{ENTRY}.8.{index}", row.hardware_rev)
    objects.text(f"{ENTRY}.9.{index}", row.firmware_rev)
    objects.text(f"{ENTRY}.10.{index}", row.software_rev)
    objects.text(f"{ENTRY}.11.{index}", row.serial)
    objects.text(f"{ENTRY}.12.{index}", row.manufacturer)
    objects.text(f"{ENTRY}.13.{index}", row.model)
    objects.text(f"{ENTRY}.14.{index}", "")
    objects.text(f"{ENTRY}.15.{index}", "")
    objects.integer(f"{ENTRY}.16.{index}", 1 if row.fru else 2)


def add_temperature(objects: Objects, index: int, low: float, high: float) -> None:
    """A sensor row in tenths of a degree, beside the entity of that index."""
    objects.integer(f"{SENSOR_ENTRY}.1.{index}", CELSIUS)
    objects.integer(f"{SENSOR_ENTRY}.2.{index}", 9)
    objects.integer(f"{SENSOR_ENTRY}.3.{index}", 1)
    objects.live(f"{SENSOR_ENTRY}.4.{index}", Breathing(low * 10, high * 10, index))
    objects.integer(f"{SENSOR_ENTRY}.5.{index}", 1)
    objects.text(f"{SENSOR_ENTRY}.6.{index}", "Celsius")
    objects.ticks(f"{SENSOR_ENTRY}.7.{index}", 0)
    objects.gauge(f"{SENSOR_ENTRY}.8.{index}", 0)
