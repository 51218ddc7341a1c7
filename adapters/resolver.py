"""Host names to addresses, as the system resolves them, within a time limit."""

import asyncio
import socket
from collections.abc import Sequence


class SystemResolver:
    """The port `NameResolver` on getaddrinfo: hosts file, DNS and whatever else the system is configured for."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self._timeout_s = timeout_s

    async def addresses(self, name: str) -> Sequence[str]:
        """All addresses in the system's order of preference, each once; empty where none is known in time."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError, TimeoutError):  # UnicodeError: a label that IDNA cannot write
            return ()
        return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
