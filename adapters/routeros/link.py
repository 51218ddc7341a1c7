"""The persistent connection to one router: it heals itself, keeps one login, and serves commands one at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from librouteros.exceptions import LibRouterosError  # type: ignore[import-untyped]  # librouteros has no py.typed

from adapters.routeros.charset import Charset
from adapters.routeros.circuit import Backoff, Circuit
from adapters.routeros.dial import Dialled, DialLimits, dial
from adapters.routeros.lanes import Job, Lanes
from adapters.routeros.link_errors import Failure, broken, circuit_open, closed, lost, overdue, unreached
from adapters.routeros.traps import trap_error
from adapters.routeros.trust import TlsContexts
from adapters.routeros.wire import Answer, ApiStream, Row, Trapped
from domain.router_ports import ConnectionState, Priority, RouterConnection, RouterEndpoint, RouterError

LASTING = ("ROUTER_LOGIN_REFUSED", "ROUTER_CERTIFICATE_REFUSED")
READ_TRIES = 3
HEARD = 10_000
"""Names of users who dialled in that are kept until somebody asks; whoever reads the sessions finds the others."""


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Time limits of a connection. A refused login is tried again seldom: each try is a line in the router's log."""

    dial: DialLimits = field(default_factory=DialLimits)
    keepalive_s: float = 30.0
    keepalive_answer_s: float = 5.0
    backoff_cap_s: float = 3.0
    refused_retry_s: float = 60.0
    settled_s: float = 5.0
    """A connection that breaks sooner after its login, or never answers, backs off more each time."""
    flapping_cap_s: float = 30.0
    queued: int = 1_000


class RouterLink:
    """Inert until `start`. All its methods belong to the event loop that started it."""

    def __init__(
        self,
        endpoint: RouterEndpoint,
        *,
        contexts: TlsContexts,
        limits: LinkLimits,
        random: Random,
        now: Callable[[], datetime],
    ) -> None:
        """Raises ValueError for a charset that no router writes."""
        self.endpoint = endpoint
        self.charset = Charset(endpoint.charset)
        self.tried = asyncio.Event()
        self._contexts = contexts
        self._limits = limits
        self._now = now
        self._circuit = Circuit()
        self._backoff = Backoff(random, cap_s=limits.backoff_cap_s)
        self._flapping = Backoff(random, cap_s=limits.flapping_cap_s)
        self._flaps = 0
        self._lanes = Lanes(limits.queued)
        self._wake = asyncio.Event()
        self._reset = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._state: ConnectionState = "connecting"
        self._since = now()
        self._error: Failure | None = None
        self._error_at: datetime | None = None
        self._latency_s: float | None = None
        self._logins = 0
        self._answered = False
        self._certificate = ""
        self._dialled: set[str] = set()

    @property
    def connection(self) -> RouterConnection:
        error = self._error
        return RouterConnection(
            router_id=self.endpoint.router_id,
            state=self._state,
            since=self._since,
            circuit=self._circuit.state,
            latency_ms=None if self._latency_s is None else round(self._latency_s * 1000, 2),
            last_error=error.message if error else "",
            last_error_code=error.code if error else "",
            last_error_at=self._error_at,
            failures=self._circuit.failures,
            logins=self._logins,
            queued=len(self._lanes),
            certificate_sha256=self._certificate,
        )

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"router {self.endpoint.router_id}")

    async def close(self) -> None:
        """Ends the connection; whoever waits gets ROUTER_CLOSED."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._enter("down")
        self._lanes.fail_all(lambda: closed(self.endpoint.address))
        self.tried.set()

    def reset(self) -> None:
        """Closes the circuit and tries at once."""
        self._circuit.reset()
        self._flaps = 0
        self._reset.set()

    async def call(
        self, command: str, *words: str, deadline_s: float = 10.0, priority: Priority = "live"
    ) -> Answer:
        """One command and its answer, in wire words. Raises RouterError, and says whether the command was sent."""
        if self._closed:
            raise closed(self.endpoint.address)
        if self._state != "connected" and self._circuit.state != "closed":
            raise self._circuit_open()
        job = Job(command, words, priority, asyncio.get_running_loop().time() + deadline_s)
        self._lanes.put(job)
        self._wake.set()
        try:
            async with asyncio.timeout_at(job.deadline):
                return await job.done
        except TimeoutError:
            raise self._overdue(job, deadline_s) from None

    async def _run(self) -> None:
        while True:
            try:
                dialled = await self._connect()
            except RouterError as error:
                self._failed(error)
                await self._pause(self._retry_delay_s(error))
                continue
            connected_at = asyncio.get_running_loop().time()
            try:
                await self._serve(dialled.stream)
            except RouterError as error:
                self._note(error)
            finally:
                dialled.stream.transport.abort()
            self._enter("connecting")
            lasted_s = asyncio.get_running_loop().time() - connected_at
            settled = self._answered and lasted_s >= self._limits.settled_s
            self._flaps = 0 if settled else self._flaps + 1
            await self._pause(self._flapping.delay_s(self._flaps))

    async def _connect(self) -> Dialled:
        self._reset.clear()
        self._circuit.trying()
        dialled = await dial(
            self.endpoint, self.charset, self._contexts, limits=self._limits.dial, on_disturbed=self._wake.set
        )
        self._circuit.succeeded()
        self._logins += 1
        self._answered = False
        self._latency_s = dialled.latency_s
        self._certificate = dialled.certificate_sha256
        self._enter("connected")
        self.tried.set()
        return dialled

    def _failed(self, error: RouterError) -> None:
        self._note(error)
        self._certificate = error.details.get("presented_sha256", self._certificate)
        self._circuit.failed(lasting=error.code in LASTING)
        self._enter("down")
        self.tried.set()
        if self._circuit.state == "open":
            self._lanes.fail_all(self._circuit_open)

    def _retry_delay_s(self, error: RouterError) -> float:
        if error.code in LASTING:
            return self._limits.refused_retry_s
        return self._backoff.delay_s(self._circuit.failures)

    async def _pause(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._reset.wait()
        except TimeoutError:
            return

    async def _serve(self, stream: ApiStream) -> None:
        """Carries out jobs until the connection breaks, which it always says with a RouterError."""
        loop = asyncio.get_running_loop()
        spoken = loop.time()
        await self._listen(stream)
        while True:
            if stream.transport.disturbed:
                await self._hear_out(stream)
                continue
            job = self._lanes.take()
            if job is not None:
                await self._perform(stream, job)
                spoken = loop.time()
                continue
            self._wake.clear()
            try:
                async with asyncio.timeout_at(spoken + self._limits.keepalive_s):
                    await self._wake.wait()
            except TimeoutError:
                await self._keep_alive(stream)
                spoken = loop.time()

    async def _perform(self, stream: ApiStream, job: Job) -> None:
        """Raises RouterError when the stream cannot be used any more; a refusal of the router is the job's alone."""
        job.sent = True
        job.tries += 1
        try:
            async with asyncio.timeout_at(job.deadline):
                answer = await stream.ask(job.command, *job.words)
            self._answered = True
        except Trapped as trap:
            self._answered = True
            job.fail(trap_error(job.command, self.charset.decode(str(trap)), trap.category))
        except asyncio.CancelledError:
            job.fail(closed(self.endpoint.address, sent=True))
            raise
        except Exception as error:
            broken = self._broken(error, job.command)
            self._give_back(job, broken)
            raise broken from None
        else:
            if not job.done.done():
                job.done.set_result(answer)

    def _give_back(self, job: Job, broken: RouterError) -> None:
        """A read that was cut short is asked again when the router is back; for a change nobody knows what came of it."""
        if job.repeatable and broken.code == "ROUTER_CONNECTION_LOST" and job.tries < READ_TRIES:
            job.sent = False
            self._lanes.put_back(job)
        else:
            job.fail(broken)

    async def _keep_alive(self, stream: ApiStream) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(self._limits.keepalive_answer_s):
                await stream.ask("/system/identity/print", "=.proplist=name")
        except Trapped:
            pass  # a user who may not read the identity is answered all the same
        except Exception as error:
            raise self._broken(error, "the keepalive") from None
        self._latency_s = loop.time() - started
        self._answered = True

    async def _listen(self, stream: ApiStream) -> None:
        try:
            await stream.listen("/ppp/active", self._heard)
        except (LibRouterosError, OSError) as error:
            raise lost(self.endpoint.address, str(error)) from None

    def _heard(self, row: Row) -> None:
        """A session began, changed or, with `.dead`, ended."""
        name = row.get("name", "")
        if name and ".dead" not in row and len(self._dialled) < HEARD:
            self._dialled.add(self.charset.decode(name))

    def dialled(self) -> set[str]:
        """Users whose sessions began since this was last asked."""
        heard, self._dialled = self._dialled, set()
        return heard

    async def _hear_out(self, stream: ApiStream) -> None:
        """What comes while no command is under way: a session that began or ended, else the end of the connection."""
        try:
            async with asyncio.timeout(1.0):
                reason = await stream.farewell()
        except TimeoutError:
            reason = "the router sent half a sentence that answers no command"
        if reason:
            raise lost(self.endpoint.address, self.charset.decode(reason))

    def _broken(self, error: Exception, command: str) -> RouterError:
        return broken(self.endpoint.address, self.charset, error, command)

    def _overdue(self, job: Job, deadline_s: float) -> RouterError:
        if job.sent or self._state == "connected":
            return overdue(self.endpoint.address, job, deadline_s)
        return unreached(self.endpoint.address, job, deadline_s, self._error)

    def _circuit_open(self) -> RouterError:
        return circuit_open(self.endpoint.address, self._error, self._circuit.failures)

    def _enter(self, state: ConnectionState) -> None:
        if state != self._state:
            self._state = state
            self._since = self._now()

    def _note(self, error: RouterError) -> None:
        """Keeps what it says; the exception itself would keep alive all that its traceback saw."""
        self._error = Failure(error.code, error.message)
        self._error_at = self._now()
