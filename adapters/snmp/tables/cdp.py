"""cdpCacheTable of CISCO-CDP-MIB: the neighbours that speak Cisco's discovery protocol."""

from collections.abc import Sequence

from adapters.snmp.tables.table import Columns, Table
from adapters.snmp.values import address, mac, text
from domain.observation import Interface, Neighbour, OidValue

CDP_CACHE = Table("cdpCacheTable", "1.3.6.1.4.1.9.9.23.1.2.1.1", 3, 8)

_ADDRESS, _VERSION, _DEVICE_ID, _DEVICE_PORT, _PLATFORM = 4, 5, 6, 7, 8


def neighbours(columns: Columns, interfaces: Sequence[Interface]) -> tuple[Neighbour, ...]:
    """One a row; the index is the local ifIndex and a number of the neighbour's own."""
    names = {interface.if_index: interface.name for interface in interfaces}
    found = []
    for index in dict.fromkeys(index for column in columns.values() for index in column):
        if_index = index.partition(".")[0]
        if not if_index.isdecimal():
            continue
        row = {column: values.get(index) for column, values in columns.items()}
        device_id = row[_DEVICE_ID]
        octets = row[_ADDRESS]
        network_address = address(octets) if isinstance(octets, bytes) and len(octets) in (4, 16) else ""
        found.append(
            Neighbour(
                protocol="cdp",
                local_interface=names.get(int(if_index), ""),
                local_if_index=int(if_index),
                chassis_id=_device_mac(device_id),
                port_id=text(row[_DEVICE_PORT]),
                system_name="" if _device_mac(device_id) else text(device_id),
                system_description=text(row[_VERSION]),
                platform=text(row[_PLATFORM]),
                addresses=(network_address,) if network_address else (),
            )
        )
    return tuple(found)


def _device_mac(device_id: OidValue | None) -> str:
    """Devices without a host name give a MAC, as octets or written out; a name of 12 hexadecimal digits is one too."""
    if isinstance(device_id, bytes) and (len(device_id) in (12, 14, 17) or not device_id.isascii()):
        return mac(device_id)
    return ""
