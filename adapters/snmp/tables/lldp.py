"""LLDP-MIB (IEEE 802.1AB-2005): who this device is to its neighbours, and who they are to it."""

from collections.abc import Sequence
from typing import NamedTuple

from adapters.snmp.session import Variables
from adapters.snmp.tables.table import Columns, Table
from adapters.snmp.values import address, family_address, index_octets, mac, number, text
from domain.observation import Interface, Neighbour, OidValue

_LOCAL_CHASSIS_SUBTYPE = "1.0.8802.1.1.2.1.3.1.0"
_LOCAL_CHASSIS_ID = "1.0.8802.1.1.2.1.3.2.0"
CHASSIS = (_LOCAL_CHASSIS_SUBTYPE, _LOCAL_CHASSIS_ID)

REMOTES = Table("lldpRemTable", "1.0.8802.1.1.2.1.4.1.1", 4, 10)
REMOTE_ADDRESSES = Table("lldpRemManAddrTable", "1.0.8802.1.1.2.1.4.2.1", 3, 3)
LOCAL_PORTS = Table("lldpLocPortTable", "1.0.8802.1.1.2.1.3.7.1", 2, 4)

_CHASSIS_SUBTYPE, _CHASSIS_ID, _PORT_SUBTYPE, _PORT_ID, _PORT_DESC, _SYSTEM_NAME, _SYSTEM_DESC = range(4, 11)
_LOCAL_SUBTYPE, _LOCAL_ID, _LOCAL_DESC = 2, 3, 4
_MAN_ADDR_IF_SUBTYPE = 3

# LldpChassisIdSubtype and LldpPortIdSubtype number these two differently.
_CHASSIS_MAC, _CHASSIS_NETWORK = 4, 5
_PORT_MAC, _PORT_NETWORK = 3, 4


class _LocalPort(NamedTuple):
    name: str
    if_index: int | None


def local_chassis_id(scalars: Variables) -> str:
    return _chassis_id(number(scalars.get(_LOCAL_CHASSIS_SUBTYPE)), scalars.get(_LOCAL_CHASSIS_ID))


def local_port_objects(remotes: Columns) -> list[str]:
    """The rows of lldpLocPortTable behind which there is a neighbour; a switch has many more ports."""
    ports = dict.fromkeys(
        index.split(".")[1] for column in remotes.values() for index in column if index.count(".") == 2
    )
    return [
        f"{LOCAL_PORTS.oid(column)}.{port}"
        for port in ports
        for column in (_LOCAL_SUBTYPE, _LOCAL_ID, _LOCAL_DESC)
    ]


def neighbours(
    remotes: Columns, remote_addresses: Columns, local_ports: Columns, interfaces: Sequence[Interface]
) -> tuple[Neighbour, ...]:
    """One a row of lldpRemTable, whose index is time mark, local port number and a number of the neighbour's own."""
    managed: dict[str, list[str]] = {}
    for index in remote_addresses[_MAN_ADDR_IF_SUBTYPE]:
        remote, found = _management_address(index)
        if found:
            managed.setdefault(remote, []).append(found)
    ports = _LocalPorts(local_ports, interfaces)
    indexes = dict.fromkeys(index for column in remotes.values() for index in column if index.count(".") == 2)
    return tuple(
        dict.fromkeys(
            _neighbour(
                {column: values.get(index) for column, values in remotes.items()},
                managed.get(index, ()),
                port,
            )
            for index in indexes
            if (port := ports.find(index.split(".")[1]))
        )
    )


def _neighbour(row: dict[int, OidValue | None], addresses: Sequence[str], port: _LocalPort) -> Neighbour:
    return Neighbour(
        protocol="lldp",
        local_interface=port.name,
        local_if_index=port.if_index,
        chassis_id=_chassis_id(number(row[_CHASSIS_SUBTYPE]), row[_CHASSIS_ID]),
        port_id=_port_id(number(row[_PORT_SUBTYPE]), row[_PORT_ID]),
        port_description=text(row[_PORT_DESC]),
        system_name=text(row[_SYSTEM_NAME]),
        system_description=text(row[_SYSTEM_DESC]),
        addresses=tuple(dict.fromkeys(addresses)),
    )


def _chassis_id(subtype: int | None, value: OidValue | None) -> str:
    return _id(value, is_mac=subtype == _CHASSIS_MAC, is_network=subtype == _CHASSIS_NETWORK)


def _port_id(subtype: int | None, value: OidValue | None) -> str:
    return _id(value, is_mac=subtype == _PORT_MAC, is_network=subtype == _PORT_NETWORK)


def _id(value: OidValue | None, *, is_mac: bool, is_network: bool) -> str:
    if not isinstance(value, bytes):
        return ""
    if is_mac and (written := mac(value)):
        return written
    if is_network and (written := family_address(value)):
        return written
    # Some agents send the six octets and call them something else.
    return mac(value) if len(value) == 6 and not value.isascii() else text(value)


def _management_address(index: str) -> tuple[str, str]:
    """The row of lldpRemTable and the address (IANA family, length, octets) in an index of lldpRemManAddrTable."""
    arcs = index.split(".")
    octets = index_octets(arcs[5:])
    return ".".join(arcs[:3]), address(octets) if arcs[3:4] in (["1"], ["2"]) else ""


class _LocalPorts:
    """Finds the interface behind lldpLocPortNum, which often is its ifIndex but does not have to be."""

    def __init__(self, local_ports: Columns, interfaces: Sequence[Interface]) -> None:
        self._rows = local_ports
        self._by_index = {interface.if_index: interface for interface in interfaces}
        self._by_word: dict[str, Interface] = {}
        for interface in interfaces:
            for word in (interface.name, interface.description, interface.mac):
                if word:
                    self._by_word.setdefault(word, interface)

    def find(self, port: str) -> _LocalPort:
        identity = _port_id(number(self._rows[_LOCAL_SUBTYPE].get(port)), self._rows[_LOCAL_ID].get(port))
        description = text(self._rows[_LOCAL_DESC].get(port))
        interface = self._by_word.get(identity) or self._by_word.get(description)
        for candidate in (identity, port):
            if interface is None and candidate.isascii() and candidate.isdecimal():
                interface = self._by_index.get(int(candidate))
        if interface is not None:
            return _LocalPort(interface.name, interface.if_index)
        return _LocalPort(identity or description, None)
