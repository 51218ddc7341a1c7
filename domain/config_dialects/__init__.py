"""The dialects of configurations, one file a platform, found by the name that identification gives to the system."""

from domain.config_dialect import Dialect
from domain.config_dialects.arista_eos import ARISTA_EOS
from domain.config_dialects.cisco_ios import CISCO_IOS
from domain.config_dialects.cisco_iosxr import CISCO_IOSXR
from domain.config_dialects.cisco_nxos import CISCO_NXOS
from domain.config_dialects.hp_procurve import HP_PROCURVE
from domain.config_dialects.huawei_vrp import HUAWEI_VRP
from domain.config_dialects.juniper_junos import JUNIPER_JUNOS
from domain.config_dialects.linux import LINUX
from domain.config_dialects.mikrotik_routeros import MIKROTIK_ROUTEROS
from domain.config_dialects.vyos import VYOS
from domain.errors import Refused

DIALECTS: tuple[Dialect, ...] = (
    CISCO_IOS,
    CISCO_NXOS,
    CISCO_IOSXR,
    JUNIPER_JUNOS,
    ARISTA_EOS,
    VYOS,
    HUAWEI_VRP,
    HP_PROCURVE,
    LINUX,
    MIKROTIK_ROUTEROS,
)

PLATFORMS = tuple(name for dialect in DIALECTS for name in dialect.platforms)


def dialect_of(platform: str) -> Dialect:
    """Raises Refused for a platform whose configurations are not understood."""
    for dialect in DIALECTS:
        if platform in dialect.platforms:
            return dialect
    raise Refused(
        f"no configurations of {platform or 'an unidentified system'} are understood; known are {', '.join(PLATFORMS)}",
        code="CONFIG_PLATFORM_UNKNOWN",
        field="platform",
    )
