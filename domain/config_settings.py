"""The settings of configurations: when they are backed up by themselves, and how patiently devices are read and changed."""

from typing import Annotated

import msgspec

_TIMES = r"(?:\*|{0}(?:-{0})?)(?:/[1-9]\d?)?"
_DAYS = r"(?:\*|(?:[0-7]|sun|mon|tue|wed|thu|fri|sat)(?:-(?:[0-7]|sun|mon|tue|wed|thu|fri|sat))?)"
_CRON = " +".join(
    f"{part}(?:,{part})*"
    for part in (
        *(_TIMES.format(number) for number in (r"[0-5]?\d", r"(?:1?\d|2[0-3])")),
        *(_TIMES.format(number) for number in (r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])")),
        _DAYS,
    )
)
"""Minute, hour, day of the month, month and day of the week (0 and 7 are Sunday), as in crontab(5)."""


class ConfigSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When configurations are backed up by themselves, and how patiently."""

    backup_interval_s: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 86_400
    """How often all devices with a credential for their command line are read; 0 = never."""
    backup_cron: Annotated[str, msgspec.Meta(pattern=rf"^(?:{_CRON})?$", max_length=200)] = ""
    """When, in UTC, as in crontab(5): `30 3 * * 1-5`; the interval does not count then."""
    backup_jitter_s: Annotated[int, msgspec.Meta(ge=0, le=3_600)] = 60
    """How much later than its time a scheduled backup may begin, so that not all installations begin at once."""
    parallel: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 250
    """Devices read at the same time."""
    read_timeout_s: Annotated[int, msgspec.Meta(ge=5, le=3_600)] = 180
    """How long the reading of one device may take in all."""
    change_timeout_s: Annotated[int, msgspec.Meta(ge=10, le=7_200)] = 300
    """How long the change of one device may take, beside the time for its confirmation."""
    reconcile_s: Annotated[int, msgspec.Meta(ge=60, le=2_592_000)] = 86_400
    """How long a device that was lost in the middle of a change is waited for, until the change counts as failed."""
