"""One terminal session: bytes both ways, its clock, its recording, and its beginning and end in the ledger."""

import asyncio
import contextlib
from uuid import UUID, uuid4

import msgspec
import structlog
from litestar.exceptions import WebSocketDisconnect

from api.authentication import Callers
from api.caller import Caller
from api.ending import ended
from api.sockets import AnySocket, close_reason, until_session_ends
from api.terminal_messages import Closed, Hello, Opened, Resized, Typed, messages
from api.terminal_recording import Recording
from domain.config_ports import ConfigError, ConfigTarget
from domain.errors import DomainError
from domain.event import Attribution
from domain.ports import CommandBus
from domain.terminal import TERMINAL, EndCause, EndTerminal, StartTerminal
from domain.terminal_ports import DeviceTerminal, RecordingStore, TerminalSigns

PATIENCE_S = 15.0
"""How long a browser may take nothing, or a device may take no input, before it counts as gone."""
SIGN_S = 5.0
"""Between two signs of life, of which a worker knows a session whose server was lost."""
_NORMAL, _BAD_MESSAGE = 1000, 4400
log = structlog.get_logger(__name__)


class TerminalSession:
    """From the moment that a device let somebody in."""

    def __init__(
        self,
        socket: AnySocket,
        hello: Hello,
        *,
        bus: CommandBus,
        by: Attribution,
        callers: Callers,
        store: RecordingStore,
        signs: TerminalSigns,
        idle_s: float,
    ) -> None:
        self.id = str(uuid4())
        self.opened = False
        self._socket = socket
        self._hello = hello
        self._bus = bus
        self._by = by
        self._callers = callers
        self._idle_s = idle_s
        self._recording = Recording(store, self.id)
        self._signs = signs
        self._typed_at = asyncio.get_running_loop().time()
        self._demoted = asyncio.Event()
        self._sending = asyncio.Lock()

    async def run(self, line: DeviceTerminal, target: ConfigTarget) -> None:
        """Until either side or the clock ends it. The end is in the ledger before this returns."""
        await self._begin(target)
        cause: EndCause = "stopped"
        message = ""
        try:
            cause, message = await self._until_first(line)
        finally:
            await self._end(cause)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            await self._say(msgspec.json.encode(Closed(self.id, cause, message)).decode())
            await self._socket.close(code=_NORMAL, reason=close_reason(cause))

    async def _begin(self, target: ConfigTarget) -> None:
        start = StartTerminal(
            device_id=target.device_id,
            user_id=self._socket.user.id,
            address=target.address,
            host_key=target.host_key,
            credential_id=target.access.id,
            reason=self._hello.reason,
        )
        await self._signs.give(self.id, typed=0, shown=0)
        await self._bus.execute(TERMINAL.to(self.id, start, new=True), by=self._by)
        self.opened = True
        self._recording.begin(
            self._hello.columns, self._hello.rows, f"{self._by.actor.name}@{target.address}"
        )
        self._typed_at = asyncio.get_running_loop().time()
        opened = Opened(self.id, target.address, target.host_key, self._idle_s)
        await self._say(msgspec.json.encode(opened).decode())

    async def _until_first(self, line: DeviceTerminal) -> tuple[EndCause, str]:
        runs: dict[asyncio.Task[None], EndCause] = {
            asyncio.create_task(self._from_device(line)): "device_closed",
            asyncio.create_task(self._from_client(line)): "closed",
            asyncio.create_task(self._until_idle()): "idle",
            asyncio.create_task(self._until_not_allowed()): "login_ended",
        }
        aside = [asyncio.create_task(self._recording.keep_writing()), asyncio.create_task(self._give_signs())]
        try:
            done, _ = await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended([*runs, *aside])
        for task in done:
            match task.exception():
                case None:
                    return runs[task], ""
                case ConfigError() as error:
                    return "connection_lost", error.message
                case WebSocketDisconnect() | TimeoutError():
                    return "closed", ""
                case error:
                    raise error
        raise AssertionError("nothing ended")  # asyncio.wait returns with one that is done

    async def _from_device(self, line: DeviceTerminal) -> None:
        """Nothing more is read before the browser has taken what was: the device waits for a slow one."""
        while data := await line.read():
            self._recording.shown(data)
            async with asyncio.timeout(PATIENCE_S), self._sending:
                await self._socket.send_bytes(data)

    async def _from_client(self, line: DeviceTerminal) -> None:
        while True:
            raw = await self._socket.receive_data(mode="text")
            try:
                match messages.decode(raw or b""):
                    case Typed(data):
                        self._typed_at = asyncio.get_running_loop().time()
                        typed = data.encode(errors="replace")
                        self._recording.typed += len(typed)
                        line.write(typed)
                        async with asyncio.timeout(PATIENCE_S):
                            await line.drain()
                    case Resized(columns, rows):
                        line.resize(columns, rows)
                        self._recording.resized(columns, rows)
            except (msgspec.DecodeError, RecursionError) as error:
                await self._socket.close(code=_BAD_MESSAGE, reason=close_reason(f"no message: {error}"))
                return

    async def _until_idle(self) -> None:
        while (left := self._typed_at + self._idle_s - asyncio.get_running_loop().time()) > 0:  # noqa: ASYNC110  # a clock, which every key moves on
            await asyncio.sleep(left)

    async def _until_not_allowed(self) -> None:
        """The login that opened it has ended, or its role no longer reaches."""
        looking = asyncio.ensure_future(until_session_ends(self._callers, self._socket.user, self._is_now))
        demoted = asyncio.ensure_future(self._demoted.wait())
        try:
            await asyncio.wait([looking, demoted], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended([looking, demoted])

    def _is_now(self, caller: Caller) -> None:
        if not caller.may("engineer"):
            self._demoted.set()

    async def _end(self, cause: EndCause) -> None:
        await self._recording.write()
        end = EndTerminal(
            recording_id=self.id,
            cause=cause,
            duration_s=round(self._recording.elapsed_s, 3),
            bytes_typed=self._recording.typed,
            bytes_shown=self._recording.seen,
            recorded_whole=self._recording.whole,
            reason=self._hello.reason,
        )
        try:
            await self._bus.execute(TERMINAL.to(UUID(self.id), end), by=self._by)
            await self._signs.forget(self.id)
        except DomainError as error:
            log.error("end of a terminal not recorded", session=self.id, error=error.code)
        await self._recording.forget_old()

    async def _give_signs(self) -> None:
        """An outage of the database ends no session: the next sign is soon."""
        while True:
            await asyncio.sleep(SIGN_S)
            with contextlib.suppress(Exception):
                await self._signs.give(self.id, typed=self._recording.typed, shown=self._recording.seen)

    async def _say(self, text: str) -> None:
        async with asyncio.timeout(PATIENCE_S), self._sending:
            await self._socket.send_text(text)
