"""Keeps a worker's share of telemetry's partitions: claims it again and again, and lets go when it cannot."""

import asyncio
from collections.abc import AsyncIterator

import structlog

from domain.telemetry import PartitionLeases

CLAIM_S = 2.0
ANSWER_S = 1.5
AGAIN_AT_ONCE_S = 0.25
"""The database has so long to answer a claim, and is asked again so soon: twice before we count as blind."""
BLIND_S = 4.5
"""After so long without a renewal, shorter than a lease, everything is given up: another may have it now."""
log = structlog.get_logger(__name__)


async def held_partitions(
    leases: PartitionLeases, owner: str, *, claim_s: float = CLAIM_S
) -> AsyncIterator[frozenset[int]]:
    """What is held, whenever that changes, for ever. Close it (or end its task) to give everything up at once."""
    loop = asyncio.get_running_loop()
    held: frozenset[int] = frozenset()
    renewed_at = loop.time()
    try:
        while True:
            asked_at = loop.time()
            pause_s = claim_s
            now_held = held
            try:
                async with asyncio.timeout(ANSWER_S):
                    now_held = await leases.claim(owner)
                renewed_at = asked_at
            except Exception as error:
                log.warning("partitions not claimed", owner=owner, error=repr(error))
                pause_s = AGAIN_AT_ONCE_S
                if loop.time() - renewed_at > BLIND_S:
                    now_held = frozenset()
            if now_held != held:
                held = now_held
                yield held
            await asyncio.sleep(pause_s)
    finally:
        await leases.leave(owner)
