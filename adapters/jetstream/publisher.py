"""Publishes events so that the stream's sequence is the ledger's position: in order, each once, no gap."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError

from adapters.jetstream.connection import LEDGER_STREAM, ensure_ledger_stream
from adapters.jetstream.renewal import renew
from domain.codec import message
from domain.event import Recorded
from domain.ports import PublishFailed

_ACK_TIMEOUT_S = 3.0
_FLIGHT_BYTES = 4 * 2**20
_SILENCES = 2
_HEADER_BYTES = 1_024
_IDENTIFYING = ("position", "type", "aggregate_id", "version", "occurred_at", "correlation_id")
_encoder = msgspec.json.Encoder()
log = structlog.get_logger(__name__)


def subject(recorded: Recorded) -> str:
    """`ledger.<aggregate>.<event>.<aggregate id>`: operation.requested.v1 is ledger.operation.requested.<id>."""
    aggregate, event, _ = recorded.topic.split(".")
    return f"ledger.{aggregate}.{event}.{recorded.originator_id}"


class LedgerPublisher:
    """Satisfies EventPublisher."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=_ACK_TIMEOUT_S)
        self._silences = 0
        """How often in a row the stream answered a question and no message."""
        self._careful = False
        """After a refusal events go one by one, so that the server names its reason and the event."""

    async def last_position(self) -> int:
        try:
            await ensure_ledger_stream(self._jetstream)
            info = await self._jetstream.stream_info(LEDGER_STREAM)
        except (NatsError, TimeoutError, OSError) as error:
            raise PublishFailed(f"the stream does not answer: {error!r}") from error
        return info.state.last_seq

    async def holds(self, event: Recorded) -> bool:
        """A message that was taken out of the stream contradicts nothing."""
        try:
            found = await self._jetstream.get_msg(LEDGER_STREAM, event.position)
        except NotFoundError:
            return True
        except (NatsError, TimeoutError, OSError) as error:
            raise PublishFailed(f"the stream does not answer: {error!r}") from error
        ours = msgspec.to_builtins(message(event))
        try:
            theirs: dict[str, Any] = msgspec.json.decode(found.data or b"", type=dict[str, Any])
        except msgspec.DecodeError:
            return False
        return all(theirs.get(name) == ours[name] for name in _IDENTIFYING)

    async def publish(self, events: Sequence[Recorded]) -> None:
        """Sends many at once and waits for the acknowledgement of the last: the server refuses an event whose
        predecessor it lacks, so that a failure in the middle leaves no gap and reaches the last one too."""
        flight: list[tuple[Recorded, bytes]] = []
        size = 0
        for recorded in events:
            body = self._body(recorded)
            if flight and (self._careful or size + len(body) > _FLIGHT_BYTES):
                await self._publish(flight)
                flight, size = [], 0
            flight.append((recorded, body))
            size += len(body)
        await self._publish(flight)
        self._silences = 0
        self._careful = False

    def _body(self, recorded: Recorded) -> bytes:
        """What is larger than the server takes goes without its data, which subscribers then read from the API."""
        whole = message(recorded)
        body = _encoder.encode(whole)
        if len(body) + _HEADER_BYTES <= self._client.max_payload:
            return body
        return _encoder.encode({**whole, "data": None, "left_out_bytes": len(body)})

    async def _publish(self, flight: Sequence[tuple[Recorded, bytes]]) -> None:
        if not flight:
            return
        *others, (last, body) = flight
        try:
            async with asyncio.timeout(_ACK_TIMEOUT_S):
                for each, its_body in others:
                    await self._client.publish(subject(each), its_body, headers=_headers(each))
                taken = await self._jetstream.publish(subject(last), body, headers=_headers(last))
        except TimeoutError as error:
            await self._silent()
            raise PublishFailed("the stream does not take an event") from error
        except APIError as error:
            self._careful = True
            raise PublishFailed(f"event {last.position} was not taken: {error!r}") from error
        except (NatsError, OSError) as error:
            raise PublishFailed(f"the stream does not answer: {error!r}") from error
        if taken.seq != last.position:
            raise PublishFailed(f"event {last.position} is message {taken.seq} of the stream")

    async def _silent(self) -> None:
        """A stream that is there and takes nothing time and again has to be made anew."""
        self._silences += 1
        if self._silences < _SILENCES or not self._client.is_connected:
            return
        try:
            await renew(self._jetstream)
        except (NatsError, TimeoutError, OSError) as error:
            log.warning("the stream cannot be made anew", error=repr(error))
        self._silences = 0


def _headers(recorded: Recorded) -> dict[str, str]:
    return {
        "Nats-Msg-Id": str(recorded.position),
        "Nats-Expected-Stream": LEDGER_STREAM,
        "Nats-Expected-Last-Sequence": str(recorded.position - 1),
        "Netledger-Type": recorded.topic,
    }
