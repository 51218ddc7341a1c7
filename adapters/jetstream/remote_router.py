"""A router whose connection another process owns."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from domain.router_isolation import IsolationMemento, IsolationOutcome, IsolationPlan, Settled, StepReporter
from domain.router_ports import Priority
from domain.router_reads import ActiveUser, RouterHealth, RouterHistoryEntry, RouterTraffic, UserTraffic
from domain.router_secrets import PppSecret, SecretChange, WantedSecret


class RemoteRouter:
    """Satisfies RouterCommands through its owner."""

    def __init__(self, call: Callable[..., Awaitable[Any]], router_id: str) -> None:
        self._call = call
        self._id = router_id

    async def _ask(
        self, verb: str, deadline_s: float, report: StepReporter | None = None, **arguments: Any
    ) -> Any:
        wire = {name: msgspec.to_builtins(value) for name, value in arguments.items()}
        return await self._call(
            self._id, verb, {**wire, "deadline_s": deadline_s}, deadline_s=deadline_s, report=report
        )

    async def health(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterHealth:
        found: RouterHealth = await self._ask("health", deadline_s, priority=priority)
        return found

    async def traffic(self, *, deadline_s: float = 10.0, priority: Priority = "live") -> RouterTraffic:
        found: RouterTraffic = await self._ask("traffic", deadline_s, priority=priority)
        return found

    async def user_traffic(
        self, username: str, *, deadline_s: float = 10.0, priority: Priority = "live"
    ) -> UserTraffic:
        found: UserTraffic = await self._ask("user_traffic", deadline_s, username=username, priority=priority)
        return found

    async def active_users(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[ActiveUser, ...]:
        found: tuple[ActiveUser, ...] = await self._ask("active_users", deadline_s, priority=priority)
        return found

    async def history(
        self, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> tuple[RouterHistoryEntry, ...]:
        found: tuple[RouterHistoryEntry, ...] = await self._ask("history", deadline_s, priority=priority)
        return found

    async def secrets(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> tuple[PppSecret, ...]:
        found: tuple[PppSecret, ...] = await self._ask("secrets", deadline_s, priority=priority)
        return found

    async def secret(
        self, name: str, *, deadline_s: float = 10.0, priority: Priority = "normal"
    ) -> PppSecret | None:
        found: PppSecret | None = await self._ask("secret", deadline_s, name=name, priority=priority)
        return found

    async def passwords(
        self, *, deadline_s: float = 30.0, priority: Priority = "normal"
    ) -> Mapping[str, str]:
        found: dict[str, str] = await self._ask("passwords", deadline_s, priority=priority)
        return found

    async def profiles(self, *, deadline_s: float = 10.0, priority: Priority = "normal") -> tuple[str, ...]:
        found: tuple[str, ...] = await self._ask("profiles", deadline_s, priority=priority)
        return found

    async def ensure_secret(
        self,
        wanted: WantedSecret,
        *,
        create_only: bool = False,
        report: StepReporter,
        deadline_s: float = 30.0,
    ) -> SecretChange:
        done: SecretChange = await self._ask(
            "ensure_secret", deadline_s, report, wanted=wanted, create_only=create_only
        )
        return done

    async def ensure_no_secret(
        self, name: str, *, report: StepReporter, deadline_s: float = 30.0
    ) -> SecretChange:
        done: SecretChange = await self._ask("ensure_no_secret", deadline_s, report, name=name)
        return done

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
        done: IsolationOutcome = await self._ask(
            "ensure_isolated",
            deadline_s,
            report,
            username=username,
            plan=plan,
            memento=memento,
            watch_s=watch_s,
            priority=priority,
        )
        return done

    async def ensure_released(
        self,
        memento: IsolationMemento,
        *,
        report: StepReporter,
        watch_s: float = 5.0,
        deadline_s: float = 30.0,
        priority: Priority = "normal",
    ) -> IsolationOutcome:
        done: IsolationOutcome = await self._ask(
            "ensure_released", deadline_s, report, memento=memento, watch_s=watch_s, priority=priority
        )
        return done

    async def before_many(
        self,
        names: Sequence[str],
        plan: IsolationPlan,
        *,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[IsolationMemento, ...]:
        found: tuple[IsolationMemento, ...] = await self._ask(
            "before_many", deadline_s, names=tuple(names), plan=plan, priority=priority
        )
        return found

    async def switch_many(
        self,
        mementos: Sequence[IsolationMemento],
        *,
        isolated: bool,
        deadline_s: float = 30.0,
        priority: Priority = "bulk",
    ) -> tuple[Settled, ...]:
        done: tuple[Settled, ...] = await self._ask(
            "switch_many", deadline_s, mementos=tuple(mementos), isolated=isolated, priority=priority
        )
        return done
