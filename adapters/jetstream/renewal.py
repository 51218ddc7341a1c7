"""Makes the stream LEDGER anew where a full disk has spoilt it, without its subscribers losing their places.

A JetStream file store that once failed to write takes no message any more, also when there is room again, until the
server is restarted (seen with nats-server 2.15). All that the stream holds is in the ledger, at the same sequence numbers.
"""

import contextlib

import structlog
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, ConsumerInfo, DeliverPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from adapters.jetstream.connection import LEDGER_STREAM

_PROBE_STREAM, _PROBE_SUBJECT = "LEDGER_PROBE", "ledger_probe"
_CONSUMERS_A_PAGE = 256
log = structlog.get_logger(__name__)


async def renew(jetstream: JetStreamContext) -> bool:
    """Whether it was done: not where the server takes nothing at all, as then the disk is still full. The stream is empty
    after it, and durable consumers go on behind what they have acknowledged. Raises NatsError, TimeoutError."""
    if not await takes_messages(jetstream):
        return False
    config = (await jetstream.stream_info(LEDGER_STREAM)).config
    consumers = await _durable_consumers(jetstream)
    log.warning("the stream takes no event any more and is made anew", consumers=len(consumers))
    await jetstream.delete_stream(LEDGER_STREAM)
    await jetstream.add_stream(config)
    for consumer in consumers:
        await jetstream.add_consumer(LEDGER_STREAM, config=_continued(consumer))
    return True


async def takes_messages(jetstream: JetStreamContext) -> bool:
    """Whether a new stream does, which shows that there is room."""
    try:
        await jetstream.add_stream(
            StreamConfig(name=_PROBE_STREAM, subjects=[_PROBE_SUBJECT], storage=StorageType.FILE, max_msgs=1)
        )
        await jetstream.publish(_PROBE_SUBJECT, b"0" * 65_536)
    except (NatsError, TimeoutError) as error:
        log.warning("the server takes no message at all, is its disk full?", error=str(error) or repr(error))
        return False
    finally:
        with contextlib.suppress(NatsError, TimeoutError):
            await jetstream.delete_stream(_PROBE_STREAM)
    return True


async def _durable_consumers(jetstream: JetStreamContext) -> list[ConsumerInfo]:
    found: list[ConsumerInfo] = []
    while True:
        try:
            page = await jetstream.consumers_info(LEDGER_STREAM, offset=len(found))
        except NotFoundError:
            page = []
        found += page
        if len(page) < _CONSUMERS_A_PAGE:
            return [consumer for consumer in found if consumer.config.durable_name]


def _continued(consumer: ConsumerInfo) -> ConsumerConfig:
    acknowledged = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
    return consumer.config.evolve(
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=acknowledged + 1, opt_start_time=None
    )
