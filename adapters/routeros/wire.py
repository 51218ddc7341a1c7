"""The API conversation on librouteros' protocol, bounded, quiet and in strings: one command, then its whole answer.

What librouteros leaves to its callers is done here: it reads without bounds, writes every word (passwords too) to its
debug log, casts values to int and bool, and fails on empty sentences, bare words and unknown trap attributes.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from librouteros.connections import AsyncSocketTransport  # type: ignore[import-untyped]  # librouteros has no py.typed
from librouteros.exceptions import ConnectionClosed, LibRouterosError, ProtocolError  # type: ignore[import-untyped]  # librouteros has no py.typed
from librouteros.protocol import AsyncApiProtocol, encode_sentence  # type: ignore[import-untyped]  # librouteros has no py.typed

from adapters.routeros.tls import TlsBytes

MAX_WORD = 1 << 20
MAX_ANSWER = 32 << 20
"""Bytes of one answer; a table of 100,000 secrets has about half of that."""
MAX_WORDS = 1_000
"""Words of one sentence."""
READ_AHEAD = 256 << 10
LISTENING = ".tag=heard"
"""Marks what a `listen` on the same connection tells, between the answers to commands."""

Row = dict[str, str]


@dataclass(slots=True)
class Answer:
    """All `!re` rows of a command, and the `ret` of its `!done`. Values are as the router wrote them, latin-1."""

    rows: list[Row] = field(default_factory=list)
    ret: str = ""


class Trapped(Exception):
    """The router answered `!trap`, once or more."""

    def __init__(self, messages: list[str], category: int | None) -> None:
        super().__init__("; ".join(messages))
        self.category = category


class FatalReply(Exception):
    """The router answered `!fatal`; it closes the connection."""


class ApiTransport(asyncio.Protocol, AsyncSocketTransport):  # type: ignore[misc]  # an untyped base
    """The bytes of a connection, with its own small buffer; tells at once when it is disturbed while nobody reads."""

    def __init__(self, on_disturbed: Callable[[], None]) -> None:
        self._on_disturbed = on_disturbed
        self._transport: asyncio.Transport | None = None
        self._tls: TlsBytes | None = None
        self._shaking_hands = False
        self._buffer = bytearray()
        self._budget = 0
        self._waiter: asyncio.Future[None] | None = None
        self._closed = ""
        self._paused = False
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # create_connection gives no other

    def data_received(self, data: bytes) -> None:
        if self._tls is not None:
            data = self._opened(self._tls, data)
        self._buffer += data
        if len(self._buffer) > READ_AHEAD and self._transport is not None and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._closed = self._closed or "the router closed the connection"
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = self._closed or str(exc or "the connection is closed")
        self._wake()

    def _opened(self, tls: TlsBytes, sealed: bytes) -> bytes:
        tls.received(sealed)
        if self._shaking_hands:
            return b""
        try:
            plain = tls.open()
        except ssl.SSLError as error:
            self._closed = f"TLS failed: {error.reason or error}"
            self.abort()
            return b""
        if tls.ended:
            self._closed = self._closed or "the router closed the connection"
        if answer := tls.to_send():
            self._send(answer)
        return plain

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if not self.busy:
            self._on_disturbed()

    @property
    def disturbed(self) -> bool:
        """Something came, or the connection went, while no command was under way."""
        return bool(self._buffer or self._closed)

    def begin_answer(self) -> None:
        self._budget = MAX_ANSWER

    async def start_tls(self, context: ssl.SSLContext, server_name: str) -> bytes:
        """Shakes hands and gives the certificate that was presented (DER). Raises ssl.SSLError or ConnectionClosed."""
        self._tls = tls = TlsBytes(context, server_name)
        self._shaking_hands = True
        try:
            while not tls.handshake():
                self._send(tls.to_send())
                if self._closed:
                    raise ConnectionClosed(self._closed)
                await self._more()
        finally:
            self._shaking_hands = False
            self._send(tls.to_send())  # the last message, or the alert that says why not
        self._buffer += self._opened(tls, b"")
        return tls.certificate()

    async def read(self, length: int) -> bytes:
        self._budget -= length
        if length > MAX_WORD or self._budget < 0:
            raise ProtocolError(f"the answer is too long (word of {length} bytes)")
        buffer = self._buffer
        while len(buffer) < length:
            if self._closed:
                raise ConnectionClosed(self._closed)
            await self._more()
        data = bytes(buffer[:length])
        del buffer[:length]
        return data

    def word_at_hand(self) -> bytes | None:
        """The next word of up to 16 KB where all of it has come, for `read` costs several steps a word; None otherwise."""
        buffer = self._buffer
        if len(buffer) < 2:
            return self._taken(1, 1) if buffer == b"\0" else None
        if buffer[0] < 0x80:
            begin, end = 1, 1 + buffer[0]
        elif buffer[0] < 0xC0:
            begin, end = 2, 2 + ((buffer[0] & 0x3F) << 8 | buffer[1])
        else:
            return None
        return self._taken(begin, end) if len(buffer) >= end else None

    def _taken(self, begin: int, end: int) -> bytes:
        self._budget -= end
        if self._budget < 0:
            raise ProtocolError(f"the answer is too long (word of {end - begin} bytes)")
        data = bytes(self._buffer[begin:end])
        del self._buffer[:end]
        return data

    async def _more(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def write(self, data: bytes) -> None:
        """One command is under way at a time, so that the transport never holds more than one of them."""
        if self._closed:
            raise ConnectionClosed(self._closed)
        self._send(data if self._tls is None else self._tls.seal(data))

    def _send(self, data: bytes) -> None:
        if self._transport is not None and data:
            self._transport.write(data)

    async def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class ApiStream(AsyncApiProtocol):  # type: ignore[misc]  # an untyped base
    """Commands and answers over one transport. After any exception but Trapped the stream is out of step: abort it."""

    transport: ApiTransport

    def __init__(self, transport: ApiTransport) -> None:
        super().__init__(transport, encoding="latin-1")
        self._on_heard: Callable[[Row], None] = lambda _: None

    async def listen(self, menu: str, on_heard: Callable[[Row], None]) -> None:
        """Asks to be told of changes to a menu, until the connection ends; a router that refuses says so once."""
        self._on_heard = on_heard
        await self.writeSentence(f"{menu}/listen", LISTENING)

    def _hears(self, reply: str, words: tuple[str, ...]) -> bool:
        """Whether a sentence is what we listen for rather than part of an answer."""
        if LISTENING not in words:
            return False
        if reply == "!re":
            self._on_heard(attributes(words))
        return True

    async def ask(self, command: str, *words: str) -> Answer:
        """Raises Trapped, FatalReply, LibRouterosError or OSError."""
        transport = self.transport
        transport.busy = True
        try:
            await self.writeSentence(command, *words)
            transport.begin_answer()
            return await self._answer()
        finally:
            transport.busy = False

    async def farewell(self) -> str:
        """Why the router ends the connection, where it says so in a `!fatal` that nobody asked for. Empty where it does not
        end it but tells what we listen for."""
        self.transport.begin_answer()
        try:
            if self._hears(*await self.readSentence()):
                return ""
        except FatalReply as fatal:
            return str(fatal)
        except (LibRouterosError, OSError) as error:
            return str(error)
        return "the router sent an answer to no command"

    async def writeSentence(self, cmd: str, *words: str) -> None:  # noqa: N802 - librouteros' name
        await self.transport.write(encode_sentence(cmd, *words, encoding=self.encoding))

    async def readSentence(self) -> tuple[str, tuple[str, ...]]:  # noqa: N802 - librouteros' name
        """Reply word and the rest; empty sentences are passed over."""
        words: list[str] = []
        at_hand, encoding = self.transport.word_at_hand, self.encoding
        while True:
            raw = at_hand()
            word = await self.readWord() if raw is None else raw.decode(encoding)
            if word:
                words.append(word)
            elif words:
                break
            if len(words) > MAX_WORDS:
                raise ProtocolError(f"a sentence of more than {MAX_WORDS} words")
        if words[0] == "!fatal":
            raise FatalReply(" ".join(words[1:]).removeprefix("=message=") or "no reason given")
        return words[0], tuple(words[1:])

    async def _answer(self) -> Answer:
        answer = Answer()
        traps: list[str] = []
        category: int | None = None
        while True:
            reply, words = await self.readSentence()
            if self._hears(reply, words):
                continue
            if reply == "!re":
                answer.rows.append(attributes(words))
            elif reply == "!trap":
                trap = attributes(words)
                traps.append(trap.get("message", "no message"))
                category = int(number) if (number := trap.get("category", "")[:3]).isdecimal() else category
            elif reply == "!done":
                answer.ret = attributes(words).get("ret", "")
                break
            elif reply != "!empty":
                raise ProtocolError(f"unknown reply word {reply[:40]!r}")
        if traps:
            raise Trapped(traps[:10], category)
        return answer


def attributes(words: tuple[str, ...]) -> Row:
    """`=key=value` words; words of any other form are passed over, and so are keys that are no plain text."""
    row: Row = {}
    for word in words:
        if word[:1] == "=":
            key, _, value = word[1:].partition("=")
            if key.isascii() and key.isprintable():
                row[key] = value
    return row
