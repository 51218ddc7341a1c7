"""SNMP traps and informs, whatever their version, and how they read."""

from typing import Any

import msgspec

from domain.observation import OidValue

_TEXT_LIMIT = 500
_STANDARD = "1.3.6.1.6.3.1.1.5."
_STANDARD_NAMES = {
    "1": "coldStart",
    "2": "warmStart",
    "3": "linkDown",
    "4": "linkUp",
    "5": "authenticationFailure",
    "6": "egpNeighborLoss",
}
_NAMES = {
    "1.3.6.1.2.1.15.7.1": "bgpEstablished",
    "1.3.6.1.2.1.15.7.2": "bgpBackwardTransition",
    "1.3.6.1.2.1.15.0.1": "bgpEstablishedNotification",
    "1.3.6.1.2.1.15.0.2": "bgpBackwardTransNotification",
    "1.3.6.1.2.1.14.16.2.2": "ospfNbrStateChange",
    "1.3.6.1.2.1.17.0.1": "newRoot",
    "1.3.6.1.2.1.17.0.2": "topologyChange",
    "1.3.6.1.2.1.47.2.0.1": "entConfigChange",
    "1.3.6.1.4.1.9.9.43.2.0.1": "ciscoConfigManEvent",
    "1.3.6.1.4.1.9.9.43.2.0.2": "ccmCLIRunningConfigChanged",
    "1.3.6.1.4.1.2636.4.5.0.1": "jnxCmCfgChange",
    "1.3.6.1.4.1.8072.4.0.2": "nsNotifyShutdown",
    "1.3.6.1.4.1.8072.4.0.3": "nsNotifyRestart",
}
_COLUMNS = {
    "1.3.6.1.2.1.2.2.1.1": "ifIndex",
    "1.3.6.1.2.1.2.2.1.2": "ifDescr",
    "1.3.6.1.2.1.2.2.1.7": "ifAdminStatus",
    "1.3.6.1.2.1.2.2.1.8": "ifOperStatus",
    "1.3.6.1.2.1.31.1.1.1.1": "ifName",
    "1.3.6.1.2.1.31.1.1.1.18": "ifAlias",
    "1.3.6.1.2.1.15.3.1.2": "bgpPeerState",
    "1.3.6.1.2.1.15.3.1.14": "bgpPeerLastError",
    "1.3.6.1.2.1.1.5": "sysName",
    "1.3.6.1.6.3.1.1.4.3": "snmpTrapEnterprise",
}
_GRAVE = {
    "linkDown": 4,
    "authenticationFailure": 4,
    "bgpBackwardTransition": 4,
    "bgpBackwardTransNotification": 4,
}
_NOTABLE = frozenset({"coldStart", "warmStart", "linkUp", "nsNotifyShutdown", "nsNotifyRestart"})


class Trap(msgspec.Struct, frozen=True, kw_only=True):
    """`oid` is snmpTrapOID.0. `agent` is the address that a v1 trap names, which a proxy keeps."""

    oid: str
    uptime_s: float | None = None
    values: dict[str, OidValue] = {}
    inform: bool = False
    agent: str = ""


def name(oid: str) -> str:
    """The name of a well-known trap, else its OID."""
    if oid.startswith(_STANDARD):
        return _STANDARD_NAMES.get(oid.removeprefix(_STANDARD), oid)
    return _NAMES.get(oid, oid)


def severity(oid: str) -> int:
    """As syslog counts: what breaks something is a warning, what is worth knowing a notice."""
    known = name(oid)
    return _GRAVE.get(known, 5 if known in _NOTABLE else 6)


def text(trap: Trap) -> str:
    """One line: the trap and its variables, those of interfaces by name."""
    words = [name(trap.oid)]
    words += [f"{_label(oid)}={shown(value)}" for oid, value in trap.values.items()]
    line = " ".join(words)
    return line if len(line) <= 2_000 else line[:1_999] + "…"


def fields(trap: Trap) -> dict[str, Any]:
    """Its variables by OID, as JSON has them."""
    return {oid: value if isinstance(value, int) else shown(value) for oid, value in trap.values.items()}


def shown(value: OidValue) -> str:
    """Octets as text where they are, else in hex."""
    if not isinstance(value, bytes):
        return str(value)[:_TEXT_LIMIT]
    try:
        decoded = value.decode().strip("\0")
    except UnicodeDecodeError:
        return value[:_TEXT_LIMIT].hex(":")
    if not decoded.replace("\r", "").replace("\n", "").replace("\t", "").isprintable():
        return value[:_TEXT_LIMIT].hex(":")
    return " ".join(decoded.split())[:_TEXT_LIMIT]


def _label(oid: str) -> str:
    """The name of the column that the variable is in, else its OID."""
    column = oid.rpartition(".")[0]
    while column.count(".") >= 8:
        if column in _COLUMNS:
            return _COLUMNS[column]
        column = column.rpartition(".")[0]
    return oid
