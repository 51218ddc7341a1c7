"""Where vendors keep processor, memory and sensors of their own, one file a vendor."""

from collections.abc import Sequence

from domain.metering.profile import Profile
from domain.metering.vendors.cisco import CISCO
from domain.metering.vendors.fortinet import FORTINET
from domain.metering.vendors.hp import HP
from domain.metering.vendors.huawei import HUAWEI
from domain.metering.vendors.juniper import JUNIPER
from domain.metering.vendors.mikrotik import MIKROTIK
from domain.metering.vendors.ubiquiti import UBIQUITI

VENDORS: Sequence[Profile] = (CISCO, MIKROTIK, JUNIPER, HUAWEI, HP, FORTINET, UBIQUITI)
