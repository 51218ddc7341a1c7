"""The routers that this process owns, each with its connection."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random

from adapters.routeros import counters, health, isolation, many, ppp_secrets, release, sessions, traffic
from adapters.routeros.dialogue import Dialogue
from adapters.routeros.link import LinkLimits, RouterLink
from adapters.routeros.trust import TlsContexts
from domain.router_counters import RouterInterface, RouterQueue
from domain.router_isolation import (
    IsolationMemento,
    IsolationOutcome,
    IsolationPlan,
    SessionObservation,
    Settled,
    StepReporter,
)
from domain.router_ports import Priority, Router, RouterConnection, RouterEndpoint
from domain.router_reads import ActiveUser, RouterHealth, RouterHistoryEntry, RouterTraffic, UserTraffic
from domain.router_secrets import PppSecret, SecretChange, WantedSecret


def utc_now() -> datetime:
    return datetime.now(UTC)


class RouterOs:
    """One router over its link; see the port `domain.router_ports.Router`."""

    def __init__(self, link: RouterLink) -> None:
        self._link = link
        self._name = ""

    @property
    def connection(self) -> RouterConnection:
        return self._link.connection

    def reset(self) -> None:
        self._link.reset()

    def dialled(self) -> set[str]:
        return self._link.dialled()

    async def escape(
        self, memento: IsolationMemento, *, deadline_s: float = 10.0, priority: Priority = "bulk"
    ) -> SessionObservation | None:
        return await isolation.escape(self._dialogue(deadline_s, priority), memento)

    def _dialogue(self, deadline_s: float, priority: Priority) -> Dialogue:
        return Dialogue(self._link, deadline_s=deadline_s, priority=priority)

    async def health(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterHealth:
        dialogue = self._dialogue(deadline_s, priority)
        if not self._name:  # asked once; a renamed router is noticed by inventory
            self._name = await health.identity(dialogue)
        return await health.health(dialogue, name=self._name, latency_ms=self._link.connection.latency_ms)

    async def traffic(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterTraffic:
        return await traffic.traffic(self._dialogue(deadline_s, priority))

    async def user_traffic(
        self, username: str, *, deadline_s: float = 10.0, priority: Priority = "live"
    ) -> UserTraffic:
        return await traffic.user_traffic(self._dialogue(deadline_s, priority), username)

    async def interface_counters(
        self, *, deadline_s: float = 30.0, priority: Priority = "bulk"
    ) -> tuple[RouterInterface, ...]:
        return await counters.interface_counters(self._table(deadline_s, priority))

    async def queue_counters(
        self, *, deadline_s: float = 30.0, priority: Priority = "bulk"
    ) -> tuple[RouterQueue, ...]:
        return await counters.queue_counters(self._table(deadline_s, priority))

    async def active_users(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[ActiveUser, ...]:
        return await sessions.active_users(self._table(deadline_s, priority))

    async def history(
        self, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> tuple[RouterHistoryEntry, ...]:
        return await health.history(self._dialogue(deadline_s, priority))

    async def secrets(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[PppSecret, ...]:
        return await ppp_secrets.secrets(self._table(deadline_s, priority))

    async def secret(
        self, name: str, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> PppSecret | None:
        return await ppp_secrets.find_secret(self._dialogue(deadline_s, priority), name)

    async def passwords(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> Mapping[str, str]:
        return await ppp_secrets.passwords(self._table(deadline_s, priority))

    async def profiles(self, *, deadline_s: float = 10.0, priority: Priority = "normal") -> tuple[str, ...]:
        return await ppp_secrets.profiles(self._dialogue(deadline_s, priority))

    async def ensure_secret(
        self,
        wanted: WantedSecret,
        *,
        create_only: bool = False,
        report: StepReporter,
        deadline_s: float = 30.0,
    ) -> SecretChange:
        dialogue = self._dialogue(deadline_s, "normal")
        return await ppp_secrets.ensure_secret(dialogue, wanted, report, create_only=create_only)

    async def ensure_no_secret(
        self, name: str, *, report: StepReporter, deadline_s: float = 30.0
    ) -> SecretChange:
        return await ppp_secrets.ensure_no_secret(self._dialogue(deadline_s, "normal"), name, report)

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
        dialogue = self._dialogue(deadline_s, priority)
        return await isolation.ensure_isolated(
            dialogue, username, plan, report=report, memento=memento, watch_s=watch_s
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
        dialogue = self._dialogue(deadline_s, priority)
        return await release.ensure_released(dialogue, memento, report=report, watch_s=watch_s)

    async def before_many(
        self,
        names: Sequence[str],
        plan: IsolationPlan,
        *,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[IsolationMemento, ...]:
        return await many.before(self._dialogue(deadline_s, priority), names, plan)

    async def switch_many(
        self,
        mementos: Sequence[IsolationMemento],
        *,
        isolated: bool,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[Settled, ...]:
        dialogue = self._dialogue(deadline_s, priority)
        return await (many.isolate(dialogue, mementos) if isolated else many.release(dialogue, mementos))

    def _table(self, deadline_s: float, priority: Priority) -> Dialogue:
        """Whole tables may take as long as the caller allows."""
        return Dialogue(self._link, deadline_s=deadline_s, priority=priority, command_s=deadline_s)


class RouterOsFleet:
    """Satisfies `domain.router_ports.Routers`. Routers know nothing of each other: none can hold up another."""

    def __init__(
        self,
        *,
        limits: LinkLimits | None = None,
        random: Random | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._limits = limits or LinkLimits()
        self._random = random or Random()  # noqa: S311 - jitter
        self._now = now
        self._contexts = TlsContexts()
        self._links: dict[str, tuple[RouterLink, RouterOs]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def own(self, endpoint: RouterEndpoint) -> Router:
        """Begins to connect; returns at once. Raises ValueError for an unknown charset."""
        known = self._links.get(endpoint.router_id)
        if known is not None and known[0].endpoint == endpoint:
            return known[1]
        link = RouterLink(
            endpoint, contexts=self._contexts, limits=self._limits, random=self._random, now=self._now
        )
        if known is not None:
            self._close_soon(known[0])
        router = RouterOs(link)
        self._links[endpoint.router_id] = link, router
        link.start()
        return router

    async def disown(self, router_id: str) -> None:
        known = self._links.pop(router_id, None)
        if known is not None:
            await known[0].close()

    async def close(self) -> None:
        """Ends all connections."""
        links = [link for link, _router in self._links.values()]
        self._links.clear()
        await asyncio.gather(*(link.close() for link in links), *self._closing)

    def router(self, router_id: str) -> Router | None:
        known = self._links.get(router_id)
        return None if known is None else known[1]

    def connections(self) -> tuple[RouterConnection, ...]:
        return tuple(link.connection for link, _router in self._links.values())

    async def wait_tried(self, *, timeout_s: float) -> bool:
        """Waits until every router has been tried once, whatever came of it; False when time ran out."""
        waiting = [link.tried.wait() for link, _router in self._links.values()]
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.gather(*waiting)
        except TimeoutError:
            return False
        return True

    def _close_soon(self, link: RouterLink) -> None:
        task = asyncio.create_task(link.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
