"""Command lines for people: a shell on a terminal of the size of their window."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.ssh.transport import Shell, connected
from domain.config_ports import ConfigTarget

TERMINAL = "xterm-256color"


class SshTerminals:
    """Satisfies DeviceTerminals."""

    @asynccontextmanager
    async def open(self, target: ConfigTarget, *, columns: int, rows: int) -> AsyncIterator[Shell]:
        async with connected(target, username=target.access.username) as transport:
            yield await transport.shell(TERMINAL, (columns, rows))
