"""What workers note of configurations that is no history: when each was last read, and who was heard to be configured."""

from typing import Protocol

import msgspec

from domain.config_text import ConfigAuthor


class ConfigRead(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that was read whole; `changed` where it was another than the time before."""

    device_id: str
    credential_id: str
    content: str
    backup_id: str
    changed: bool
    operation_id: str = ""


class Configured(msgspec.Struct, frozen=True, kw_only=True):
    """A device of which it was heard that somebody configured it. `last_at` is RFC 3339."""

    device_id: str
    author: ConfigAuthor
    last_at: str


class ConfigNotices(Protocol):
    """For receivers of syslog and traps, which hear it many times while an engineer works."""

    async def configured(self, device_id: str, author: ConfigAuthor | None = None) -> None:
        """The device says that somebody configured it: it is backed up as soon as it has been quiet for a moment."""
        ...


class ConfigNotes(ConfigNotices, Protocol):
    async def read(self, note: ConfigRead) -> None: ...

    async def failed(self, device_id: str, operation_id: str, code: str, message: str) -> None:
        """It could not be read; what was read before stays."""
        ...

    async def read_by(self, operation_id: str) -> dict[str, ConfigRead]:
        """What an operation has read so far, by device."""
        ...

    async def due(self, *, quiet_s: float, at_most_s: float) -> list[Configured]:
        """Devices quiet for so long, or heard of for the first time so long ago."""
        ...

    async def requested(self, devices: list[Configured]) -> None:
        """Their backup was asked for; one that was heard of again since stays due."""
        ...
