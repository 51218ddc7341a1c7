"""Requested operations as a work queue: each is handed to one worker, and to another when that one falls silent."""

import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from adapters.jetstream.connection import LEDGER_STREAM, ensure_ledger_stream

ACK_WAIT_S = 6.0
"""A worker that is silent for so long has lost its operation."""
_DURABLE = "executor"
_SUBJECT = "ledger.operation.requested.>"


class JetStreamDelivery:
    """Satisfies Delivery. Losing an answer to NATS is harmless: the ledger's attempt number decides who works."""

    def __init__(self, message: Msg) -> None:
        self._message = message
        self.operation_id = UUID(message.subject.rpartition(".")[2])

    async def alive(self) -> None:
        await self._answer(self._message.in_progress)

    async def done(self) -> None:
        await self._answer(self._message.ack)

    async def release(self) -> None:
        await self._answer(partial(self._message.nak, delay=1))

    async def _answer(self, send: Callable[[], Awaitable[None]]) -> None:
        try:
            await send()
        except (NatsError, OSError):
            return


class JetStreamOperations:
    """Satisfies OperationQueue."""

    def __init__(self, client: Client) -> None:
        self._jetstream = client.jetstream(timeout=3)
        self._subscription: JetStreamContext.PullSubscription | None = None

    async def take(self, timeout_s: float) -> JetStreamDelivery | None:
        """The next operation, None when there is none in time or NATS is away."""
        try:
            if self._subscription is None:
                self._subscription = await self._subscribe()
            messages = await self._subscription.fetch(1, timeout=timeout_s)
        except TimeoutError:
            return None
        except (NatsError, OSError):
            await self._unsubscribe()  # the consumer may be gone with its stream: make it again
            return None
        return JetStreamDelivery(messages[0]) if messages else None

    async def _unsubscribe(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with contextlib.suppress(NatsError, OSError):
                await subscription.unsubscribe()

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        await ensure_ledger_stream(self._jetstream)
        return await self._jetstream.pull_subscribe(
            _SUBJECT,
            durable=_DURABLE,
            stream=LEDGER_STREAM,
            config=ConsumerConfig(
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT_S,
                deliver_policy=DeliverPolicy.ALL,
                max_ack_pending=1000,
            ),
        )
