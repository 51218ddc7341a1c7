"""The connection to NATS and the streams that Netledger keeps there."""

import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

LEDGER_STREAM = "LEDGER"
LEDGER_SUBJECTS = "ledger.>"
log = structlog.get_logger(__name__)


async def connect(url: str, *, name: str) -> Client:
    """A client that reconnects for ever; what is published meanwhile fails instead of piling up."""
    client = Client()

    async def lost() -> None:
        if not client.is_closed:
            log.warning("nats connection lost")

    async def back() -> None:
        log.info("nats connection back")

    async def failed(error: Exception) -> None:
        log.debug("nats error", error=str(error) or repr(error))

    await client.connect(
        url,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type]  # it is slept, so parts of a second will do
        connect_timeout=3,
        ping_interval=5,
        max_outstanding_pings=2,
        pending_size=8 * 2**20,
        disconnected_cb=lost,
        reconnected_cb=back,
        error_cb=failed,
    )
    return client


async def ensure_ledger_stream(jetstream: JetStreamContext) -> None:
    """Makes the stream LEDGER. Its sequence numbers are the ledger's positions, since both start at 1 without gaps."""
    try:
        await jetstream.stream_info(LEDGER_STREAM)
    except NotFoundError:
        await jetstream.add_stream(
            StreamConfig(
                name=LEDGER_STREAM,
                subjects=[LEDGER_SUBJECTS],
                storage=StorageType.FILE,
                retention=RetentionPolicy.LIMITS,
                discard=DiscardPolicy.OLD,
                description="every event of the ledger, in order; sequence = position",
            )
        )
