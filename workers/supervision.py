"""Keeps services running: one that fails is started again, after a pause that grows, and the others go on."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_HEALTHY_S = 30.0
_CANCEL_AGAIN_S = 2.0
log = structlog.get_logger(__name__)


async def keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Until cancelled."""
    pause_s = _FIRST_PAUSE_S
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        try:
            await run()
        except Exception as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # the cancellation came out as another error
                raise asyncio.CancelledError from error
            log.warning("service stopped, starting it again", service=name, error=repr(error))
        if loop.time() - started > _HEALTHY_S:
            pause_s = _FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def run_all(services: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
    """Until cancelled; then each is cancelled once and has time to tidy up, whichever ends first."""
    tasks = [asyncio.create_task(keep_running(name, run), name=name) for name, run in services.items()]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await ended(tasks)


async def ended(tasks: "Collection[asyncio.Task[Any]]") -> None:
    """Cancels until all have ended, also when it is cancelled itself meanwhile: what a task still needs to tidy up
    must not go before it. Before Python 3.12 `asyncio.wait_for`, which our database driver waits with, can swallow a
    cancellation that comes in the same moment as its result: hence again, after a while."""
    pending = {task for task in tasks if not task.done()}
    loop = asyncio.get_running_loop()
    cancelled = False
    cancel_at = loop.time()
    while pending:
        if loop.time() >= cancel_at:
            cancel_at = loop.time() + _CANCEL_AGAIN_S
            for task in pending:
                task.cancel()
        try:
            await asyncio.wait(pending, timeout=max(cancel_at - loop.time(), 0.0))
        except asyncio.CancelledError:
            cancelled = True
        pending = {task for task in pending if not task.done()}
    if cancelled:
        raise asyncio.CancelledError
