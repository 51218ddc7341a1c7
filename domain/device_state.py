"""A device's record as its events have made it."""

from typing import Literal

import msgspec

from domain.device_facts import Chassis, DeviceFacts
from domain.observation import Interface, Neighbour


class Absorbed(msgspec.Struct, frozen=True):
    """What came in with another record, so that a split can give it back."""

    addresses: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()


class Device(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["absent", "active", "removed", "merged"] = "absent"
    status: Literal["up", "down", "unknown"] = "unknown"
    site: str = ""
    addresses: tuple[str, ...] = ()
    """The first is where Netledger talks to it."""
    identities: tuple[str, ...] = ()
    name: str = ""
    labels: tuple[str, ...] = ()
    owner: str = ""
    notes: str = ""
    credential_ids: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    """What is on the way to it, where an engineer said so."""
    identified: bool = False
    access_id: str = ""
    facts: DeviceFacts = DeviceFacts()
    interfaces: dict[int, Interface] = {}
    neighbours: tuple[Neighbour, ...] = ()
    chassis: tuple[Chassis, ...] = ()
    merged_into: str = ""
    absorbed: dict[str, Absorbed] = {}
    maintenance: tuple[str, ...] = ()
    """The maintenance windows (silences) that hold now."""
    apart: tuple[str, ...] = ()
    """Devices that an engineer split from this one, so that discovery does not merge them again."""

    @property
    def display_name(self) -> str:
        return self.name or self.facts.sys_name or (self.addresses[0] if self.addresses else "")
