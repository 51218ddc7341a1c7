"""SSH to devices through WebSockets: who may, behind which host key; and the recordings of what was shown."""

import contextlib
from typing import Literal
from uuid import UUID

import msgspec
from litestar import Response, Router, get, websocket
from litestar.exceptions import PermissionDeniedException, WebSocketDisconnect
from litestar.params import FromPath

from api.caller import AnyRequest, attribution, engineer
from api.config_reading import ways_to
from api.provided import (
    Bus,
    CallersAgain,
    Connect,
    Do,
    OpenSessions,
    OpenTerminals,
    Recordings,
    TerminalBounds,
    WaysToDevices,
)
from api.sockets import REFUSED, AnySocket, close_reason, first_message
from api.terminal_messages import Failed, Hello
from api.terminal_session import TerminalSession
from domain.config_ports import ConfigTarget
from domain.errors import DomainError, NotFound
from domain.ports import CommandBus
from domain.terminal import TERMINAL, NoteReplay
from domain.terminal import TerminalSession as Recorded

ASCIICAST = "application/x-asciicast"


class TerminalRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A session; `id` names its recording too."""

    id: str
    state: Literal["open", "ended"]
    device_id: str
    user_id: str


@websocket("/inventory/devices/{device:uuid}/terminal", guards=[engineer])
async def terminal(
    socket: AnySocket,
    device: FromPath[UUID],
    connect: Connect,
    bus: Bus,
    callers: CallersAgain,
    config_access: WaysToDevices,
    terminals: OpenTerminals,
    recordings: Recordings,
    signs: OpenSessions,
    limits: TerminalBounds,
) -> None:
    """First `{"reason", "columns", "rows"}`, then `{"kind": "input", "data"}` and `{"kind": "resize", "columns", "rows"}`.
    Frames to the client are `{"kind": "opened" | "ended" | "error", ...}` as text, and what the device writes as bytes."""
    await socket.accept()
    hello = await first_message(socket, Hello, example='{"reason": ..., "columns": 80, "rows": 24}')
    if hello is None:
        return
    by = attribution(socket)
    session = TerminalSession(
        socket, hello, bus=bus, by=by, callers=callers, store=recordings, signs=signs, idle_s=limits.idle_s
    )

    async def work(target: ConfigTarget) -> None:
        async with terminals.open(target, columns=hello.columns, rows=hello.rows) as line:
            await session.run(line, target)

    try:
        with limits.one():
            ways = await ways_to(connect, device)
            await config_access.use(ways, work, purpose="terminal", by=by, any_platform=True)
    except DomainError as error:
        if session.opened:
            raise
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # who left does not hear it
            await socket.send_text(msgspec.json.encode(Failed(error.code, error.message)).decode())
            await socket.close(code=REFUSED, reason=close_reason(error.code))


@get("/terminals/{session:uuid}", guards=[engineer])
async def get_terminal(session: FromPath[UUID], bus: Bus, request: AnyRequest) -> TerminalRecord:
    """One session; the timeline has who, why and how long. Only for its user and admins."""
    state = await _readable(session, bus, request)
    return TerminalRecord(
        id=str(session),
        state="open" if state.state == "open" else "ended",
        device_id=state.device_id,
        user_id=state.user_id,
    )


@get("/terminals/{session:uuid}/recording", guards=[engineer])
async def get_recording(
    session: FromPath[UUID], bus: Bus, commands: Do, recordings: Recordings, request: AnyRequest
) -> Response[bytes]:
    """What was shown, in the asciicast format (version 2); what was typed is not in it. Only for its user and admins, and
    noted in the ledger."""
    await _readable(session, bus, request)
    text = await recordings.read(str(session))
    await commands.ensure(TERMINAL.to(session, NoteReplay(recording_id=str(session))))
    name = f"terminal-{session}.cast"
    return Response(
        text.encode(),
        media_type=ASCIICAST,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _readable(session: UUID, bus: CommandBus, request: AnyRequest) -> Recorded:
    """Raises NotFound, and PermissionDenied for somebody else's."""
    state = await bus.state(TERMINAL, session)
    if state.state == "absent":
        raise NotFound("no such terminal session", code="TERMINAL_NOT_FOUND")
    if state.user_id != request.user.id and not request.user.may("admin"):
        raise PermissionDeniedException("a recording is for who made it, and for admins")
    return state


ROUTER = Router("/", route_handlers=[terminal, get_terminal, get_recording], tags=["terminals"])
