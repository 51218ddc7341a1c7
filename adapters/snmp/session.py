"""One conversation with one agent: a request at a time over gufo-snmp's socket, each with time limits and a few tries.

A failure is kept as its kind and message until it is raised: an exception that a frame of its own traceback refers to
would live until the next garbage collection, and with it the agent's socket.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

# The sockets behind gufo-snmp's SnmpSession. The session itself opens a new wait for every request, takes the first
# malformed datagram for the answer instead of waiting on, and does not let a walk go on from anywhere. Its version is
# pinned in constraints.txt.
from gufo.snmp import SnmpAuthError, User
from gufo.snmp._fast import GetIter, SnmpV1ClientSocket, SnmpV2cClientSocket, SnmpV3ClientSocket
from gufo.snmp.typing import ValueType
from gufo.snmp.utils import format_sock_addr

from adapters.snmp.envelope import flaw
from adapters.snmp.patience import Patience
from adapters.snmp.users import Users
from domain.access import SnmpAccess, SnmpV1Access, SnmpV2cAccess
from domain.observation import OidValue
from domain.ports import SnmpError

Variables = dict[str, OidValue]
_PLAIN = frozenset((int, str, bytes))
Failure = tuple[str, str]
"""What SnmpError is made of: its kind and message."""


Tries = tuple[int, ...]
"""What to try: 0 is a try with the time that this agent's answers take, 1 one with all the time there is for it."""

TWICE: Tries = (0, 1)
"""For first contact, which may be with the wrong credential."""

PATIENTLY: Tries = (0, 0, 1)
"""For an agent that has answered before: datagrams get lost."""

_MANY, _FEW = 20, 4
_LARGEST = 65_535
_SOUND = 16
"""So many well-formed answers of an agent in a row are looked over before they are decoded. After that its encoder is
known to be right; gufo-snmp itself tells what is cut off, or no SNMP at all."""
_NOISE_LIMIT = 8  # malformed messages in one try; an agent that sends more is not worth listening to
_REFUSED_PAUSE_S = 0.1
_SEND_PAUSE_S = 0.005


class AgentSession:
    """Requests to one agent until a deadline; `close` it after use.

    A request raises SnmpError when all its tries fail: "timeout", "unreachable" (ICMP or no route), "truncated" or
    "garbage" (what came was no SNMP message); and at once, without another try, "auth".
    """

    def __init__(
        self, address: str, access: SnmpAccess, users: Users, *, timeout_s: float, patience_s: float
    ) -> None:
        self.address = address
        self.bulk = not isinstance(access, SnmpV1Access)  # GETBULK came with SNMPv2
        self.get_limit = _MANY
        """How many objects to ask for in one GET; less once the agent has dropped a longer one."""
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + timeout_s
        # At most a third of the time for the first try, so that a second and longer one fits in what the caller gave.
        self._patience = Patience(min(patience_s, timeout_s / 3))
        self.answers = 0
        """Requests answered so far."""
        self._trusted = False
        self._sound = 0
        """Answers in a row that were well formed."""
        self._waiting: asyncio.Future[Variables | Failure] | None = None
        self._noise: list[str] = []
        self._receive: Callable[[], dict[str, ValueType] | None]
        self._v3: SnmpV3ClientSocket | None = None
        self._users: list[User] = []
        target = format_sock_addr(address, access.port or 161)
        try:
            if isinstance(access, SnmpV1Access):
                self._socket: SnmpV1ClientSocket | SnmpV2cClientSocket | SnmpV3ClientSocket
                self._socket = SnmpV1ClientSocket(target, access.community, 0, 0, 0, 0)
            elif isinstance(access, SnmpV2cAccess):
                self._socket = SnmpV2cClientSocket(target, access.community, 0, 0, 0, 0)
            else:
                self._users = users.of(access)
                self._socket = self._v3 = SnmpV3ClientSocket(target, b"", "", 0, b"", 0, b"", 0, 0, 0, 0)
        except OSError as error:
            raise SnmpError("unreachable", f"{address}: {error}") from error
        self._receive = self._socket.recv_get_many
        self._fd = self._socket.get_fd()
        self._peek = socket.socket(fileno=self._fd)
        self._loop.add_reader(self._fd, self._readable)

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        self._peek.detach()  # gufo-snmp closes it

    def renew(self, timeout_s: float) -> None:
        """Another visit over the same session; what was learned of the agent stays known."""
        self._deadline = self._loop.time() + timeout_s

    @property
    def engine_id(self) -> bytes:
        """As the agent told it in SNMPv3; empty in the versions without."""
        return self._v3.get_engine_id() if self._v3 else b""

    async def greet(self, oids: Sequence[str], fewer: Sequence[str]) -> Variables:
        """The first GET of a visit. Its second try asks for less, as some agents drop what they find too long."""
        if self._v3:
            return await self._greet_v3(self._v3, oids, fewer)
        return await self._first_get(oids, fewer)

    async def _first_get(self, oids: Sequence[str], fewer: Sequence[str]) -> Variables:
        try:
            return await self.get(oids, tries=(0,))
        except SnmpError as error:
            if error.kind == "auth":
                raise
            if error.kind == "unreachable":
                await asyncio.sleep(_REFUSED_PAUSE_S)
        answer = await self.get(fewer, tries=(1,))
        self.get_limit = _FEW
        return answer

    def get(self, oids: Sequence[str], *, tries: Tries = PATIENTLY) -> Awaitable[Variables]:
        """GET of all in one message; what the agent does not have is absent.

        Nothing is the answer also when the agent reports an error: noSuchName for one of them in SNMPv1, tooBig or
        genErr in any version. gufo-snmp does not tell which.
        """
        return self._request(partial(self._socket.send_get_many, list(oids)), tries)

    def get_next(self, oid: str, *, tries: Tries = PATIENTLY) -> Awaitable[Variables]:
        """The variable after `oid`; nothing at the end of the agent's MIB view."""
        return self._request(partial(self._socket.send_get_next, GetIter(oid)), tries)

    def get_bulk(self, oid: str, repetitions: int, *, tries: Tries = PATIENTLY) -> Awaitable[Variables]:
        """The variables after `oid` in the agent's order; nothing at the end of its MIB view, or on its error."""
        return self._request(partial(self._socket.send_get_bulk, GetIter(oid, repetitions)), tries)

    async def _greet_v3(
        self, agent: SnmpV3ClientSocket, oids: Sequence[str], fewer: Sequence[str]
    ) -> Variables:
        """Learns the engine ID, then greets as the user; with two ways to make its key, once each.

        What an agent cannot decrypt it drops without a word, so silence to a user with privacy is an "auth" error.
        """
        await self._refresh(agent, TWICE)
        failure = ("timeout", "")
        for attempt, user in enumerate(self._users):
            agent.set_keys(
                user.name, user.get_auth_alg(), user.get_auth_key(), user.get_priv_alg(), user.get_priv_key()
            )
            alone = len(self._users) == 1
            try:
                if user.require_auth():
                    await self._refresh(agent, TWICE if alone else (attempt,))
                return await (self._first_get(oids, fewer) if alone else self.get(oids, tries=(attempt,)))
            except SnmpError as error:
                if error.kind == "auth":
                    raise
                failure = (error.kind, str(error))
        if failure[0] == "timeout" and self._users[0].priv_key:
            raise SnmpError(
                "auth",
                f"{self.address} speaks SNMPv3 but is silent to this user; check its privacy protocol and password",
            )
        raise SnmpError(*failure)

    async def _refresh(self, agent: SnmpV3ClientSocket, tries: Tries) -> None:
        """Learns engine ID, boots and time from a Report (RFC 3414, 4); authenticated requests must carry them."""
        self._receive = agent.recv_refresh
        try:
            await self._request(agent.send_refresh, tries)
        finally:
            self._receive = agent.recv_get_many
            self._trusted = False

    async def _request(self, send: Callable[[], None], tries: Tries) -> Variables:
        failure: Failure | None = None
        for attempt in tries:
            begun_s = self._loop.time()
            limit_s = min(self._patience.limit_s(attempt), self._deadline - begun_s)
            if limit_s <= 0:
                break
            try:
                answer = await self._try(send, limit_s)
            except SnmpError as error:
                failure = (error.kind, str(error))
                if error.kind == "auth":
                    if not (self._v3 and self._trusted):
                        raise
                    # It accepted this user before: it has restarted, and says that our idea of its time is old.
                    await self._refresh(self._v3, (1,))
                elif error.kind == "unreachable" and attempt != tries[-1]:
                    await asyncio.sleep(_REFUSED_PAUSE_S)
            else:
                self._patience.learn(self._loop.time() - begun_s)
                self._trusted = True
                self.answers += 1
                return answer
        raise SnmpError(*(failure or ("timeout", f"{self.address}: the time for this visit is over")))

    async def _try(self, send: Callable[[], None], limit_s: float) -> Variables:
        self._noise.clear()
        answer: asyncio.Future[Variables | Failure] = self._loop.create_future()
        self._waiting = answer
        timer = self._loop.call_later(limit_s, self._expire)
        try:
            try:
                send()
            except Exception:
                await self._send_again(send)
            outcome = await answer
        finally:
            timer.cancel()
            self._waiting = None
        if isinstance(outcome, tuple):
            raise SnmpError(*outcome)
        return outcome

    async def _send_again(self, send: Callable[[], None]) -> None:
        """What failed once: it may be about a datagram before, or the buffer may be full."""
        for _ in range(3):
            try:
                return send()
            except BlockingIOError:
                await asyncio.sleep(_SEND_PAUSE_S)
            except OSError as error:
                if "os error 111" not in str(error):  # ECONNREFUSED here is about a datagram before this one
                    raise SnmpError("unreachable", f"{self.address}: {error}") from error
            except Exception as error:
                raise SnmpError(
                    "garbage", f"{self.address}: no request can be made of this: {error}"
                ) from error
        raise SnmpError(
            "unreachable", f"{self.address}: the request cannot be sent; the send buffer stays full"
        )

    def _readable(self) -> None:
        try:
            if self._sound < _SOUND and (kind := flaw(self._peek.recv(_LARGEST, socket.MSG_PEEK))):
                self._peek.recv(1)  # which drops the rest of it
                return self._hear_noise(kind)
            received = self._receive()
        except BlockingIOError:
            return None  # all that came were answers to earlier requests, or to somebody else's
        except SnmpAuthError:
            self._fail("auth", "refuses this user; check name, protocols and passwords")
        except (ConnectionRefusedError, TimeoutError):  # the latter is gufo-snmp's word for the former
            self._fail("unreachable", "has no SNMP agent at this port")
        except OSError as error:
            self._fail("unreachable", f"cannot be reached: {error}")
        except BaseException as error:
            # gufo-snmp panics at some malformed values, and a Rust panic is no Exception.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            self._hear_noise("truncated" if str(error) == "incomplete" else "garbage")
        else:
            self._sound += 1
            if self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(_variables(received or {}))
        return None

    def _hear_noise(self, kind: str) -> None:
        """What is no answer does not end the wait for it, unless it never stops."""
        self._sound = 0
        self._noise.append(kind)
        if len(self._noise) >= _NOISE_LIMIT:
            self._expire()

    def _expire(self) -> None:
        if self._noise:
            self._fail(self._noise[-1], f"sends malformed messages ({len(self._noise)})")
        else:
            self._fail("timeout", "does not answer")

    def _fail(self, kind: str, message: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((kind, f"{self.address} {message}"))


def _variables(received: dict[str, ValueType]) -> Variables:
    """Floats (net-snmp's Opaque ones) as text; booleans and all integers as int."""
    if _PLAIN.issuperset(map(type, received.values())):
        return received  # type: ignore[return-value]  # nothing of another type is in it
    return {
        oid: str(value) if isinstance(value, float) else value
        for oid, value in received.items()
        if value is not None
    }
