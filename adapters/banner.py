"""What answers on a TCP port before anyone logs in: SSH by its banner, a RouterOS API by the form of its replies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_SSH_IDENTIFICATION = 255
"""The longest identification string, with CR LF (RFC 4253, 4.2)."""

_SSH_LINES, _SSH_LINE = 50, 1024  # of what a server may send before it, for which the RFC has no limit
_API_REPLY = 1024

# A command that is neither a log-in nor a change. A router answers `!fatal` ("not logged in") and closes: nothing is
# tried with any account, so nothing is counted or logged as a failed log-in, which `/login` without a name would be.
_API_QUESTION = b"\x05/quit\x00"
_API_REPLIES = (b"!fatal", b"!trap", b"!done", b"!re")


class TcpBannerProber:
    """The port `BannerProber`. A connection that fails in whatever way is an answer: nobody of this kind is there."""

    async def ssh_banner(self, address: str, *, port: int, timeout_s: float) -> str | None:
        """As in `SSH-2.0-OpenSSH_9.2`, without control characters; lines that a server sends before are left out."""
        try:
            async with (
                asyncio.timeout(timeout_s),
                _connected(address, port, limit=_SSH_LINE) as (reader, _),
            ):
                for _ in range(_SSH_LINES):
                    line = await reader.readline()
                    if line.startswith(b"SSH-"):
                        return _printable(line[:_SSH_IDENTIFICATION])
                    if not line:
                        return None
        except (OSError, TimeoutError, ValueError):  # ValueError: a line longer than the limit
            pass
        return None

    async def routeros_api(self, address: str, *, port: int, timeout_s: float) -> bool:
        """Whether a reply word of the API comes back in its framing; for the plain API, as on port 8728."""
        try:
            async with (
                asyncio.timeout(timeout_s),
                _connected(address, port, limit=_API_REPLY) as (reader, writer),
            ):
                writer.write(_API_QUESTION)
                await writer.drain()
                size = (await reader.readexactly(1))[0]
                # The first word of every reply is one of four, all shorter than 0x80: one length octet.
                return size < 0x80 and await reader.readexactly(size) in _API_REPLIES
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False


@asynccontextmanager
async def _connected(
    address: str, port: int, *, limit: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(address, port, limit=limit)
    try:
        yield reader, writer
    finally:
        # Not waited for: the peer has nothing left to hear, and may be one that never closes.
        writer.transport.abort()


def _printable(line: bytes) -> str:
    return "".join(character for character in line.decode("latin-1") if character.isprintable()).strip()
