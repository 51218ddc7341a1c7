"""Sends many messages to a stream at once and hears which of them it took."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

NO_STREAM = "no stream listens"
_NO_RESPONDERS = "503"


class Message(NamedTuple):
    """`id` is what the stream knows it by, to keep it once."""

    subject: str
    id: str
    body: bytes


class _Answer(msgspec.Struct):
    """A PubAck of JetStream, as far as it is looked at."""

    stream: str = ""
    error: dict[str, Any] | None = None


class _Flight:
    def __init__(self, size: int) -> None:
        self.refusals: list[str] = [""] * size
        self.open = size
        self.landed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def hear(self, place: int, refusal: str) -> None:
        self.refusals[place] = refusal
        self.open -= 1
        if not self.open and not self.landed.done():
            self.landed.set_result(None)


class AcknowledgedMessages:
    """Over one connection and one inbox; an answer says by its subject which message it is for."""

    def __init__(self, client: Client, stream: str) -> None:
        self._client = client
        self._stream = stream
        self._inbox = client.new_inbox()
        self._listens = False
        self._sent = 0
        self._awaited: dict[int, tuple[_Flight, int]] = {}
        self._decoder = msgspec.json.Decoder(_Answer)

    async def send(self, messages: Sequence[Message], *, timeout_s: float) -> list[str]:
        """Why each was refused, empty for those that the stream took. Raises TimeoutError where an answer is missing, and
        what the connection raises."""
        if not messages:
            return []
        flight = _Flight(len(messages))
        first = self._sent
        self._sent += len(messages)
        try:
            async with asyncio.timeout(timeout_s):
                if not self._listens:
                    await self._client.subscribe(f"{self._inbox}.*", cb=self._hear)
                    self._listens = True
                for place, message in enumerate(messages):
                    self._awaited[first + place] = flight, place
                    await self._client.publish(
                        message.subject,
                        message.body,
                        reply=f"{self._inbox}.{first + place}",
                        headers={"Nats-Msg-Id": message.id},
                    )
                await flight.landed
        finally:
            if flight.open:
                for number in range(first, first + len(messages)):
                    self._awaited.pop(number, None)
        return flight.refusals

    async def _hear(self, answer: Msg) -> None:
        awaited = self._awaited.pop(int(answer.subject.rpartition(".")[2]), None)
        if awaited is not None:
            flight, place = awaited
            flight.hear(place, self._refusal(answer))

    def _refusal(self, answer: Msg) -> str:
        if not answer.data:
            status = (answer.headers or {}).get("Status", "")
            return NO_STREAM if status == _NO_RESPONDERS else f"status {status}"
        try:
            told = self._decoder.decode(answer.data)
        except msgspec.DecodeError as error:
            return f"an answer that is none: {error}"
        if told.error is not None:
            return f"{told.error.get('description', 'error')} ({told.error.get('err_code', '')})"
        return "" if told.stream == self._stream else f"taken by the stream {told.stream!r}"
