"""Ends tasks for sure."""

import asyncio
from collections.abc import Iterable
from typing import Any


async def ended(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancels until all are over: before Python 3.12 `asyncio.wait_for`, which psycopg waits with, can swallow one."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=1.0)
