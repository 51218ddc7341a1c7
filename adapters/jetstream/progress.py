"""Progress of operations over plain NATS subjects: `progress.<operation id>`."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError


class NatsProgress:
    """Satisfies ProgressBus."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def publish(self, operation_id: UUID, progress: dict[str, Any]) -> None:
        try:
            await self._client.publish(f"progress.{operation_id}", msgspec.json.encode(progress))
        except (NatsError, OSError):
            return  # a watcher misses one step; the next message or a read of the operation has it

    async def subscribe(self, heard: Callable[[str, dict[str, Any]], Awaitable[None]]) -> None:
        """Calls `heard(operation id, progress)` for every message from now on."""

        async def received(message: Msg) -> None:
            await heard(message.subject.partition(".")[2], msgspec.json.decode(message.data))

        await self._client.subscribe("progress.*", cb=received)
