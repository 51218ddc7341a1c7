"""The addresses of interfaces: ipAddressTable of IP-MIB (RFC 4293), and the ipAddrTable before it."""

from ipaddress import IPv4Network

from adapters.snmp.tables.table import Columns, Table
from adapters.snmp.values import address, index_octets, is_address, number
from domain.observation import OidValue

IP_ADDRESSES = Table("ipAddressTable", "1.3.6.1.2.1.4.34.1", 3, 5)
IPV4_ADDRESSES = Table("ipAddrTable", "1.3.6.1.2.1.4.20.1", 2, 3)

_IF_INDEX, _TYPE, _PREFIX = 3, 4, 5
_V4_IF_INDEX, _V4_NET_MASK = 2, 3
_BROADCAST = 3


def addresses(columns: Columns, v4_columns: Columns) -> dict[int, list[str]]:
    """ifIndex to addresses with prefix length, each once; the older table where the newer one does not know a prefix."""
    lengths: dict[tuple[int, str], int | None] = {}
    for index, value in columns[_IF_INDEX].items():
        if_index, written = number(value), _indexed(index)
        if if_index is not None and written and number(columns[_TYPE].get(index)) != _BROADCAST:
            lengths[if_index, written] = _prefix_length(columns[_PREFIX].get(index), written)
    for index, value in v4_columns[_V4_IF_INDEX].items():
        if_index = number(value)
        if if_index is not None and is_address(index) and lengths.get((if_index, index)) is None:
            lengths[if_index, index] = _mask_length(v4_columns[_V4_NET_MASK].get(index))
    found: dict[int, list[str]] = {}
    for (if_index, written), length in lengths.items():
        full = 128 if ":" in written else 32
        found.setdefault(if_index, []).append(f"{written}/{full if length is None else length}")
    return found


def _indexed(index: str) -> str:
    """The address in an index of InetAddressType and InetAddress (RFC 4001): type, length, octets."""
    arcs = index.split(".")
    octets = index_octets(arcs[2:])
    # Some agents leave out the length, which the type implies.
    if arcs[0] in ("1", "2") and len(arcs) in (5, 17):
        octets = index_octets(arcs[1:])
    return address(octets) if arcs[0] in ("1", "2", "3", "4") else ""


def _prefix_length(pointer: OidValue | None, written: str) -> int | None:
    """The last arc of a row of ipAddressPrefixTable, which is where ipAddressPrefix points."""
    if not isinstance(pointer, str) or pointer.count(".") < 10:
        return None
    length = int(pointer.rpartition(".")[2])
    return length if length <= (128 if ":" in written else 32) else None


def _mask_length(mask: OidValue | None) -> int | None:
    if not isinstance(mask, str):
        return None
    try:
        return IPv4Network(f"0.0.0.0/{mask}").prefixlen
    except ValueError:
        return None
