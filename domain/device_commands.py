"""What may be asked of a device's record: observe, add, change, merge, split, remove, restore."""

from typing import Annotated

import msgspec

from domain.device_facts import Chassis, DeviceFacts
from domain.event import Command
from domain.observation import Interface, Neighbour

Text = Annotated[str, msgspec.Meta(max_length=4_000)]
Name = Annotated[str, msgspec.Meta(max_length=255)]
"""As long as a DNS name may be (RFC 1035)."""
DeviceIds = Annotated[tuple[str, ...], msgspec.Meta(max_length=20)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class AddDevice(Command, frozen=True):
    """Adds a device by hand, before or without discovery."""

    address: str
    site: Name = ""
    name: Name = ""
    labels: tuple[Label, ...] = ()
    owner: Name = ""
    notes: Text = ""
    credential_ids: tuple[str, ...] = ()


class ChangeDevice(Command, frozen=True):
    """What an engineer says of a device; a field that is left out stays."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    site: Name | msgspec.UnsetType = msgspec.UNSET
    labels: tuple[Label, ...] | msgspec.UnsetType = msgspec.UNSET
    owner: Name | msgspec.UnsetType = msgspec.UNSET
    notes: Text | msgspec.UnsetType = msgspec.UNSET
    credential_ids: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    depends_on: DeviceIds | msgspec.UnsetType = msgspec.UNSET
    """Devices without which it cannot be reached: while all of them are down, its alerts are held back."""


class ObserveDevice(Command, frozen=True):
    """What a probe saw of this device at one of its addresses. None: not read this time, so nothing is said."""

    address: str
    site: str = ""
    sources: tuple[str, ...] = ()
    facts: DeviceFacts | None = None
    identities: tuple[str, ...] = ()
    evidence: dict[str, str] = {}
    access_id: str = ""
    interfaces: tuple[Interface, ...] | None = None
    neighbours: tuple[Neighbour, ...] | None = None
    chassis: tuple[Chassis, ...] | None = None


class LoseAddress(Command, frozen=True):
    """Another device answers at this address now."""

    address: str
    evidence: dict[str, str] = {}


class MergeDevice(Command, frozen=True):
    """Takes another record into this one. Addresses and identities are the other's."""

    other_id: str
    other_name: str = ""
    addresses: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    evidence: dict[str, str] = {}


class JoinDevice(Command, frozen=True):
    """The other side of a merge."""

    into_id: str


class SplitDevice(Command, frozen=True):
    """Takes a wrong merge back: the other record lives on with its own history."""

    other_id: str


class SeparateDevice(Command, frozen=True):
    """The other side of a split."""

    from_id: str


class KeepApart(Command, frozen=True):
    """An engineer says that this is not the other one, however alike they are."""

    other_id: str
    other_name: str = ""


class MarkDown(Command, frozen=True):
    cause: str


class MarkUp(Command, frozen=True):
    pass


class BeginMaintenance(Command, frozen=True):
    """A maintenance window that names the device has begun."""

    silence_id: str
    why: str = ""


class EndMaintenance(Command, frozen=True):
    """The window is over."""

    silence_id: str


class RemoveDevice(Command, frozen=True):
    pass


class RestoreDevice(Command, frozen=True):
    pass
