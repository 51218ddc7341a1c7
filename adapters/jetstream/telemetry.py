"""The stream TELEMETRY: polls of devices, each kept once, for a day or until the room that it may take is used up."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from adapters.jetstream.acknowledged import NO_STREAM, AcknowledgedMessages, Message
from adapters.jetstream.renewal import takes_messages
from domain.telemetry import Poll

TELEMETRY_STREAM = "TELEMETRY"
TELEMETRY_SUBJECTS = "telemetry.>"
KEPT_S = 86_400.0
KEPT_BYTES = 8 * 2**30
DEDUPLICATED_S = 600.0
"""A poll that is published again within so long is kept once."""
_LEAST_BYTES = 64 * 2**20
_NO_ROOM = (10047, 10023, 10028)  # insufficient storage, insufficient resources, memory or account limit
_ANOTHER_MADE_IT = 10058  # stream name already in use with a different configuration
_ACK_TIMEOUT_S = 3.0
_FLIGHT_BYTES = 4 * 2**20
_FLIGHT_MESSAGES = 2_000
_SILENCES = 2
_HEADER_BYTES = 1_024
_PART_S = 0.001
_decoder = msgspec.msgpack.Decoder(Poll)
log = structlog.get_logger(__name__)


class _Part(NamedTuple):
    """A message: a poll, or a part of the `number`-th."""

    number: int
    message: Message


async def ensure_telemetry_stream(
    jetstream: JetStreamContext, *, kept_s: float = KEPT_S, kept_bytes: int = KEPT_BYTES
) -> None:
    """Makes the stream with half the room, and half of that, where the server has no more; as it is where it exists."""
    try:
        await jetstream.stream_info(TELEMETRY_STREAM)
    except NotFoundError:
        await _add(jetstream, kept_s, kept_bytes)


async def _add(jetstream: JetStreamContext, kept_s: float, kept_bytes: int) -> None:
    """Room is reserved twice and half of it given back, so that the server always has as much for other streams:
    where all is reserved, it makes no stream any more, not even in the place of a spoilt one."""
    config = StreamConfig(
        name=TELEMETRY_STREAM,
        subjects=[TELEMETRY_SUBJECTS],
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        max_age=kept_s,
        duplicate_window=min(DEDUPLICATED_S, kept_s),
        description="polls of devices, the oldest discarded first",
    )
    while True:
        try:
            await jetstream.add_stream(config, max_bytes=2 * kept_bytes)
            break
        except APIError as error:
            if error.err_code == _ANOTHER_MADE_IT:
                return
            if error.err_code not in _NO_ROOM or kept_bytes <= _LEAST_BYTES:
                raise
            kept_bytes = max(kept_bytes // 2, _LEAST_BYTES)
    await jetstream.update_stream(config, max_bytes=kept_bytes)


def decode(body: bytes) -> Poll:
    """Raises msgspec.DecodeError (or its ValidationError) for what is not a poll."""
    try:
        return _decoder.decode(body)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"not UTF-8: {error}") from error


class JetStreamTelemetry:
    """Satisfies TelemetryPublisher."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=_ACK_TIMEOUT_S)
        self._messages = AcknowledgedMessages(client, TELEMETRY_STREAM)
        self._encoder = msgspec.msgpack.Encoder()
        self._there = False
        """Whether the stream took all of the last flight."""
        self._silences = 0
        """How often in a row a stream that is there took nothing."""

    async def publish(self, polls: Sequence[Poll]) -> int:
        """One message a poll; a poll that is larger than the server takes goes as several, a millisecond apart, and counts
        as taken when all its parts are."""
        lost: set[int] = set()
        flight: list[_Part] = []
        size = 0
        for number, poll in enumerate(polls):
            for part, body in self._parts(poll):
                if flight and (size + len(body) > _FLIGHT_BYTES or len(flight) >= _FLIGHT_MESSAGES):
                    lost |= await self._fly(flight)
                    flight, size = [], 0
                flight.append(_Part(number, Message(part.subject, part.id, body)))
                size += len(body)
        if flight:
            lost |= await self._fly(flight)
        return len(polls) - len(lost)

    def _parts(self, poll: Poll) -> Iterator[tuple[Poll, bytes]]:
        body = self._encoder.encode(poll)
        room = self._client.max_payload - _HEADER_BYTES
        if len(body) <= room:
            yield poll, body
            return
        count = 2 * -(-len(body) // room)  # names differ in length, so that equal parts are not equally large
        step = max(1, -(-len(poll.samples) // count))
        for number, start in enumerate(range(0, len(poll.samples), step)):
            part = msgspec.structs.replace(
                poll, at=poll.at + number * _PART_S, samples=poll.samples[start : start + step]
            )
            yield part, self._encoder.encode(part)

    async def _fly(self, flight: Sequence[_Part]) -> set[int]:
        """The numbers of those that the stream did not take, after a second try where it was not there."""
        try:
            if not self._there:
                await ensure_telemetry_stream(self._jetstream)
            self._there = False
            missing = await self._send(flight)
            if missing:
                await ensure_telemetry_stream(self._jetstream)
                missing = await self._send(missing)
            self._there = not missing
            self._silences = 0
        except TimeoutError:
            await self._silent()
            return {part.number for part in flight}
        except (NatsError, OSError) as error:
            log.warning("telemetry not published", polls=len(flight), error=repr(error))
            return {part.number for part in flight}
        if missing:
            log.warning("telemetry not taken by the stream", polls=len(missing))
        return {part.number for part in missing}

    async def _send(self, flight: Sequence[_Part]) -> list[_Part]:
        """Those that were refused."""
        refusals = await self._messages.send([part.message for part in flight], timeout_s=_ACK_TIMEOUT_S)
        refused = [part for part, refusal in zip(flight, refusals, strict=True) if refusal]
        reason = next((refusal for refusal in refusals if refusal and refusal != NO_STREAM), None)
        if reason is not None:
            log.warning("telemetry refused by the stream", polls=len(refused), error=reason)
        return refused

    async def _silent(self) -> None:
        """A stream that is there and takes nothing time and again has to be made anew: see `renewal`."""
        self._silences += 1
        log.warning("the telemetry stream does not answer", times=self._silences)
        if self._silences < _SILENCES or not self._client.is_connected:
            return
        try:
            if await takes_messages(self._jetstream):
                log.warning("the telemetry stream takes no poll any more and is made anew")
                await self._jetstream.delete_stream(TELEMETRY_STREAM)
                await ensure_telemetry_stream(self._jetstream)
        except (NatsError, TimeoutError, OSError) as error:
            log.warning("the telemetry stream cannot be made anew", error=repr(error))
        self._silences = 0


class TelemetryOnDemand:
    """Satisfies TelemetryPublisher over a connection that is made when there is something to publish."""

    def __init__(self, connected: Callable[[], Awaitable[Client]]) -> None:
        self._connected = connected
        self._telemetry: tuple[Client, JetStreamTelemetry] | None = None

    async def publish(self, polls: Sequence[Poll]) -> int:
        try:
            client = await self._connected()
        except (NatsError, TimeoutError, OSError) as error:
            log.warning("telemetry not published", polls=len(polls), error=repr(error))
            return 0
        if self._telemetry is None or self._telemetry[0] is not client:
            self._telemetry = client, JetStreamTelemetry(client)
        return await self._telemetry[1].publish(polls)
