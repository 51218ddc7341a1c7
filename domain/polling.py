"""When each device is polled for what: intervals by group, device and label, spread evenly and the same after a restart."""

from collections.abc import Collection, Sequence
from typing import Annotated
from zlib import crc32

import msgspec

from domain.telemetry import Group

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
"""0 = never."""
SHORTEST_S = 1.0
SNMP_GROUPS: tuple[Group, ...] = ("interfaces", "resources", "sensors")


class IntervalOverride(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Other seconds between two polls of a group, for one device or for all devices with a label; null = as without."""

    device_id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    label: Annotated[str, msgspec.Meta(max_length=100)] = ""
    availability: Seconds | None = None
    interfaces: Seconds | None = None
    resources: Seconds | None = None
    sensors: Seconds | None = None
    queues: Seconds | None = None


def interval_s(
    group: Group,
    default_s: float,
    overrides: Sequence[IntervalOverride],
    *,
    device_id: str,
    labels: Collection[str],
) -> float:
    """The override of the device itself wins, then the shortest of those of its labels, then the default; 0 = never."""
    by_label: list[float] = []
    for override in overrides:
        wanted: float | None = getattr(override, group)
        if wanted is None:
            continue
        if override.device_id and override.device_id == device_id:
            return _bounded(wanted)
        if override.label and override.label in labels:
            by_label.append(_bounded(wanted))
    if by_label:
        return min((each for each in by_label if each), default=0.0)
    return _bounded(default_s)


def _bounded(seconds: float) -> float:
    return max(seconds, SHORTEST_S) if seconds else 0.0


def phase(device_id: str, group: Group) -> float:
    """Where in its interval a device is polled: a share of it below 1, by a stable hash, so that polls never bunch."""
    return crc32(f"{group}/{device_id}".encode()) / 2**32


def next_due_s(now_s: float, interval_s: float, device_phase: float) -> float:
    """The first moment after `now_s` that is the device's own: the same whoever polls it, and whatever was missed."""
    shift = device_phase * interval_s
    slots = (now_s - shift) // interval_s + 1
    due = slots * interval_s + shift
    return due if due > now_s else due + interval_s
