"""Satisfies TemplateEngine: Jinja2's sandbox, in a process that is bounded in time and memory and is killed beyond it."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from domain.errors import Unavailable
from domain.template_ports import LARGEST_OUTPUT, Fault, Looked, Rendered

CHILD = Path(__file__).with_name("child.py")
EACH_S = 2.0
"""Seconds of the processor for one rendering."""
BATCH = 25
"""Contexts of one process, so that what it holds stays within its memory."""
AT_ONCE = 2
_START_S = 15.0
"""What starting a process may take on a busy machine, and what is allowed beyond the processor's time."""
_TOO_SLOW = Fault(code="TEMPLATE_TOO_SLOW", message="rendering takes too long, or more memory than it may")
_looked = msgspec.json.Decoder(list[Looked])
_rendered = msgspec.json.Decoder(list[Rendered])


class _Killed(Exception):
    """The process ended without an answer, or had to be ended."""


class JinjaEngine:
    """`at_once` bounds the processes that run side by side; others wait."""

    def __init__(self, *, each_s: float = EACH_S, at_once: int = AT_ONCE) -> None:
        self._each_s = each_s
        self._free = asyncio.Semaphore(at_once)

    async def look(self, body: str) -> Looked:
        try:
            return _looked.decode(await self._run(body, None))[0]
        except _Killed:
            return Looked(fault=_TOO_SLOW)

    async def render(self, body: str, contexts: Sequence[Mapping[str, Any]]) -> list[Rendered]:
        """A batch whose process has to be killed is rendered one by one, so that the others come through."""
        results: list[Rendered] = []
        for at in range(0, len(contexts), BATCH):
            batch = list(contexts[at : at + BATCH])
            try:
                results += _spread(_rendered.decode(await self._run(body, batch)), len(batch))
            except _Killed:
                results += [await self._alone(body, context) for context in batch]
        return results

    async def _alone(self, body: str, context: Mapping[str, Any]) -> Rendered:
        try:
            return _rendered.decode(await self._run(body, [context]))[0]
        except _Killed:
            return Rendered(fault=_TOO_SLOW)

    async def _run(self, body: str, contexts: Sequence[Mapping[str, Any]] | None) -> bytes:
        job = msgspec.json.encode(
            {"body": body, "contexts": contexts, "largest": LARGEST_OUTPUT, "each_s": self._each_s}
        )
        limit_s = _START_S + self._each_s * (len(contexts) if contexts else 1)
        async with self._free:
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-I",
                    str(CHILD),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    env={},
                )
            except OSError as error:
                raise Unavailable(
                    "no process could be started to render the template", cause=str(error)
                ) from error
            try:
                async with asyncio.timeout(limit_s):
                    answer, _ = await process.communicate(job)
            except TimeoutError:
                raise _Killed from None
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        if process.returncode:
            raise _Killed
        return answer


def _spread(results: list[Rendered], wanted: int) -> list[Rendered]:
    """A fault of the text itself is told once, and holds for every context."""
    return results if len(results) == wanted else results[:1] * wanted
