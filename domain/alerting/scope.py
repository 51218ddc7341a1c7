"""Where a rule or a silence holds: by device, label, site, vendor, type and interface. What is given must all hold."""

from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from domain.alert_commands import Severity

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Within a field any entry may match; an empty field matches everything. Interfaces are patterns with * and ?."""

    device_ids: tuple[Text, ...] = ()
    labels: tuple[Text, ...] = ()
    sites: tuple[Text, ...] = ()
    vendors: tuple[Text, ...] = ()
    types: tuple[Text, ...] = ()
    interfaces: tuple[Text, ...] = ()
    not_interfaces: tuple[Text, ...] = ()


class Matchers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which alerts are meant; what is given must all hold, and nothing given means all."""

    scope: Scope = Scope()
    rule_ids: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What of a device decides which rules hold for it."""

    id: str
    name: str = ""
    site: str = ""
    vendor: str = ""
    type: str = ""
    labels: tuple[str, ...] = ()
    active: bool = True


def excluded(scope: Scope, traits: Traits) -> str:
    """Why this device is outside the scope; empty where it is inside."""
    if not traits.active:
        return "the device is not in the inventory any more"
    if scope.device_ids and traits.id not in scope.device_ids:
        return "the device is not among those named"
    if scope.labels and not set(scope.labels) & set(traits.labels):
        return f"the device has none of the labels {', '.join(scope.labels)}"
    for field, wanted, value in (
        ("site", scope.sites, traits.site),
        ("vendor", scope.vendors, traits.vendor),
        ("type", scope.types, traits.type),
    ):
        if wanted and value.casefold() not in {each.casefold() for each in wanted}:
            return f"the device's {field} is {value or 'not known'}, not {' or '.join(wanted)}"
    return ""


def interface_excluded(scope: Scope, interface: str) -> str:
    """The same for an interface, storage, sensor or queue of a device inside the scope."""
    if any(fnmatchcase(interface, pattern) for pattern in scope.not_interfaces):
        return f"{interface} is left out by {', '.join(scope.not_interfaces)}"
    if scope.interfaces and not any(fnmatchcase(interface, pattern) for pattern in scope.interfaces):
        return f"{interface or 'the device itself'} matches none of {', '.join(scope.interfaces)}"
    return ""
