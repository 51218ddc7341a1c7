"""What can happen to a device: found, identified, changed, moved, merged, split, lost, found again, removed."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from domain.device_commands import (
    ChangeDevice,
    MergeDevice,
    RemoveDevice,
    RestoreDevice,
    SplitDevice,
)
from domain.device_facts import Chassis, DeviceFacts
from domain.errors import NotRevertible
from domain.event import Change, Command, Event, one_line
from domain.observation import Interface, Neighbour


class DeviceDiscovered(Event, frozen=True):
    topic: ClassVar[str] = "device.discovered.v1"
    inverse: ClassVar[type[Command] | str] = RemoveDevice
    address: str
    site: str = ""
    sources: tuple[str, ...] = ()
    evidence: dict[str, str] = {}

    def summary(self) -> str:
        return one_line(f"discovered at {self.address} by {', '.join(self.sources) or 'hand'}")

    def undo(self) -> Command:
        return RemoveDevice()


class DeviceAdded(Event, frozen=True):
    topic: ClassVar[str] = "device.added.v1"
    inverse: ClassVar[type[Command] | str] = RemoveDevice
    address: str
    site: str = ""
    name: str = ""
    labels: tuple[str, ...] = ()
    owner: str = ""
    notes: str = ""
    credential_ids: tuple[str, ...] = ()

    def summary(self) -> str:
        return one_line(f"added by hand at {self.address}")

    def undo(self) -> Command:
        return RemoveDevice()


class DeviceIdentified(Event, frozen=True):
    topic: ClassVar[str] = "device.identified.v1"
    inverse: ClassVar[type[Command] | str] = "the device told what it is; it can be changed, not untold"
    facts: DeviceFacts
    identities: tuple[str, ...] = ()
    evidence: dict[str, str] = {}
    access_id: str = ""
    interfaces: tuple[Interface, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    chassis: tuple[Chassis, ...] = ()

    def summary(self) -> str:
        facts = self.facts
        what = " ".join(part for part in (facts.vendor, facts.model) if part) or "unknown hardware"
        runs = " ".join(part for part in (facts.os_name or facts.os, facts.os_version) if part)
        return one_line(f"identified as {what}" + (f", {runs}" if runs else ""))


class DeviceChanged(Event, frozen=True):
    topic: ClassVar[str] = "device.changed.v1"
    inverse: ClassVar[type[Command] | str] = ChangeDevice
    source: str
    """engineer or discovery."""
    changes: list[Change]
    evidence: dict[str, str] = {}

    def summary(self) -> str:
        fields = [change.field for change in self.changes]
        more = f" and {len(fields) - 4} more" if len(fields) > 4 else ""
        return one_line("changed: " + ", ".join(fields[:4]) + more)

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        if self.source != "engineer":
            raise NotRevertible("the device itself changed; change it there, Netledger only reports it")
        return msgspec.convert({change.field: change.old for change in self.changes}, ChangeDevice)


class DeviceAddressAdded(Event, frozen=True):
    topic: ClassVar[str] = "device.address_added.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the address answers as this device; split or remove the device instead"
    )
    address: str
    identities: tuple[str, ...] = ()
    evidence: dict[str, str] = {}

    def summary(self) -> str:
        return one_line(f"also answers at {self.address}")

    def changed(self) -> Sequence[Change]:
        return (Change("addresses", None, self.address),)


class DeviceAddressRemoved(Event, frozen=True):
    topic: ClassVar[str] = "device.address_removed.v1"
    inverse: ClassVar[type[Command] | str] = "another device answers at the address now"
    address: str
    evidence: dict[str, str] = {}

    def summary(self) -> str:
        return one_line(f"no longer answers at {self.address}")

    def changed(self) -> Sequence[Change]:
        return (Change("addresses", self.address, None),)


class DeviceMerged(Event, frozen=True):
    topic: ClassVar[str] = "device.merged.v1"
    inverse: ClassVar[type[Command] | str] = SplitDevice
    other_id: str
    other_name: str = ""
    addresses: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    evidence: dict[str, str] = {}

    def summary(self) -> str:
        return one_line(f"merged with {self.other_name or self.other_id}: they are one device")

    def undo(self) -> Command:
        return SplitDevice(other_id=self.other_id)


class DeviceAbsorbed(Event, frozen=True):
    topic: ClassVar[str] = "device.absorbed.v1"
    inverse: ClassVar[type[Command] | str] = "split the device that it was merged into"
    into_id: str

    def summary(self) -> str:
        return f"merged into device {self.into_id}"


class DeviceSplit(Event, frozen=True):
    topic: ClassVar[str] = "device.split.v1"
    inverse: ClassVar[type[Command] | str] = MergeDevice
    other_id: str
    addresses: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()

    def summary(self) -> str:
        return f"split from {self.other_id}: they are two devices"

    def undo(self) -> Command:
        return MergeDevice(other_id=self.other_id, addresses=self.addresses, identities=self.identities)


class DeviceSeparated(Event, frozen=True):
    topic: ClassVar[str] = "device.separated.v1"
    inverse: ClassVar[type[Command] | str] = "merge the two devices again"
    from_id: str

    def summary(self) -> str:
        return f"split from device {self.from_id}, with its own history"


class DeviceWentDown(Event, frozen=True):
    topic: ClassVar[str] = "device.went_down.v1"
    inverse: ClassVar[type[Command] | str] = "the device came back or did not; Netledger cannot decide that"
    cause: str
    previous: str = "up"

    def summary(self) -> str:
        return one_line(f"went down: {self.cause}")

    def changed(self) -> Sequence[Change]:
        return (Change("status", self.previous, "down"),)


class DeviceCameUp(Event, frozen=True):
    topic: ClassVar[str] = "device.came_up.v1"
    inverse: ClassVar[type[Command] | str] = "the device answers; Netledger cannot decide that"
    previous: str = "down"

    def summary(self) -> str:
        return "came up"

    def changed(self) -> Sequence[Change]:
        return (Change("status", self.previous, "up"),)


class DeviceMaintenanceBegan(Event, frozen=True):
    topic: ClassVar[str] = "device.maintenance_began.v1"
    inverse: ClassVar[type[Command] | str] = "end the silence that it follows from"
    silence_id: str
    why: str = ""

    def summary(self) -> str:
        return one_line(f"maintenance began: {self.why}")


class DeviceKeptApart(Event, frozen=True):
    topic: ClassVar[str] = "device.kept_apart.v1"
    inverse: ClassVar[type[Command] | str] = "merging the two takes it back"
    other_id: str
    other_name: str = ""

    def summary(self) -> str:
        return one_line(f"kept apart from {self.other_name or self.other_id}: they are two devices")


class DeviceMaintenanceEnded(Event, frozen=True):
    topic: ClassVar[str] = "device.maintenance_ended.v1"
    inverse: ClassVar[type[Command] | str] = "make a new maintenance window"
    silence_id: str

    def summary(self) -> str:
        return "maintenance ended"


class DeviceRemoved(Event, frozen=True):
    topic: ClassVar[str] = "device.removed.v1"
    inverse: ClassVar[type[Command] | str] = RestoreDevice
    name: str = ""

    def summary(self) -> str:
        return one_line(f"{self.name or 'device'} removed from the inventory")

    def undo(self) -> Command:
        return RestoreDevice()


class DeviceRestored(Event, frozen=True):
    topic: ClassVar[str] = "device.restored.v1"
    inverse: ClassVar[type[Command] | str] = RemoveDevice
    cause: str = ""

    def summary(self) -> str:
        return one_line(f"back in the inventory{': ' + self.cause if self.cause else ''}")

    def undo(self) -> Command:
        return RemoveDevice()


DEVICE_EVENTS: tuple[type[Event], ...] = (
    DeviceDiscovered,
    DeviceAdded,
    DeviceIdentified,
    DeviceChanged,
    DeviceAddressAdded,
    DeviceAddressRemoved,
    DeviceMerged,
    DeviceAbsorbed,
    DeviceSplit,
    DeviceSeparated,
    DeviceKeptApart,
    DeviceWentDown,
    DeviceCameUp,
    DeviceMaintenanceBegan,
    DeviceMaintenanceEnded,
    DeviceRemoved,
    DeviceRestored,
)
