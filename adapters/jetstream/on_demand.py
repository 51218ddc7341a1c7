"""A connection to NATS that is made when it is first needed, so that who needs it seldom starts without it."""

import asyncio

from nats.aio.client import Client

from adapters.jetstream.connection import connect


class ClientOnDemand:
    def __init__(self, url: str, *, name: str) -> None:
        self._url = url
        self._name = name
        self._client: Client | None = None
        self._connecting = asyncio.Lock()

    async def __call__(self) -> Client:
        """Raises nats.errors.Error, TimeoutError or OSError while NATS is away."""
        async with self._connecting:
            if self._client is None or self._client.is_closed:
                self._client = await connect(self._url, name=self._name)
            return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
