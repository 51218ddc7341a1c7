"""What identifies a device: serial number, chassis id, SNMP engine id, MACs; without fillers and what many devices share."""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from domain.device_facts import DeviceFacts
from domain.identification.text import is_placeholder
from domain.observation import Interface

MAC_LIMIT = 16
"""Interface MACs kept of one reading, in the order of ifIndex: enough to tell devices apart, and no agent can flood us."""
_TEXT_LIMIT = 128

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){5,32}")
_SHARED_MACS = (
    "00:00:00",  # never assigned to a product; internal interfaces
    "00:00:5e",  # IANA: VRRP (RFC 9568) and CARP
    "00:00:0c:07:ac",  # HSRP version 1
    "00:00:0c:9f:f",  # HSRP version 2
    "00:05:73:a0:0",  # HSRP for IPv6
    "00:07:b4:00",  # GLBP
    "20:41:53:59:4e",  # "ASYN": RAS adapters of every Windows host
    "50:50:54:50:30:30",  # "PPTP00": the same
    "00:50:56:c0:00:0",  # VMnet adapters of every host with VMware Workstation
    "00:0b:ca:fe:00",  # Junos, between routing engine and packet forwarding
)
_FILLER_MACS = frozenset({"00:01:02:03:04:05", "00:11:22:33:44:55", "00:12:34:56:78:9a", "00:12:34:56:78:90"})
_DIGITS = "01234567890123456789"

_FILLER_DIGITS = ("01234567", "12345678")


def identity_keys(facts: DeviceFacts, interfaces: Iterable[Interface] | None) -> tuple[str, ...]:
    """What identifies a device, the strongest first: `serial:<vendor>:<serial>`, `chassis:<id>`, `engine:<hex>`, `mac:<mac>`.

    Fillers and what many devices share are left out, so the result may be empty.
    """
    keys: list[str] = []
    if serial := _serial(facts.serial):
        keys.append(f"serial:{_word(facts.vendor)}:{serial}")
    if chassis := _chassis(facts):
        keys.append(f"chassis:{chassis}")
    if engine := _engine(facts.engine_id):
        keys.append(f"engine:{engine}")
    ordered = sorted(interfaces or (), key=lambda each: each.if_index)
    macs = dict.fromkeys(mac.lower() for mac in (facts.mac, *(each.mac for each in ordered)))
    keys.extend(f"mac:{mac}" for mac in [mac for mac in macs if unique_mac(mac)][:MAC_LIMIT])
    return tuple(keys)


def unique_mac(mac: str) -> bool:
    """Whether a MAC (lower case, colons) is globally administered, of one station, and not one that many devices share."""
    return (
        _MAC.fullmatch(mac) is not None
        and not int(mac[:2], 16)
        & 0b11  # I/G and U/L bits (IEEE 802): group and locally administered addresses
        and len(set(mac.split(":"))) > 1
        and not mac.startswith(_SHARED_MACS)
        and mac not in _FILLER_MACS
    )


def keys_of(identities: Iterable[str], kind: str) -> set[str]:
    """Of one kind: serial, chassis, engine or mac."""
    return {key for key in identities if key.startswith(kind + ":")}


def shown(key: str) -> str:
    """An identity as a person compares it."""
    return key.rpartition(":")[2] if key.startswith("serial:") else key.partition(":")[2]


def _word(text: str) -> str:
    """One word of a key: lower case, without spaces, colons and control characters."""
    spaced = "".join(c if c.isprintable() and c != ":" else " " for c in text.lower())
    return "-".join(spaced.split())[:_TEXT_LIMIT]


def _serial(text: str) -> str:
    serial = _word(text)
    bare = serial.strip("-.")
    if len(bare) < 4 or is_placeholder(text) or len(set(bare)) == 1 or bare in _DIGITS:
        return ""
    return "" if any(digits in bare for digits in _FILLER_DIGITS) else serial


def _chassis(facts: DeviceFacts) -> str:
    """A MAC, or a name that is more than the host's own name or an address, both of which can be given twice."""
    text = facts.chassis_id.strip().lower()
    if _MAC.fullmatch(text):
        return text if unique_mac(text) else ""
    word = _word(text)
    plain = len(word) >= 6 and any(c.isdigit() for c in word) and not is_placeholder(word)
    if not plain or text == facts.sys_name.strip().lower():
        return ""
    try:
        ip_address(text)
    except ValueError:
        return word
    return ""


def _engine(text: str) -> str:
    """snmpEngineID whose variable part tells something: RouterOS leaves it empty, others put 127.0.0.1 or zeros there."""
    engine = text.lower().removeprefix("0x")
    if not _HEX.fullmatch(engine):
        return ""
    octets = bytes.fromhex(engine)
    styled = octets[0] & 0x80  # RFC 3411, 5: the fifth octet then names the format of the rest
    rest = octets[5:] if styled else octets[4:]
    form = octets[4] if styled else 0
    if len(set(rest)) < 2:
        return ""
    if form in (1, 2) and len(rest) in (4, 16):
        address = ip_address(rest)
        return "" if address.is_loopback or address.is_unspecified else engine
    if form == 3 and len(rest) == 6:
        return engine if unique_mac(rest.hex(":")) else ""
    if form == 4 and is_placeholder(rest.decode("latin-1")):
        return ""
    return engine
