"""Carries every event of the ledger to the stream, in order and each once, through outages of either."""

import asyncio

import structlog

from domain.ports import EventLog, EventPublisher, Leadership, PositionWatch, PublishFailed

BATCH = 256
_CHECK_S = 5.0
"""How often an idle relay asks the stream how far it is, which it may have forgotten in a crash."""
_LONGEST_PAUSE_S = 2.0
_FOREIGN = (
    "the stream LEDGER holds events that this ledger does not have, so nothing is relayed: give Netledger a NATS account"
    " of its own, or delete the stream (nats stream rm LEDGER), and it is filled again from the first event"
)
log = structlog.get_logger(__name__)


class Relay:
    """The stream's own last message says how far it is; nothing is remembered here across a failure."""

    def __init__(
        self, events: EventLog, watch: PositionWatch, publisher: EventPublisher, leadership: Leadership
    ) -> None:
        self._events = events
        self._watch = watch
        self._publisher = publisher
        self._leadership = leadership

    async def run(self) -> None:
        async with self._leadership.lead("relay"):
            pause_s = 0.1
            complained = False
            while True:
                try:
                    position = await self._publisher.last_position()
                    if await self._copies_this_ledger(position):
                        pause_s, complained = 0.1, False
                        await self._relay_from(position)
                        continue
                    if not complained:
                        log.error(_FOREIGN, position=position)
                    complained = True
                except PublishFailed as error:
                    log.warning("relay waits for the stream", error=str(error))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _copies_this_ledger(self, position: int) -> bool:
        """Going on behind the events of another ledger, or of a future that a restored database does not know, would
        make the stream a copy of neither."""
        if not position:
            return True
        last = await self._events.read(position - 1, limit=1)
        return bool(last) and await self._publisher.holds(last[0])

    async def _relay_from(self, position: int) -> None:
        """Returns when the stream should be asked again."""
        while True:
            batch = await self._events.read(position, limit=BATCH)
            if batch:
                await self._publisher.publish(batch)
                position = batch[-1].position
            elif not await self._watch.wait_for_ledger(position + 1, _CHECK_S):
                return
