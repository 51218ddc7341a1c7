"""What operations on configurations carry: which devices are read, and what is restored."""

from typing import Annotated
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Intent
from domain.config import CONFIG, config_id
from domain.config_commands import Cause, RequestRestore
from domain.config_events import ConfigRestored
from domain.config_text import ConfigAuthor
from domain.event import Recorded
from domain.operation import OPERATION, RequestOperation

BACKUP = "config.backup"
RESTORE = "config.restore"

ConfirmWithin = Annotated[int, msgspec.Meta(ge=30, le=3_600)]
"""Seconds after which the device undoes a change by itself unless it is reached again."""


class BackupOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The devices to read, or all whose configurations are understood and for which there is a credential."""

    device_ids: tuple[str, ...] = ()
    all: bool = False
    cause: Cause = "request"
    authors: dict[str, ConfigAuthor] = {}
    """By device: who is said to have configured it, where the device itself cannot tell."""


class RestoreOrder(msgspec.Struct, frozen=True, kw_only=True):
    backup_id: str
    confirm_within_s: ConfirmWithin | None = None


def backup(operation_id: UUID, order: BackupOrder, *, reason: str = "") -> Intent:
    """The operation; of one device where the order names one."""
    device_id = order.device_ids[0] if len(order.device_ids) == 1 and not order.all else ""
    request = RequestOperation(
        kind=BACKUP, params=msgspec.to_builtins(order), device_id=device_id, reason=reason
    )
    return OPERATION.to(operation_id, request, new=True)


def restore(device_id: str, operation_id: UUID, order: RestoreOrder, *, reason: str = "") -> list[Intent]:
    """The operation and the word of it on the device's record, to be appended together. Raises NotFound for a backup
    that is not the device's."""
    request = RequestOperation(
        kind=RESTORE, params=msgspec.to_builtins(order), device_id=device_id, reason=reason
    )
    wanted = RequestRestore(
        backup_id=order.backup_id,
        operation_id=str(operation_id),
        confirm_within_s=order.confirm_within_s,
        reason=reason,
    )
    return [
        OPERATION.to(operation_id, request, new=True),
        CONFIG.to(config_id(device_id), wanted),
    ]


def taken_back(recorded: Recorded, event: ConfigRestored, *, reason: str) -> list[Intent]:
    """What undoes a restore: the restore of what the device ran before, named after the event, so that asking twice
    makes one. Raises NotRevertible."""
    event.undo()
    operation_id = uuid5(recorded.originator_id, f"revert {recorded.position}")
    return restore(
        recorded.meta.about.device_id, operation_id, RestoreOrder(backup_id=event.before_id), reason=reason
    )
