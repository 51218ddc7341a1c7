"""Many WebSocket clients in a process of their own, so light that the server is measured: when which value came.

Reads a URL a line until an empty one, connects to each, says so with a line, and answers pings. At the next line on its input it prints
the receipts, pairs of value and `time.perf_counter()` (the machine's monotonic clock, the same in all processes), as doubles.
"""

import asyncio
import sys
import time
from array import array
from base64 import b64encode
from secrets import token_bytes
from typing import cast
from urllib.parse import urlsplit

import uvloop

_VALUE = b'"value":'
_PING, _PONG, _TEXT = 0x89, 0x8A, 0x81
_MASKED = 0x80


class Client(asyncio.Protocol):
    """Of a server that neither cuts messages into several frames nor compresses them (RFC 6455)."""

    def __init__(self, host: str, path: str, receipts: "array[float]") -> None:
        self._host, self._path, self._receipts = host, path, receipts
        self._rest = b""
        self._open = False
        self.opened = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses
        key = b64encode(token_bytes(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        data = self._rest + data
        if not self._open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.opened.set_exception(ConnectionError(head.decode(errors="replace")))
                return
            self._open = True
            self.opened.set_result(None)
        start = 0
        while (end_of := _end_of_frame(data, start)) is not None:
            begin, end_at = end_of
            if data[start] == _TEXT:
                value = data.find(_VALUE, begin, end_at) + len(_VALUE)
                stop = data.find(b",", value, end_at)
                self._receipts.extend((float(data[value : stop if stop > 0 else end_at - 1]), at))
            elif data[start] == _PING:
                payload = data[begin:end_at]
                self._transport.write(bytes((_PONG, _MASKED | len(payload), 0, 0, 0, 0)) + payload)
            start = end_at
        self._rest = data[start:]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("closed"))


def _end_of_frame(data: bytes, start: int) -> tuple[int, int] | None:
    """Where its payload begins and ends; None where it is not whole yet."""
    if len(data) < start + 4:
        return None
    length, begin = data[start + 1], start + 2
    if length == 126:
        length, begin = int.from_bytes(data[start + 2 : start + 4]), start + 4
    return (begin, begin + length) if len(data) >= begin + length else None


async def _run() -> None:
    loop, receipts = asyncio.get_running_loop(), array("d")
    while url := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        parts = urlsplit(url)
        _, client = await loop.create_connection(
            lambda parts=parts: Client(parts.netloc, f"{parts.path}?{parts.query}", receipts),  # type: ignore[misc]  # the default
            parts.hostname,
            parts.port,
        )
        await client.opened
        print("open", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    sys.stdout.buffer.write(receipts.tobytes())
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_run())
