"""The drivers, one file a platform."""

from adapters.ssh.driver import Driver, unknown_platform
from adapters.ssh.drivers.arista_eos import ARISTA_EOS
from adapters.ssh.drivers.cisco_ios import CISCO_IOS
from adapters.ssh.drivers.cisco_iosxr import CISCO_IOSXR
from adapters.ssh.drivers.cisco_nxos import CISCO_NXOS
from adapters.ssh.drivers.hp_procurve import HP_PROCURVE
from adapters.ssh.drivers.huawei_vrp import HUAWEI_VRP
from adapters.ssh.drivers.juniper_junos import JUNIPER_JUNOS
from adapters.ssh.drivers.mikrotik_routeros import MIKROTIK_ROUTEROS
from adapters.ssh.drivers.vyos import VYOS

DRIVERS: tuple[Driver, ...] = (
    CISCO_IOS,
    CISCO_NXOS,
    CISCO_IOSXR,
    JUNIPER_JUNOS,
    ARISTA_EOS,
    VYOS,
    HUAWEI_VRP,
    HP_PROCURVE,
    MIKROTIK_ROUTEROS,
)


def driver_of(platform: str) -> Driver:
    """Raises ConfigError for a platform without an interactive driver."""
    for driver in DRIVERS:
        if platform in driver.platforms:
            return driver
    raise unknown_platform(platform)
