"""A device's configuration record: the host key that is trusted, the configurations that it ran, and what is said of them."""

from collections.abc import Sequence
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Aggregate
from domain.config_commands import (
    AcceptHostKey,
    RecordBackup,
    RecordFailedRestore,
    RecordRestore,
    RequestRestore,
    SeeHostKey,
    Tag,
    TagBackup,
)
from domain.config_events import (
    CONFIG_EVENTS,
    ConfigBackedUp,
    ConfigRestored,
    ConfigRestoreFailed,
    ConfigRestoreRequested,
    ConfigTagged,
    HostKeyAccepted,
    HostKeyChanged,
    HostKeyPinned,
)
from domain.errors import NotFound, Refused
from domain.event import About, Change, Command, Event

_RECORDS = UUID("c0f16a11-0000-5000-8000-000000000001")
replace = msgspec.structs.replace


def config_id(device_id: str) -> UUID:
    """A device has one record, whose id follows from its own."""
    return uuid5(_RECORDS, device_id)


def host_key_alert(device_id: str) -> str:
    """The key of the alert that a changed host key raises."""
    return f"host_key/{device_id}"


class Backup(msgspec.Struct, frozen=True):
    content: str
    tag: Tag | None = None
    note: str = ""


class ConfigRecord(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str = ""
    host_key: str = ""
    presented: str = ""
    """Another key that the device showed and that nobody accepted."""
    latest: str = ""
    """The backup of what the device ran when it was last read."""
    backups: dict[str, Backup] = {}
    requested: str = ""
    """The last operation that was to restore something, and the last one that ended."""
    concluded: str = ""

    @property
    def latest_content(self) -> str:
        return self.backups[self.latest].content if self.latest else ""


def decide(state: ConfigRecord, command: Command) -> Sequence[Event]:
    match command:
        case SeeHostKey():
            return _see(state, command)
        case AcceptHostKey():
            if (command.host_key, command.presented) == (state.host_key, state.presented):
                return []
            return [
                HostKeyAccepted(
                    device_id=state.device_id or command.device_id,
                    old=state.host_key,
                    new=command.host_key,
                    presented=command.presented,
                    presented_before=state.presented,
                )
            ]
        case RecordBackup():
            return _record(state, command)
        case TagBackup():
            return _tag(state, command)
        case RequestRestore():
            _known(state, command.backup_id)
            if command.operation_id and command.operation_id == state.requested:
                return []
            return [
                ConfigRestoreRequested(
                    backup_id=command.backup_id,
                    operation_id=command.operation_id,
                    confirm_within_s=command.confirm_within_s,
                )
            ]
        case RecordRestore() | RecordFailedRestore():
            for backup_id in (command.backup_id, command.before_id):
                _known(state, backup_id)
            return [] if command.operation_id == state.concluded else [_concluded(command)]
        case _:
            raise TypeError(f"a configuration record knows no {type(command).__name__}")


def _see(state: ConfigRecord, command: SeeHostKey) -> Sequence[Event]:
    if not state.host_key:
        return [HostKeyPinned(device_id=state.device_id or command.device_id, host_key=command.host_key)]
    if command.host_key in (state.host_key, state.presented):
        return []
    return [HostKeyChanged(device_id=state.device_id, pinned=state.host_key, presented=command.host_key)]


def _record(state: ConfigRecord, command: RecordBackup) -> Sequence[Event]:
    if command.content == state.latest_content:
        return []
    if command.backup_id in state.backups:
        raise Refused("this backup was recorded already", code="BACKUP_EXISTS")
    return [
        ConfigBackedUp(
            device_id=state.device_id or command.device_id,
            backup_id=command.backup_id,
            content=command.content,
            platform=command.platform,
            size_bytes=command.size_bytes,
            lines=command.lines,
            previous_id=state.latest,
            author=command.author,
            cause=command.cause,
            operation_id=command.operation_id,
        )
    ]


def _tag(state: ConfigRecord, command: TagBackup) -> Sequence[Event]:
    backup = _known(state, command.backup_id)
    changes = [
        Change(field, getattr(backup, field), new)
        for field in ("tag", "note")
        if (new := getattr(command, field)) is not msgspec.UNSET and new != getattr(backup, field)
    ]
    return [ConfigTagged(backup_id=command.backup_id, changes=changes)] if changes else []


def _known(state: ConfigRecord, backup_id: str) -> Backup:
    backup = state.backups.get(backup_id)
    if backup is None:
        raise NotFound("this device has no such backup", code="BACKUP_NOT_FOUND")
    return backup


def _concluded(command: RecordRestore | RecordFailedRestore) -> Event:
    facts = {name: value for name, value in msgspec.structs.asdict(command).items() if name != "reason"}
    return ConfigRestored(**facts) if isinstance(command, RecordRestore) else ConfigRestoreFailed(**facts)


def evolve(state: ConfigRecord, event: Event) -> ConfigRecord:
    match event:
        case HostKeyPinned():
            return replace(state, device_id=event.device_id, host_key=event.host_key)
        case HostKeyChanged():
            return replace(state, presented=event.presented)
        case HostKeyAccepted():
            return replace(state, device_id=event.device_id, host_key=event.new, presented=event.presented)
        case ConfigBackedUp():
            backups = {**state.backups, event.backup_id: Backup(event.content)}
            return replace(state, device_id=event.device_id, latest=event.backup_id, backups=backups)
        case ConfigTagged():
            known = {each.field: each.new for each in event.changes if each.field in ("tag", "note")}
            backup = replace(state.backups[event.backup_id], **known)
            return replace(state, backups={**state.backups, event.backup_id: backup})
        case ConfigRestoreRequested():
            return replace(state, requested=event.operation_id)
        case ConfigRestored() | ConfigRestoreFailed():
            return replace(state, concluded=event.operation_id)
        case _:
            return state


def about(state: ConfigRecord, record_id: str) -> About:
    return About(device_id=state.device_id)


CONFIG = Aggregate(
    name="config",
    initial=ConfigRecord(),
    decide=decide,
    evolve=evolve,
    events=CONFIG_EVENTS,
    about=about,
)
