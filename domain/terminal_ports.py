"""What the product asks of an interactive command line, and of the place where recordings of it are kept."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from domain.config_ports import ConfigTarget


class DeviceTerminal(Protocol):
    """The command line of one device, as bytes."""

    async def read(self) -> bytes:
        """The next bytes, empty at the end. Raises ConfigError."""
        ...

    def write(self, data: bytes) -> None: ...

    async def drain(self) -> None:
        """Waits until the device takes more. Raises ConfigError."""
        ...

    def resize(self, columns: int, rows: int) -> None: ...


class DeviceTerminals(Protocol):
    """Opens them."""

    def open(
        self, target: ConfigTarget, *, columns: int, rows: int
    ) -> AbstractAsyncContextManager[DeviceTerminal]:
        """Logged in behind the pinned host key. Raises ConfigError."""
        ...


class SilentTerminal(msgspec.Struct, frozen=True, kw_only=True):
    """An open session of which nothing was heard for a while, as it was when it was heard of last."""

    id: str
    open_s: float
    bytes_typed: int
    bytes_shown: int
    signs: int


class TerminalSigns(Protocol):
    """Signs of life of open sessions, by which those are known whose server was lost."""

    async def give(self, session_id: str, *, typed: int, shown: int) -> None:
        """The session is open; so many bytes went each way."""
        ...

    async def forget(self, session_id: str) -> None:
        """The session's end is in the ledger."""
        ...

    async def silent(self, for_s: float) -> Sequence[SilentTerminal]: ...


class RecordingStore(Protocol):
    """Recordings in parts, as they come, so that a crash loses seconds."""

    async def append(self, session_id: str, part: int, text: str) -> None: ...

    async def read(self, session_id: str) -> str:
        """All parts. Raises NotFound, and Refused where it was altered."""
        ...

    async def forget_old(self) -> None:
        """Drops what is older than recordings are kept."""
        ...
