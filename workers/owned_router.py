"""A router that this process owns, as everybody may use it: changes to one customer wait for each other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from weakref import WeakValueDictionary

from domain.router_counters import RouterInterface, RouterQueue
from domain.router_isolation import (
    IsolationMemento,
    IsolationOutcome,
    IsolationPlan,
    SessionObservation,
    Settled,
    StepReporter,
)
from domain.router_ports import Priority, Router, RouterConnection, RouterError
from domain.router_reads import ActiveUser, RouterHealth, RouterHistoryEntry, RouterTraffic, UserTraffic
from domain.router_secrets import PppSecret, SecretChange, WantedSecret


class OwnedRouter:
    """Satisfies RouterCommands. Since a router has one owner, a lock here holds across all workers."""

    def __init__(self, router: Router, sync: Callable[[], Awaitable[None]]) -> None:
        self._router = router
        self._sync = sync
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._syncing = asyncio.Lock()

    @property
    def connection(self) -> RouterConnection:
        return self._router.connection

    async def reset(self) -> None:
        self._router.reset()

    async def sync(self) -> None:
        """One at a time: who comes while one is under way waits for the next."""
        async with self._syncing:
            await self._sync()

    def dialled(self) -> set[str]:
        return self._router.dialled()

    async def escape(
        self, memento: IsolationMemento, *, deadline_s: float = 10.0, priority: Priority = "bulk"
    ) -> SessionObservation | None:
        """Looks while nobody changes this customer."""
        async with self.alone(memento.before.name, deadline_s=deadline_s) as left_s:
            return await self._router.escape(memento, deadline_s=left_s, priority=priority)

    @contextlib.asynccontextmanager
    async def alone(self, *usernames: str, deadline_s: float) -> AsyncIterator[float]:
        """Nobody else changes these customers meanwhile; gives what is left of the deadline."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + deadline_s
        held: list[asyncio.Lock] = []
        try:
            try:
                async with asyncio.timeout_at(ends):
                    for username in sorted(
                        set(usernames)
                    ):  # in one order, so that no two wait for each other
                        lock = self._lock(username)
                        await lock.acquire()
                        held.append(lock)
            except TimeoutError:
                raise RouterError(
                    "ROUTER_BUSY",
                    f"{username} is being changed by somebody else for {deadline_s:.3g} s already",
                ) from None
            yield max(1.0, ends - loop.time())
        finally:
            for lock in held:
                lock.release()

    def _lock(self, username: str) -> asyncio.Lock:
        lock = self._locks.get(username)
        if lock is None:
            lock = self._locks[username] = asyncio.Lock()
        return lock

    async def health(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterHealth:
        return await self._router.health(deadline_s=deadline_s, priority=priority)

    async def traffic(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterTraffic:
        return await self._router.traffic(deadline_s=deadline_s, priority=priority)

    async def user_traffic(
        self, username: str, *, deadline_s: float = 10.0, priority: Priority = "live"
    ) -> UserTraffic:
        return await self._router.user_traffic(username, deadline_s=deadline_s, priority=priority)

    async def active_users(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[ActiveUser, ...]:
        return await self._router.active_users(deadline_s=deadline_s, priority=priority)

    async def interface_counters(
        self, *, deadline_s: float = 30.0, priority: Priority = "bulk"
    ) -> tuple[RouterInterface, ...]:
        return await self._router.interface_counters(deadline_s=deadline_s, priority=priority)

    async def queue_counters(
        self, *, deadline_s: float = 30.0, priority: Priority = "bulk"
    ) -> tuple[RouterQueue, ...]:
        return await self._router.queue_counters(deadline_s=deadline_s, priority=priority)

    async def history(
        self, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> tuple[RouterHistoryEntry, ...]:
        return await self._router.history(deadline_s=deadline_s, priority=priority)

    async def secrets(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[PppSecret, ...]:
        return await self._router.secrets(deadline_s=deadline_s, priority=priority)

    async def secret(
        self, name: str, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> PppSecret | None:
        return await self._router.secret(name, deadline_s=deadline_s, priority=priority)

    async def passwords(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> Mapping[str, str]:
        return await self._router.passwords(deadline_s=deadline_s, priority=priority)

    async def profiles(self, *, deadline_s: float = 10.0, priority: Priority = "normal") -> tuple[str, ...]:
        return await self._router.profiles(deadline_s=deadline_s, priority=priority)

    async def ensure_secret(
        self,
        wanted: WantedSecret,
        *,
        create_only: bool = False,
        report: StepReporter,
        deadline_s: float = 30.0,
    ) -> SecretChange:
        async with self.alone(wanted.name, deadline_s=deadline_s) as left_s:
            return await self._router.ensure_secret(
                wanted, create_only=create_only, report=report, deadline_s=left_s
            )

    async def ensure_no_secret(
        self, name: str, *, report: StepReporter, deadline_s: float = 30.0
    ) -> SecretChange:
        async with self.alone(name, deadline_s=deadline_s) as left_s:
            return await self._router.ensure_no_secret(name, report=report, deadline_s=left_s)

    async def ensure_isolated(
        self,
        username: str,
        plan: IsolationPlan,
        *,
        report: StepReporter,
        memento: IsolationMemento | None = None,
        watch_s: float = 5.0,
        deadline_s: float = 30.0,
        priority: Priority = "normal",
    ) -> IsolationOutcome:
        async with self.alone(username, deadline_s=deadline_s) as left_s:
            return await self._router.ensure_isolated(
                username,
                plan,
                report=report,
                memento=memento,
                watch_s=watch_s,
                deadline_s=left_s,
                priority=priority,
            )

    async def ensure_released(
        self,
        memento: IsolationMemento,
        *,
        report: StepReporter,
        watch_s: float = 5.0,
        deadline_s: float = 30.0,
        priority: Priority = "normal",
    ) -> IsolationOutcome:
        async with self.alone(memento.before.name, deadline_s=deadline_s) as left_s:
            return await self._router.ensure_released(
                memento, report=report, watch_s=watch_s, deadline_s=left_s, priority=priority
            )

    async def before_many(
        self,
        names: Sequence[str],
        plan: IsolationPlan,
        *,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[IsolationMemento, ...]:
        return await self._router.before_many(names, plan, deadline_s=deadline_s, priority=priority)

    async def switch_many(
        self,
        mementos: Sequence[IsolationMemento],
        *,
        isolated: bool,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[Settled, ...]:
        names = [memento.before.name for memento in mementos]
        async with self.alone(*names, deadline_s=deadline_s) as left_s:
            return await self._router.switch_many(
                mementos, isolated=isolated, deadline_s=left_s, priority=priority
            )
