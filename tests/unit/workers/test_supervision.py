"""Services end in order: each is asked once, and has time to tidy up."""

import asyncio

import pytest

from workers.supervision import run_all


async def test_a_service_that_tidies_up_is_not_disturbed_by_one_that_ends_at_once() -> None:
    tidied = asyncio.Event()
    running = asyncio.Event()

    async def quick() -> None:
        await asyncio.Event().wait()

    async def tidy() -> None:
        try:
            running.set()
            await asyncio.Event().wait()
        finally:
            for _ in range(10):
                await asyncio.sleep(0)
            tidied.set()

    task = asyncio.create_task(run_all({"quick": quick, "tidy": tidy}))
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tidied.is_set()


async def test_a_service_that_fails_begins_anew_beside_the_others() -> None:
    begun: list[str] = []
    again = asyncio.Event()

    async def failing() -> None:
        begun.append("failing")
        if len(begun) > 2:
            again.set()
        raise OSError

    async def other() -> None:
        begun.append("other")
        await asyncio.Event().wait()

    task = asyncio.create_task(run_all({"failing": failing, "other": other}))
    async with asyncio.timeout(20):
        await again.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert begun.count("other") == 1
