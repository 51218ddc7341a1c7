"""Reads the stream TELEMETRY: from any place that is still kept, partition by partition, or live."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence

import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StreamInfo
from nats.js.errors import NotFoundError

from adapters.jetstream.telemetry import TELEMETRY_STREAM, TELEMETRY_SUBJECTS, decode, ensure_telemetry_stream
from domain.errors import Unavailable
from domain.telemetry import Poll, Published, StreamPlace
from domain.telemetry_history import StreamStanding

BATCH = 500
"""Polls asked for at once ..."""
BATCH_BYTES = 2**20
"""... and how large they may be together. What has come and what was asked for is all that waits here."""
LIVE_WAITING = 20_000
"""Polls that wait for a slow reader of the live view, before the oldest are dropped."""
_AT_A_STRETCH = 20
_ENVELOPE_BYTES = 4_096
_FULL = ("Message Size Exceeds MaxBytes", "Batch Completed")
_PULL_S = 2.0
_SILENCE_S = 5.0
_LOOK_S = 1.5
_FORGOTTEN_S = 60.0
_AGAIN_S = 0.5
log = structlog.get_logger(__name__)


class JetStreamTelemetryStream:
    """Satisfies TelemetryStream. Needs a NATS connection when it is read, not before."""

    def __init__(self, connected: Callable[[], Awaitable[Client]], *, batch: int = BATCH) -> None:
        self._connected = connected
        self._batch = batch

    async def read(
        self, partition: int, after: StreamPlace
    ) -> AsyncIterator[tuple[StreamPlace, Sequence[Published]]]:
        place = after
        while True:
            try:
                async with contextlib.aclosing(self._from(partition, place)) as batches:
                    async for place, polls in batches:
                        yield place, polls
            except (NatsError, TimeoutError, OSError) as error:
                log.warning(
                    "telemetry not readable yet", partition=partition, error=str(error) or repr(error)
                )
                await asyncio.sleep(_AGAIN_S)

    async def _from(
        self, partition: int, after: StreamPlace
    ) -> AsyncGenerator[tuple[StreamPlace, Sequence[Published]], None]:
        """Until the consumer breaks off."""
        client = await self._connected()
        jetstream = client.jetstream(timeout=_SILENCE_S)
        await ensure_telemetry_stream(jetstream)
        info = await jetstream.stream_info(TELEMETRY_STREAM)
        place = _start(info, after)
        consumer = await jetstream.add_consumer(
            TELEMETRY_STREAM,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=place.sequence + 1,
                ack_policy=AckPolicy.NONE,
                filter_subject=f"telemetry.{partition}.>",
                inactive_threshold=_FORGOTTEN_S,
                mem_storage=True,
            ),
        )
        pull = _Pull(client, consumer.name, self._batch)
        try:
            await pull.start()
            while True:
                # Before Python 3.12 `asyncio.wait_for`, which the client waits with, can lose a cancellation.
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError
                messages = await pull.next()
                if not messages:
                    continue
                place = StreamPlace(place.stream, _sequence(messages[-1]))
                yield place, _polls(messages)
        finally:
            with contextlib.suppress(NatsError, TimeoutError, OSError):
                await pull.stop()
                await jetstream.delete_consumer(TELEMETRY_STREAM, consumer.name)

    async def standing(self, reached: Mapping[int, StreamPlace]) -> StreamStanding:
        """How large the stream is, and how old the first message is that a reader at these places has not seen.
        Raises Unavailable."""
        try:
            jetstream = (await self._connected()).jetstream(timeout=_LOOK_S)
            info = await jetstream.stream_info(TELEMETRY_STREAM)
            unseen = await asyncio.gather(
                *(_next_at(jetstream, partition, _start(info, place)) for partition, place in reached.items())
            )
        except (NatsError, TimeoutError, OSError) as error:
            raise Unavailable("the stream does not answer", cause=type(error).__name__) from error
        return StreamStanding(
            info.state.messages, info.state.bytes, min((each for each in unseen if each), default=None)
        )

    async def live(self) -> AsyncIterator[Poll]:
        waiting: deque[bytes] = deque(maxlen=LIVE_WAITING)
        come = asyncio.Event()

        async def heard(message: Msg) -> None:
            waiting.append(message.data)
            come.set()

        subscription = await self._subscribe(heard)
        try:
            while True:
                await come.wait()
                come.clear()
                while waiting:
                    for _ in range(min(len(waiting), _AT_A_STRETCH)):
                        with contextlib.suppress(msgspec.DecodeError):  # not one of ours
                            yield decode(waiting.popleft())
                    await asyncio.sleep(0)  # others have their turn
        finally:
            with contextlib.suppress(NatsError, OSError):
                await subscription.unsubscribe()

    async def _subscribe(self, heard: Callable[[Msg], Awaitable[None]]) -> Subscription:
        while True:
            try:
                return await (await self._connected()).subscribe(TELEMETRY_SUBJECTS, cb=heard)
            except (NatsError, TimeoutError, OSError) as error:
                log.warning("live telemetry not readable yet", error=repr(error))
                await asyncio.sleep(_AGAIN_S)


async def _next_at(jetstream: JetStreamContext, partition: int, place: StreamPlace) -> float | None:
    """When the next message of a partition was published, None where there is none."""
    try:
        found = await jetstream.get_msg(
            TELEMETRY_STREAM, seq=place.sequence + 1, subject=f"telemetry.{partition}.>", next=True
        )
    except NotFoundError:
        return None
    return found.time.timestamp() if found.time else None


class _Pull:
    """Asks a pull consumer for a batch at a time, the next while the last is worked on."""

    def __init__(self, client: Client, consumer: str, batch: int) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{TELEMETRY_STREAM}.{consumer}"
        self._inbox = client.new_inbox()
        self._request = msgspec.json.encode(
            {
                "batch": batch,
                "max_bytes": max(BATCH_BYTES, client.max_payload + _ENVELOPE_BYTES),
                "expires": int(_PULL_S * 1e9),
            }
        )
        self._batch = batch
        self._messages: list[Msg] = []
        self._asked = 0
        """Messages that the present request may still bring."""
        self._changed = asyncio.Event()
        self._broken = ""
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        self._subscription = await self._client.subscribe(self._inbox, cb=self._heard)
        await self._ask()

    async def stop(self) -> None:
        if self._subscription is not None:
            await self._subscription.unsubscribe()

    async def next(self) -> list[Msg]:
        """What has come, none where nothing was published for a while; raises NatsError where the consumer is gone."""
        async with asyncio.timeout(_PULL_S + _SILENCE_S):
            await self._changed.wait()
        self._changed.clear()
        messages, self._messages = self._messages, []
        if not messages and self._broken:
            raise NatsError(f"the consumer broke off: {self._broken}")
        if self._asked <= 0 and not self._broken:
            await self._ask()
        return messages

    async def _ask(self) -> None:
        self._asked = self._batch
        await self._client.publish(self._subject, self._request, reply=self._inbox)

    async def _heard(self, message: Msg) -> None:
        """A message, or how the request ended (ADR-13 of NATS): 404 and 408 when there was no more in time, 409 when
        it has all that it may, or the consumer is gone."""
        status = message.headers.get("Status", "") if message.headers and not message.reply else ""
        if not status:
            self._messages.append(message)
            self._asked -= 1
            self._changed.set()
            return
        description = (message.headers or {}).get("Description", "")
        if status in ("404", "408") or description in _FULL:
            self._asked = 0
        elif status != "100":
            self._broken = f"{status} {description}"
        self._changed.set()


def _start(info: StreamInfo, after: StreamPlace) -> StreamPlace:
    """After a crash of the server the stream may have lost its end, and gives the same numbers again."""
    stream = info.created.isoformat() if info.created else ""
    if after.stream != stream:
        return StreamPlace(stream, 0)
    return StreamPlace(stream, min(after.sequence, info.state.last_seq))


def _sequence(message: Msg) -> int:
    """The place in the stream, from the subject of the acknowledgement: $JS.ACK.[domain.account.]stream.consumer.
    delivered.SEQUENCE.consumer sequence.time.pending[.token]."""
    tokens = message.reply.split(".")
    return int(tokens[5 if len(tokens) == 9 else 7])


def _polls(messages: Sequence[Msg]) -> list[Published]:
    found: list[Published] = []
    for message in messages:
        try:
            found.append(Published(_sequence(message), decode(message.data)))
        except msgspec.DecodeError as error:
            log.warning("not a poll", subject=message.subject, error=str(error))
    return found
