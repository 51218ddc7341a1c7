"""Tells the ledger the end of terminals whose server was lost before it could say so itself."""

from uuid import UUID

import structlog

from domain.errors import NotFound
from domain.event import Actor, Attribution
from domain.ports import CommandBus
from domain.terminal import TERMINAL, EndTerminal
from domain.terminal_ports import SilentTerminal, TerminalSigns
from workers.scheduler import Job

LOOK_S = 15.0
SILENT_S = 20.0
"""Open sessions give a sign of life every few seconds."""
_ACTOR = Actor("policy", "terminals", "terminals")
log = structlog.get_logger(__name__)


class LostTerminals:
    """For the leader of the scheduler. A session counts as lost when two looks find it silent at the same sign, so that
    nobody is declared lost in the moment after an outage of the database."""

    def __init__(
        self, bus: CommandBus, signs: TerminalSigns, *, look_s: float = LOOK_S, silent_s: float = SILENT_S
    ) -> None:
        self._bus = bus
        self._signs = signs
        self._silent_s = silent_s
        self._seen_silent: dict[str, int] = {}
        self.jobs: tuple[Job, ...] = ((look_s, self.end_lost),)

    async def end_lost(self) -> None:
        silent = await self._signs.silent(self._silent_s)
        before, self._seen_silent = self._seen_silent, {each.id: each.signs for each in silent}
        for each in silent:
            if before.get(each.id) == each.signs:
                await self._end(each)

    async def _end(self, lost: SilentTerminal) -> None:
        end = EndTerminal(
            recording_id=lost.id,
            cause="server_lost",
            duration_s=round(lost.open_s, 3),
            bytes_typed=lost.bytes_typed,
            bytes_shown=lost.bytes_shown,
            recorded_whole=False,
            reason="nothing was heard of the server that held it",
        )
        try:
            await self._bus.execute(
                TERMINAL.to(UUID(lost.id), end), by=Attribution(actor=_ACTOR, correlation_id=lost.id)
            )
        except NotFound:  # lost before its beginning was told
            log.info("a terminal was lost before it began", session=lost.id)
        await self._signs.forget(lost.id)
