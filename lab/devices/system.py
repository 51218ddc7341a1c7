"""The system group (RFC 3418), the SNMP engine's own (RFC 3411) and HOST-RESOURCES-MIB (RFC 2790)."""

from collections.abc import Sequence

import msgspec

from lab import ber
from lab.devices.model import Model, Unit
from lab.devices.objects import Breathing, Objects
from lab.snmp_live import Device, time_ticks

RAM, FLASH, DISK = "1.3.6.1.2.1.25.2.1.2", "1.3.6.1.2.1.25.2.1.9", "1.3.6.1.2.1.25.2.1.4"
"""hrStorageTypes."""


class Storage(msgspec.Struct, frozen=True):
    index: int
    type: str
    descr: str
    unit_octets: int
    size: int
    """In units."""
    used_share: float


def _engine_id(device: Device, _now: float) -> bytes:
    return ber.tlv(ber.OCTET_STRING, device.engine_id)


def _engine_boots(device: Device, _now: float) -> bytes:
    return ber.integer(device.engine_boots)


def _engine_time(device: Device, now: float) -> bytes:
    return ber.integer(device.engine_time(now))


def add_system(objects: Objects, model: Model) -> None:
    objects.oid("1.3.6.1.2.1.1.2.0", model.sys_object_id)
    objects.live("1.3.6.1.2.1.1.3.0", time_ticks)
    objects.integer("1.3.6.1.2.1.1.7.0", model.services)
    if not model.v1_only:
        objects.live("1.3.6.1.6.3.10.2.1.1.0", _engine_id)
        objects.live("1.3.6.1.6.3.10.2.1.2.0", _engine_boots)
        objects.live("1.3.6.1.6.3.10.2.1.3.0", _engine_time)
        objects.integer("1.3.6.1.6.3.10.2.1.4.0", 1_472)


def add_identity(objects: Objects, unit: Unit) -> None:
    """The part of the system group that is the unit's own."""
    objects.text("1.3.6.1.2.1.1.1.0", unit.model.describe(unit))
    objects.text("1.3.6.1.2.1.1.4.0", "noc@example.net")
    objects.text("1.3.6.1.2.1.1.5.0", unit.name)
    objects.text("1.3.6.1.2.1.1.6.0", f"{unit.site.upper()}, rack {unit.seed % 40 + 1}")


def add_host_resources(
    objects: Objects, *, processors: Sequence[int], storages: Sequence[Storage], cpu_descr: str = ""
) -> None:
    """Processors under their hrDeviceIndexes, with loads that move, and storages."""
    objects.live("1.3.6.1.2.1.25.1.1.0", time_ticks)
    for index in processors:
        objects.integer(f"1.3.6.1.2.1.25.3.2.1.1.{index}", index)
        objects.oid(f"1.3.6.1.2.1.25.3.2.1.2.{index}", "1.3.6.1.2.1.25.3.1.3")
        objects.text(f"1.3.6.1.2.1.25.3.2.1.3.{index}", cpu_descr)
        objects.integer(f"1.3.6.1.2.1.25.3.2.1.5.{index}", 2)
        objects.oid(f"1.3.6.1.2.1.25.3.3.1.1.{index}", "0.0")
        objects.live(f"1.3.6.1.2.1.25.3.3.1.2.{index}", Breathing(3, 55, index))
    for storage in storages:
        index, used = storage.index, storage.size * storage.used_share
        entry = "1.3.6.1.2.1.25.2.3.1"
        objects.integer(f"{entry}.1.{index}", index)
        objects.oid(f"{entry}.2.{index}", storage.type)
        objects.text(f"{entry}.3.{index}", storage.descr)
        objects.integer(f"{entry}.4.{index}", storage.unit_octets)
        objects.integer(f"{entry}.5.{index}", storage.size)
        if storage.type == RAM:
            objects.live(f"{entry}.6.{index}", Breathing(used * 0.9, used * 1.1, index))
        else:
            objects.integer(f"{entry}.6.{index}", int(used))
        objects.counter(f"{entry}.7.{index}", 0)
