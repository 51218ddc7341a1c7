"""Resources and sensors over SNMP: which objects to look for on an agent, and which gauges those that it has make."""

from collections.abc import Mapping

import msgspec

from domain.metering.gauge import Gauge, sample
from domain.metering.profile import Profile
from domain.metering.standard import STANDARD
from domain.metering.tables import Walked
from domain.metering.vendors import VENDORS
from domain.observation import OidValue

MOST_GAUGES = 2_000
"""Of one device."""

__all__ = ["Gauge", "Sought", "gauges", "sample", "sought"]


class Sought(msgspec.Struct, frozen=True):
    """What to ask an agent once, to find out what it has."""

    gets: tuple[str, ...]
    walks: tuple[str, ...]


def sought(sys_object_id: str) -> Sought:
    """The vendor's own objects first; standard ones of all."""
    fitting = _fitting(sys_object_id)
    return Sought(
        tuple(dict.fromkeys(oid for profile in fitting for oid in profile.gets)),
        tuple(dict.fromkeys(oid for profile in fitting for oid in profile.walks)),
    )


def gauges(sys_object_id: str, found: Mapping[str, OidValue]) -> tuple[Gauge, ...]:
    """The gauges of what was found, one a metric and name; names that come twice are told apart by a number."""
    walked = Walked(found)
    known: dict[tuple[str, str], Gauge] = {}
    for profile in _fitting(sys_object_id):
        mine: dict[tuple[str, str], Gauge] = {}
        for gauge in profile.find(walked):
            named = gauge
            number = 1
            while (named.metric, named.name) in mine and gauge.name:
                number += 1
                named = msgspec.structs.replace(gauge, name=f"{gauge.name} #{number}")
            mine.setdefault((named.metric, named.name), named)
        for place, gauge in mine.items():
            known.setdefault(place, gauge)
    return tuple(known.values())[:MOST_GAUGES]


def _fitting(sys_object_id: str) -> list[Profile]:
    arcs = sys_object_id.split(".")
    enterprise = int(arcs[6]) if arcs[:6] == ["1", "3", "6", "1", "4", "1"] and len(arcs) > 6 else 0
    own = [profile for profile in VENDORS if enterprise in profile.enterprises]
    # Agents of Linux appliances often name net-snmp as their enterprise.
    return [*own, *STANDARD]
