"""Orders to a simulated fleet, a line each, over its process's standard input."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator


async def orders() -> AsyncIterator[bytes]:
    """Lines as they come; none where standard input is nothing that can be waited for, such as /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):  # closed
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or sys.stdin.isatty()):
        return
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line
