"""What can be asked of a device's configuration record: its host key, its backups, their tags, and what restores led to."""

from typing import Annotated, Literal

import msgspec

from domain.config_ports import RejectedLine
from domain.config_text import ConfigAuthor
from domain.event import Command

HostKey = Annotated[str, msgspec.Meta(pattern=r"^[\w@.-]{1,64} SHA256:[A-Za-z0-9+/]{43}$")]
"""`TYPE SHA256:BASE64`, as `ssh-keygen -l` writes fingerprints."""
Tag = Literal["stable", "experimental"]
Note = Annotated[str, msgspec.Meta(max_length=2_000)]
Cause = Literal["request", "schedule", "configured", "before_change", "after_change"]
"""Why a configuration was read; `configured`: the device said that somebody configured it."""
FailedState = Literal["rolled_back", "reverting", "differs"]
"""`reverting`: the device's own timer has yet to bring it back; `differs`: it could not be brought back."""


class SeeHostKey(Command, frozen=True):
    """The device presents this key: pinned where none is, noted where it is another."""

    device_id: str
    host_key: HostKey


class AcceptHostKey(Command, frozen=True):
    """An engineer vouches for the key: from now on it is the pinned one. `presented` is what stays unaccepted."""

    device_id: str
    host_key: HostKey
    presented: str = ""


class RecordBackup(Command, frozen=True):
    """A configuration was read whole and stored. Nothing happens where it is the one that was read last."""

    device_id: str
    backup_id: str
    content: str
    """Its address in the store."""
    platform: str
    size_bytes: int
    lines: int
    author: ConfigAuthor = ConfigAuthor()
    cause: Cause = "request"
    operation_id: str = ""


class TagBackup(Command, frozen=True):
    """What engineers say of a backup."""

    backup_id: str
    tag: Tag | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType = msgspec.UNSET


class RequestRestore(Command, frozen=True):
    """An operation is to make the device run what the backup holds."""

    backup_id: str
    operation_id: str = ""
    """Empty only in what undoes a restore, until the operation has its id."""
    confirm_within_s: int | None = None


class RecordRestore(Command, frozen=True):
    """The device runs it. `before_id` and `after_id` are the backups of what it ran before and runs now."""

    backup_id: str
    operation_id: str
    before_id: str
    after_id: str
    lines: int = 0
    """Sent."""
    confirmed_by: str = ""
    """How the device would have come back by itself."""
    missing: tuple[str, ...] = ()
    """Lines that the device wrote differently or dropped, secrets masked."""
    observed: bool = True
    """Whether the device was reached and read once more after the change."""


class RecordFailedRestore(Command, frozen=True):
    """The device refused, or did not keep it, and runs what it ran before unless `state` says otherwise."""

    backup_id: str
    operation_id: str
    before_id: str
    state: FailedState
    message: str
    rejected: RejectedLine | None = None
