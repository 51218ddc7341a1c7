"""entPhysicalTable of ENTITY-MIB (RFC 6933): chassis, modules and what else has a serial number."""

from adapters.snmp.tables.table import Columns, Table
from adapters.snmp.values import identifier, number, text
from domain.observation import PhysicalEntity

ENTITIES = Table("entPhysicalTable", "1.3.6.1.2.1.47.1.1.1.1", 2, 13)

_DESCR, _VENDOR_TYPE, _CONTAINED_IN, _CLASS, _NAME = 2, 3, 4, 5, 7
_HARDWARE, _FIRMWARE, _SOFTWARE, _SERIAL, _MANUFACTURER, _MODEL = 8, 9, 10, 11, 12, 13


def entities(columns: Columns) -> tuple[PhysicalEntity, ...]:
    """By index, which agents mostly number from the chassis down."""
    indexes = {index for column in columns.values() for index in column if index.isdecimal()}
    return tuple(_entity(columns, index) for index in sorted(indexes, key=int))


def _entity(columns: Columns, index: str) -> PhysicalEntity:
    def cell(column: int) -> str:
        return text(columns[column].get(index))

    return PhysicalEntity(
        index=int(index),
        contained_in=number(columns[_CONTAINED_IN].get(index)) or 0,
        class_=number(columns[_CLASS].get(index)) or 0,
        descr=cell(_DESCR),
        name=cell(_NAME),
        vendor_type=identifier(columns[_VENDOR_TYPE].get(index)),
        hardware_rev=cell(_HARDWARE),
        firmware_rev=cell(_FIRMWARE),
        software_rev=cell(_SOFTWARE),
        serial=cell(_SERIAL),
        manufacturer=cell(_MANUFACTURER),
        model=cell(_MODEL),
    )
