"""Several texts to a WebSocket at once, a frame each: one pass through the layers and one write, where the server can."""

from collections.abc import Sequence
from typing import Any

from litestar import WebSocket

TEXTS = "netledger.texts"
"""The ASGI extension of a server that takes `websocket.send` with `texts`: UTF-8, several, each a message of its own."""


async def send_texts(socket: WebSocket[Any, Any, Any], texts: Sequence[bytes]) -> None:
    """In this order. Waits while the client does not read."""
    extensions: dict[str, Any] = dict(socket.scope.get("extensions") or {})
    if TEXTS in extensions:
        message: Any = {"type": "websocket.send", "texts": texts}  # ASGI's types know no extensions
        await socket.send(message)
        return
    for text in texts:
        await socket.send_text(text)
