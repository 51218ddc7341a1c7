"""Publishes events so that the stream's sequence is the ledger's position: in order, each once, no gap."""

import asyncio
from collections.abc import Sequence

import msgspec
from nats.aio.client import Client
from nats.errors import Error as NatsError

from adapters.jetstream.connection import LEDGER_STREAM, ensure_ledger_stream
from domain.codec import message
from domain.event import Recorded
from domain.ports import PublishFailed

_ACK_TIMEOUT_S = 5.0
_encoder = msgspec.json.Encoder()


def subject(recorded: Recorded) -> str:
    """`ledger.<aggregate>.<event>.<aggregate id>`: operation.requested.v1 is ledger.operation.requested.<id>."""
    aggregate, event, _ = recorded.topic.split(".")
    return f"ledger.{aggregate}.{event}.{recorded.originator_id}"


class LedgerPublisher:
    """Satisfies EventPublisher."""

    def __init__(self, client: Client) -> None:
        self._jetstream = client.jetstream(timeout=_ACK_TIMEOUT_S)

    async def last_position(self) -> int:
        try:
            await ensure_ledger_stream(self._jetstream)
            info = await self._jetstream.stream_info(LEDGER_STREAM)
        except (NatsError, TimeoutError, OSError) as error:
            raise PublishFailed(f"the stream does not answer: {error!r}") from error
        return info.state.last_seq

    async def publish(self, events: Sequence[Recorded]) -> None:
        """Sends all at once and waits for all acknowledgements. The server refuses an event whose predecessor it
        lacks, so a failure in the middle cannot leave a gap."""
        try:
            pending = [
                await self._jetstream.publish_async(
                    subject(recorded),
                    _encoder.encode(message(recorded)),
                    headers={
                        "Nats-Msg-Id": str(recorded.position),
                        "Nats-Expected-Stream": LEDGER_STREAM,
                        "Nats-Expected-Last-Sequence": str(recorded.position - 1),
                        "Netledger-Type": recorded.topic,
                    },
                )
                for recorded in events
            ]
            async with asyncio.timeout(_ACK_TIMEOUT_S):
                results = await asyncio.gather(*pending, return_exceptions=True)
        except (NatsError, TimeoutError, OSError) as error:
            raise PublishFailed(f"the stream does not answer: {error!r}") from error
        for recorded, result in zip(events, results, strict=True):
            if isinstance(result, BaseException):
                raise PublishFailed(f"event {recorded.position} was not taken: {result!r}")
