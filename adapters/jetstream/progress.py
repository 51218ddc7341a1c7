"""Progress of operations over plain NATS subjects: `progress.<operation id>`."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from adapters.jetstream.connection import connect

_AGAIN_S = 0.5
log = structlog.get_logger(__name__)


class NatsProgress:
    """Satisfies ProgressBus."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def publish(self, operation_id: UUID, progress: dict[str, Any]) -> None:
        try:
            await self._client.publish(f"progress.{operation_id}", msgspec.json.encode(progress))
        except (NatsError, OSError):
            return  # a watcher misses one step; the next message or a read of the operation has it


class ProgressListener:
    """Hears all progress, from whenever NATS can be reached: whoever listens starts and works without it."""

    def __init__(
        self, url: str, heard: Callable[[str, dict[str, Any]], Awaitable[None]], *, name: str
    ) -> None:
        self._url = url
        self._heard = heard
        self._name = name
        self._client: Client | None = None

    @property
    def connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def run(self) -> None:
        """Until cancelled; the client itself connects again after an outage."""
        client = await self._connect()
        try:
            await client.subscribe("progress.*", cb=self._received)
            self._client = client
            await asyncio.Event().wait()
        finally:
            self._client = None
            await client.close()

    async def _connect(self) -> Client:
        while True:
            try:
                return await connect(self._url, name=self._name)
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("nats not reachable yet", error=repr(error))
                await asyncio.sleep(_AGAIN_S)

    async def _received(self, message: Msg) -> None:
        with contextlib.suppress(msgspec.DecodeError):  # not one of ours
            progress = msgspec.json.decode(message.data, type=dict[str, Any])
            await self._heard(message.subject.partition(".")[2], progress)
