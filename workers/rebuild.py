"""Builds a read model anew, as an operation: who asked for it and why is in the ledger, and another worker finishes it."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Protocol

from domain.operation import REBUILD
from projections.catalogue import projections
from projections.projection import Projection
from projections.rebuild import Progress, RebuildRunning
from workers.operation import OperationCancelledError, OperationFailedError, Work

_REPORT_S = 0.5


class Build(Protocol):
    """Rebuilds a projection and returns the position reached."""

    def __call__(self, projection: Projection, *, progress: Progress) -> Awaitable[int]: ...


class Rebuild:
    """Handler of `rebuild` operations. The serving copy stays until the new one is whole, so a rebuild that is broken
    off, or begun again by another worker, has changed nothing."""

    kind = REBUILD

    def __init__(self, build: Build) -> None:
        self._build = build

    async def run(self, work: Work) -> dict[str, Any]:
        name = work.params["projection"]
        found = [each for each in projections() if each.name == name]
        if not found:
            raise OperationFailedError("PROJECTION_NOT_FOUND", f"no read model {name}")
        reached = [0, 0]

        def progress(done: int, total: int) -> None:
            reached[:] = done, total

        building = asyncio.ensure_future(self._build(found[0], progress=progress))
        try:
            while not building.done():
                await asyncio.wait([building], timeout=_REPORT_S)
                await work.report(done=reached[0], total=reached[1], detail={"projection": name})
                if work.cancelled:
                    raise OperationCancelledError({"projection": name})
            return {"projection": name, "position": await building}
        except RebuildRunning as running:
            raise OperationFailedError("REBUILD_RUNNING", str(running)) from None
        finally:
            building.cancel()
            await asyncio.gather(building, return_exceptions=True)
