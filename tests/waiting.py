"""Waiting for a condition, with a limit and without fixed sleeps."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], *, within_s: float = 20.0) -> None:
    """Returns as soon as the condition is true; raises TimeoutError after `within_s`."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  # conditions of other processes have no event to wait for
            await asyncio.sleep(0.01)
