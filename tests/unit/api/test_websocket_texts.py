"""Several texts at once: each is a message of its own, in order, also where the server has no extension for it."""

import asyncio
import socket as sockets
from typing import Any

import pytest
import uvicorn
from litestar import Litestar, WebSocket, websocket
from websockets.asyncio.client import connect

from api.websocket_texts import send_texts
from cli.websocket_texts import WebSocketTexts
from tests.waiting import until

TEXTS = [b"{}", "Ü".encode() * 100, b"x" * 70_000, b""]


@websocket("/")
async def three_times(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    for _ in range(3):
        await send_texts(socket, TEXTS)
    await socket.close()


@pytest.mark.parametrize("protocol", [WebSocketTexts, "websockets-sansio"])
async def test_each_text_is_a_message_of_its_own(protocol: Any) -> None:
    config = uvicorn.Config(Litestar([three_times]), ws=protocol, log_level="warning")
    server = uvicorn.Server(config)
    with sockets.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            await until(lambda: server.started)
            async with connect(f"ws://127.0.0.1:{listening.getsockname()[1]}/") as client:
                received = [message async for message in client]
        finally:
            server.should_exit = True
            await serving
    assert received == [text.decode() for text in TEXTS] * 3
