"""The scalars of a visit's first request: system group, engine ID, and what names the chassis."""

from adapters.snmp.session import Variables
from adapters.snmp.values import identifier, number, text
from domain.observation import SystemGroup

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
_SYS_CONTACT = "1.3.6.1.2.1.1.4.0"
_SYS_NAME = "1.3.6.1.2.1.1.5.0"
_SYS_LOCATION = "1.3.6.1.2.1.1.6.0"
_SYS_SERVICES = "1.3.6.1.2.1.1.7.0"

SYSTEM = (SYS_DESCR, SYS_OBJECT_ID, _SYS_UP_TIME, _SYS_CONTACT, _SYS_NAME, _SYS_LOCATION, _SYS_SERVICES)
"""SNMPv2-MIB (RFC 3418)."""

ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0"
"""snmpEngineID, SNMP-FRAMEWORK-MIB (RFC 3411)."""

BRIDGE_ADDRESS = "1.3.6.1.2.1.17.1.1.0"
"""dot1dBaseBridgeAddress, BRIDGE-MIB (RFC 4188)."""


def system_group(scalars: Variables) -> SystemGroup:
    uptime = number(scalars.get(_SYS_UP_TIME))
    services = number(scalars.get(_SYS_SERVICES))
    return SystemGroup(
        sys_descr=text(scalars.get(SYS_DESCR)),
        sys_object_id=identifier(scalars.get(SYS_OBJECT_ID)),
        sys_name=text(scalars.get(_SYS_NAME)),
        sys_contact=text(scalars.get(_SYS_CONTACT)),
        sys_location=text(scalars.get(_SYS_LOCATION)),
        sys_services=services if services is not None and 0 <= services <= 127 else None,
        uptime_s=uptime / 100 if uptime is not None and uptime >= 0 else None,
    )
