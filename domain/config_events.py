"""What can happen to a device's configuration record: keys pinned and accepted, configurations read, tagged and restored."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from domain.config_commands import (
    AcceptHostKey,
    Cause,
    FailedState,
    RequestRestore,
    TagBackup,
)
from domain.config_ports import RejectedLine
from domain.config_text import ConfigAuthor
from domain.errors import NotRevertible
from domain.event import Change, Command, Event, one_line


class HostKeyPinned(Event, frozen=True):
    topic: ClassVar[str] = "config.host_key_pinned.v1"
    inverse: ClassVar[type[Command] | str] = "a key that was seen stays pinned until another is accepted"
    device_id: str
    host_key: str

    def summary(self) -> str:
        return one_line(f"host key {self.host_key} pinned at first sight")


class HostKeyChanged(Event, frozen=True):
    topic: ClassVar[str] = "config.host_key_changed.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the device presented it: accept the key, or find out who stands in between"
    )
    device_id: str
    pinned: str
    presented: str

    def summary(self) -> str:
        return one_line(f"host key changed to {self.presented}, refused until it is accepted")


class HostKeyAccepted(Event, frozen=True):
    topic: ClassVar[str] = "config.host_key_accepted.v1"
    inverse: ClassVar[type[Command] | str] = AcceptHostKey
    device_id: str
    old: str
    new: str
    presented: str = ""
    """What stays unaccepted, and what was before."""
    presented_before: str = ""

    def summary(self) -> str:
        return one_line(f"host key {self.new} accepted")

    def changed(self) -> Sequence[Change]:
        return (Change("host_key", self.old or None, self.new),) if self.old != self.new else ()

    def undo(self) -> Command:
        if not self.old:
            raise NotRevertible("no key was pinned before; accept another one instead")
        return AcceptHostKey(device_id=self.device_id, host_key=self.old, presented=self.presented_before)


class ConfigBackedUp(Event, frozen=True):
    topic: ClassVar[str] = "config.backed_up.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the device runs this configuration; restore an earlier backup to change the device"
    )
    device_id: str
    backup_id: str
    content: str
    platform: str
    size_bytes: int
    lines: int
    previous_id: str = ""
    author: ConfigAuthor = ConfigAuthor()
    cause: Cause = "request"
    operation_id: str = ""

    def summary(self) -> str:
        who = f", changed by {self.author.by}" if self.author.by else ""
        what = "configuration changed" if self.previous_id else "configuration seen for the first time"
        return one_line(f"{what}: {self.lines} lines{who}")

    def changed(self) -> Sequence[Change]:
        return (Change("backup", self.previous_id or None, self.backup_id),)


class ConfigTagged(Event, frozen=True):
    topic: ClassVar[str] = "config.tagged.v1"
    inverse: ClassVar[type[Command] | str] = TagBackup
    backup_id: str
    changes: list[Change]

    def summary(self) -> str:
        return one_line(
            "backup "
            + ", ".join(f"{each.field} {each.old or '-'} -> {each.new or '-'}" for each in self.changes)
        )

    def changed(self) -> Sequence[Change]:
        return self.changes

    def undo(self) -> Command:
        old = {each.field: each.old for each in self.changes}
        return msgspec.convert({"backup_id": self.backup_id, **old}, TagBackup)


class ConfigRestoreRequested(Event, frozen=True):
    topic: ClassVar[str] = "config.restore_requested.v1"
    inverse: ClassVar[type[Command] | str] = "cancel the operation, or revert what it changed"
    backup_id: str
    operation_id: str
    confirm_within_s: int | None = None

    def summary(self) -> str:
        return one_line(f"restore of backup {self.backup_id} requested")


class ConfigRestored(Event, frozen=True):
    topic: ClassVar[str] = "config.restored.v1"
    inverse: ClassVar[type[Command] | str] = RequestRestore
    backup_id: str
    operation_id: str
    before_id: str
    after_id: str
    lines: int = 0
    confirmed_by: str = ""
    missing: tuple[str, ...] = ()
    observed: bool = True

    def summary(self) -> str:
        how = f"{self.lines} lines sent" if self.lines else "nothing had to be sent"
        lost = "" if self.observed else "; the device was not reached since"
        return one_line(f"backup {self.backup_id} restored, {how}{lost}")

    def changed(self) -> Sequence[Change]:
        if self.before_id == self.after_id:
            return ()
        return (Change("backup", self.before_id, self.after_id),)

    def undo(self) -> Command:
        if self.before_id == self.after_id:
            raise NotRevertible("the device ran this configuration already; nothing was changed")
        return RequestRestore(backup_id=self.before_id)


class ConfigRestoreFailed(Event, frozen=True):
    topic: ClassVar[str] = "config.restore_failed.v1"
    inverse: ClassVar[type[Command] | str] = (
        "nothing was restored; see what the device answered and try again"
    )
    backup_id: str
    operation_id: str
    before_id: str
    state: FailedState
    message: str
    rejected: RejectedLine | None = None

    def summary(self) -> str:
        what = {
            "rolled_back": "rolled back",
            "reverting": "the device brings itself back",
            "differs": "the device could not be brought back",
        }[self.state]
        return one_line(f"restore of backup {self.backup_id} failed, {what}: {self.message}")


CONFIG_EVENTS: tuple[type[Event], ...] = (
    HostKeyPinned,
    HostKeyChanged,
    HostKeyAccepted,
    ConfigBackedUp,
    ConfigTagged,
    ConfigRestoreRequested,
    ConfigRestored,
    ConfigRestoreFailed,
)
