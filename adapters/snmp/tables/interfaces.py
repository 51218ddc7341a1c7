"""ifTable and ifXTable of IF-MIB (RFC 2863)."""

from collections.abc import Mapping, Sequence

from adapters.snmp.tables.table import Columns, Table
from adapters.snmp.values import mac, number, text
from domain.observation import Interface

IF_NUMBER = "1.3.6.1.2.1.2.1.0"
INTERFACES = Table("ifTable", "1.3.6.1.2.1.2.2.1", 2, 8)
_EXTENSIONS = "1.3.6.1.2.1.31.1.1.1"
NAMES = Table("ifXTable", _EXTENSIONS, 1, 1)
HIGH_SPEEDS = Table("ifXTable", _EXTENSIONS, 15, 15)
ALIASES = Table("ifXTable", _EXTENSIONS, 18, 18)

_DESCR, _TYPE, _MTU, _SPEED, _PHYS_ADDRESS, _ADMIN_STATUS, _OPER_STATUS = range(2, 9)
_NAME, _HIGH_SPEED, _ALIAS = 1, 15, 18
_STATUS = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}
_ADMIN_STATUSES = ("up", "down", "testing")
_GAUGE_FULL = 2**32 - 1
"""ifSpeed of what is faster than a Gauge32 can say; ifHighSpeed says it then, in Mbit/s."""


def row_count(columns: Columns) -> int:
    return max(map(len, columns.values()))


def speeds_missing(columns: Columns, names: Columns) -> bool:
    """Whether ifSpeed leaves open how fast some interface is; most agents need not be asked for ifHighSpeed."""
    speeds = columns[_SPEED]
    return any(
        not _is_speed(number(speeds.get(index)))
        for column in (columns[_DESCR], names[_NAME])
        for index in column
    )


def interfaces(columns: Columns, addresses: Mapping[int, Sequence[str]]) -> tuple[Interface, ...]:
    """All rows of either table, by ifIndex. An agent without ifXTable has its ifDescr for a name.

    `columns` are those of both tables, whose numbers of interest do not clash; `addresses` is by ifIndex.
    """
    indexes = {index for column in columns.values() for index in column if index.isdecimal()}
    return tuple(_interface(columns, index, addresses) for index in sorted(indexes, key=int))


def _interface(columns: Columns, index: str, addresses: Mapping[int, Sequence[str]]) -> Interface:
    row = {column: values.get(index) for column, values in columns.items()}
    description = text(row[_DESCR])
    admin_status = _STATUS.get(number(row[_ADMIN_STATUS]) or 0, "unknown")
    speed, high_speed = number(row[_SPEED]), number(row.get(_HIGH_SPEED))
    return Interface(
        if_index=int(index),
        name=text(row[_NAME]) or description,
        description=description,
        alias=text(row[_ALIAS]),
        type=number(row[_TYPE]),
        mtu=number(row[_MTU]),
        mac=mac(row[_PHYS_ADDRESS]),
        addresses=tuple(addresses.get(int(index), ())),
        speed_bps=high_speed * 1_000_000 if high_speed and not _is_speed(speed) else speed,
        admin_status=admin_status if admin_status in _ADMIN_STATUSES else "unknown",
        oper_status=_STATUS.get(number(row[_OPER_STATUS]) or 0, "unknown"),
    )


def _is_speed(speed: int | None) -> bool:
    return speed is not None and 0 < speed < _GAUGE_FULL
