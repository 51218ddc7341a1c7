"""The settings of compliance: when configurations are checked, and what is worth an alert."""

from typing import Annotated

import msgspec

from domain.alert_commands import Severity


class ComplianceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When stored configurations are checked against the policies, and from which severity on that raises alerts."""

    enabled: bool = True
    """Whether a configuration is checked as soon as it, its device's labels or a policy changes."""
    interval_s: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 86_400
    """How often each is checked though nothing changed; 0 = never."""
    alert_from: Severity = "high"
    """The least severity of a finding that raises an alert."""
