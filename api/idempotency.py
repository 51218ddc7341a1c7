"""Honours Idempotency-Key on every POST, before the request reaches its resource."""

from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import Answer, Answers
from api.authentication import REFRESH_COOKIE
from api.caller import Caller, Connection
from api.errors import PROVISIONAL
from domain.aggregate import IdempotencyKey
from domain.errors import Invalid

HEADER = "Idempotency-Key"
_LONGEST = 200
_KEEP_S = 24 * 3600
_KEEP_ANONYMOUS_S = 10 * 60
"""Answers to those who log in hold tokens: long enough for a retry over a bad line."""
_NOT_KEPT = (b"content-length", b"date")

PROVISIONAL_HEADER = PROVISIONAL.lower().encode()


class Idempotency:
    """ASGI middleware behind authentication. A key belongs to its caller; only what succeeded is answered again."""

    def __init__(self, app: ASGIApp, *, answers: Answers, max_body: int) -> None:
        self._app = app
        self._answers = answers
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        connection: Connection = Connection(scope)
        text = connection.headers.get(HEADER)
        if not text:
            await self._app(scope, receive, send)
            return
        if len(text) > _LONGEST or not (text.isascii() and text.isprintable()):
            raise Invalid(f"it has up to {_LONGEST} printable ASCII characters", field=HEADER)
        body = await self._whole(receive)
        caller = scope.get("user")
        key = IdempotencyKey(
            _scope(connection, caller),
            text,
            self._answers.fingerprint(
                scope["path"].encode(),
                scope["query_string"],
                connection.cookies.get(REFRESH_COOKIE, "").encode() if caller is None else b"",
                body,
            ),
        )
        scope["state"]["idempotency_key"] = key
        async with self._answers.turn(key):
            answer = await self._answers.find(key)
            if answer is not None:
                await _send(answer, send)
                return
            # A retry may not understand the encoding that the first request asked for.
            plain: Any = {**scope, "headers": [h for h in scope["headers"] if h[0] != b"accept-encoding"]}
            witness = _Witness(send)
            await self._app(plain, _again(body, receive), witness.send)
            if 200 <= witness.status < 300 and not witness.provisional:
                keep_s = _KEEP_S if isinstance(caller, Caller) else _KEEP_ANONYMOUS_S
                await self._answers.keep(key, witness.answer(), keep_s)

    async def _whole(self, receive: Receive) -> bytes:
        body = bytearray()
        more = True
        while more:
            message: Any = await receive()
            if message["type"] == "http.disconnect":
                break
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_body:
                raise RequestEntityTooLarge
        return bytes(body)


class _Witness:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [
                (name, value) for name, value in message["headers"] if name.lower() not in _NOT_KEPT
            ]
        elif message["type"] == "http.response.body":
            self._body += message["body"]
        await self._send(message)

    @property
    def provisional(self) -> bool:
        """Whether the answer only says that the command is recorded; a retry may find the whole answer."""
        return any(name.lower() == PROVISIONAL_HEADER for name, _ in self._headers)

    def answer(self) -> Answer:
        return Answer(self.status, self._headers, bytes(self._body))


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more and then goes on with the connection."""
    given = False

    async def once_more() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


def _scope(connection: Connection, caller: Any) -> str:
    """Whose key it is. With the role, so that somebody who lost one is not answered from the time before."""
    if isinstance(caller, Caller):
        return f"{caller.kind}:{caller.id}:{caller.role}"
    return f"anonymous:{connection.client.host if connection.client else ''}"


async def _send(answer: Answer, send: Send) -> None:
    length = (b"content-length", str(len(answer.body)).encode())
    headers = [*answer.headers, (b"idempotency-replayed", b"true")]
    if answer.status != 204:
        headers.append(length)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
