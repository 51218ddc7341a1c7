"""Owns a fair share of the routers: keeps their connections, answers calls to them, and notes what it sees of them."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol

import structlog

from domain.access import RouterOsAccess
from domain.ports import SecretOpener
from domain.router_ownership import Claim, RouterLeases, RouterNote, SessionLog
from domain.router_ports import RouterConnection, RouterEndpoint, RouterError, Routers
from domain.router_reads import ActiveUser
from projections import routers
from projections.routers import KnownRouter
from projections.settings import in_force
from workers.opened_accesses import OpenedAccesses
from workers.owned_router import OwnedRouter

Connect = Callable[[], AbstractAsyncContextManager[Any]]
CLAIM_S = 2.0
CLAIMED_S = 4.0
"""A claim that takes longer is not believed any more."""
RENEW_S, ANSWER_S, AGAIN_AT_ONCE_S = 1.0, 1.5, 0.25
"""The database has so long to answer a renewal, and is asked again so soon: twice before we count as blind."""
BLIND_S = 4.5
"""After so long without a renewal, shorter than a lease, all connections are given up: another may own them now."""
LOOK_S = 0.25
REFRESH_S = 30.0
AGAIN_S = 3.0
PARALLEL = 32
NOTED = 500
"""Routers noted in one statement."""
log = structlog.get_logger(__name__)


class Calls(Protocol):
    """Where others ask for an owned router."""

    async def serve(self, router_id: str, router: Any) -> None: ...

    async def stop(self, router_id: str) -> None: ...

    async def close(self) -> None: ...


class Sync(Protocol):
    """Compares a router with the ledger."""

    async def __call__(self, router_id: str, router: OwnedRouter) -> None: ...


class Watch(Protocol):
    """Looks after isolated customers who come online."""

    async def look(self, router_id: str, router: OwnedRouter, online: Collection[str]) -> None: ...


@dataclass
class _Cared:
    known: KnownRouter
    endpoint: RouterEndpoint
    credentials: tuple[tuple[str, int], ...]
    """Those to try, each with the position of its last change."""
    trying: int
    router: OwnedRouter
    noted: RouterConnection | None = None
    refresh_at: float = 0.0
    sync_at: float = 0.0
    refreshing: asyncio.Task[None] | None = field(default=None, repr=False)
    watching: asyncio.Task[None] | None = field(default=None, repr=False)
    dialled: set[str] = field(default_factory=set, repr=False)
    """Users who dialled in and were not looked after yet."""
    online: frozenset[tuple[str, str]] | None = field(default=None, repr=False)
    """User and session of the last reading."""


class RouterService:
    """One a process. `owned` finds what this process owns."""

    def __init__(
        self,
        worker_id: str,
        *,
        connect: Connect,
        leases: RouterLeases,
        fleet: Routers,
        calls: Calls,
        secrets: SecretOpener,
        sync: Sync | None = None,
        escapes: Watch | None = None,
        sessions: SessionLog | None = None,
        random: Random | None = None,
    ) -> None:
        self._worker_id = worker_id
        self._connect = connect
        self._leases = leases
        self._fleet = fleet
        self._calls = calls
        self._accesses = OpenedAccesses(secrets, worker_id, "router connections")
        self._sync = sync
        self._escapes = escapes
        self._sessions = sessions
        self._cared: dict[str, _Cared] = {}
        self._reading = asyncio.Semaphore(PARALLEL)
        self._random = random or Random()  # noqa: S311 - jitter
        self._sync_s = 300

    def owned(self, router_id: str) -> OwnedRouter | None:
        cared = self._cared.get(router_id)
        return None if cared is None else cared.router

    def all_owned(self) -> list[tuple[KnownRouter, OwnedRouter]]:
        """What this process owns now, connected or not."""
        return [(cared.known, cared.router) for cared in self._cared.values()]

    async def run(self) -> None:
        """Until cancelled; then others may take over at once."""
        async with AsyncExitStack() as ending:
            ending.push_async_callback(self._leases.leave, self._worker_id)
            ending.push_async_callback(self._calls.close)
            ending.push_async_callback(self._drop_all)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_claiming())
                group.create_task(self._keep_renewing())
                group.create_task(self._keep_looking())

    async def _keep_claiming(self) -> None:
        while True:
            try:
                async with asyncio.timeout(CLAIMED_S):
                    await self._take(*await self._lease())
            except Exception as error:
                log.warning("routers not claimed", error=repr(error))
                await asyncio.sleep(AGAIN_AT_ONCE_S)
            else:
                await asyncio.sleep(CLAIM_S)

    async def _keep_renewing(self) -> None:
        """Apart from the claims, in one short statement, so that a busy worker does not lose what it works with."""
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while True:
            try:
                asked_at, cared = loop.time(), list(self._cared)
                async with asyncio.timeout(ANSWER_S):
                    held = await self._leases.renew(self._worker_id)
                renewed_at = asked_at
                await self._drop([router_id for router_id in cared if router_id not in held])
            except Exception as error:
                log.warning("routers not renewed", error=repr(error))
                if loop.time() - renewed_at > BLIND_S:
                    await self._drop(list(self._cared))
                await asyncio.sleep(AGAIN_AT_ONCE_S)
            else:
                await asyncio.sleep(RENEW_S)

    async def _lease(self) -> tuple[dict[str, KnownRouter], dict[str, int], Claim]:
        async with self._connect() as conn:
            known = {router.id: router for router in await routers.known(conn)}
            versions = await routers.credential_versions(conn)
            self._sync_s = (await in_force(conn)).routers.sync_s
        return known, versions, await self._leases.claim(self._worker_id, known.keys())

    async def _take(self, known: dict[str, KnownRouter], versions: dict[str, int], claim: Claim) -> None:
        keep = claim.held[: len(claim.held) - claim.surplus]
        gone = [router_id for router_id in self._cared if router_id not in set(keep)]
        await self._drop(gone)
        if claim.surplus:
            await self._leases.give_up(self._worker_id, claim.held[len(keep) :])
        for router_id in keep:
            router = known[router_id]
            credentials = tuple((each, versions[each]) for each in router.credential_ids if each in versions)
            cared = self._cared.get(router_id)
            if cared is None or self._differs(cared, router, credentials):
                await self._own(router, credentials)

    @staticmethod
    def _differs(cared: _Cared, router: KnownRouter, credentials: Sequence[tuple[str, int]]) -> bool:
        """The order of credentials changes when one of them worked, which is no reason to connect anew."""
        return cared.known.address != router.address or set(cared.credentials) != set(credentials)

    async def _own(
        self, router: KnownRouter, credentials: tuple[tuple[str, int], ...], trying: int = 0
    ) -> None:
        access = await self._access(*credentials[trying])
        if access is None:
            return
        endpoint = RouterEndpoint(router_id=router.id, address=router.address, access=access)
        connection = self._fleet.own(endpoint)

        async def sync() -> None:
            if self._sync is not None:
                await self._sync(router.id, owned)
            await self._leases.note([RouterNote(router_id=router.id, synced_at=datetime.now(UTC))])

        owned = OwnedRouter(connection, sync)
        before = self._cared.get(router.id)
        if before is not None and before.refreshing is not None:
            before.refreshing.cancel()
        self._cared[router.id] = _Cared(router, endpoint, credentials, trying, owned)
        await self._calls.serve(router.id, owned)

    async def _access(self, credential_id: str, version: int) -> RouterOsAccess | None:
        opened = await self._accesses.get(credential_id, version)
        return opened if isinstance(opened, RouterOsAccess) else None

    async def _drop_all(self) -> None:
        await self._drop(list(self._cared))

    async def _drop(self, router_ids: Sequence[str]) -> None:
        """All at once, and each for sure: a connection that is left behind would go on by itself."""
        for router_id in router_ids:
            cared = self._cared.pop(router_id, None)
            for task in (cared.refreshing, cared.watching) if cared is not None else ():
                if task is not None:
                    task.cancel()
        await asyncio.gather(*(self._let_go(router_id) for router_id in router_ids))

    async def _let_go(self, router_id: str) -> None:
        try:
            await self._calls.stop(router_id)
        finally:
            await self._fleet.disown(router_id)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            changed = [note for cared in list(self._cared.values()) if (note := await self._look(cared))]
            for start in range(0, len(changed), NOTED):
                try:
                    await self._leases.note(changed[start : start + NOTED])
                except Exception as error:  # the database is away: noted again with the next look
                    log.warning("routers not noted", error=repr(error))
                    for note in changed[start : start + NOTED]:
                        if (cared := self._cared.get(note.router_id)) is not None:
                            cared.noted = None

    async def _look(self, cared: _Cared) -> RouterNote | None:
        seen = cared.router.connection
        if seen.state == "connected":
            self._begin_refreshing(cared)
            self._begin_watching(cared)
        elif seen.last_error_code == "ROUTER_LOGIN_REFUSED" and seen.failures and len(cared.credentials) > 1:
            next_one = (cared.trying + 1) % len(cared.credentials)
            if (
                next_one or seen.failures > 1
            ):  # after the last one the connection's own long pause goes by first
                await self._own(cared.known, cared.credentials, next_one)
                return None
        if cared.noted is not None and _alike(cared.noted, seen):
            return None
        cared.noted = seen
        return RouterNote(
            router_id=cared.known.id,
            connection=seen,
            credential_id=cared.endpoint.access.id if seen.state == "connected" else None,
        )

    def _begin_refreshing(self, cared: _Cared) -> None:
        now = asyncio.get_running_loop().time()
        if now >= cared.refresh_at and (cared.refreshing is None or cared.refreshing.done()):
            first = cared.refresh_at == 0.0
            cared.refresh_at = now + REFRESH_S
            cared.refreshing = asyncio.create_task(self._refresh(cared, first=first))

    async def _log_sessions(self, cared: _Cared, active: Sequence[ActiveUser]) -> None:
        """Written where they differ from the last reading; the first of a process is compared with what is there."""
        online = frozenset((user.name, user.session_id) for user in active)
        if self._sessions is not None and online != cared.online:
            await self._sessions.seen(cared.known.id, active)
            cared.online = online

    def _begin_watching(self, cared: _Cared) -> None:
        cared.dialled |= cared.router.dialled()
        if cared.dialled and self._escapes and (cared.watching is None or cared.watching.done()):
            online, cared.dialled = cared.dialled, set()
            cared.watching = asyncio.create_task(self._look_after(self._escapes, cared, online))

    async def _look_after(self, escapes: Watch, cared: _Cared, online: set[str]) -> None:
        """Whoever is missed here is found with the next reading of all sessions."""
        try:
            async with self._reading:
                await escapes.look(cared.known.id, cared.router, online)
        except Exception as error:
            log.info("isolated customers not looked after", router=cared.known.id, error=repr(error))

    async def _refresh(self, cared: _Cared, *, first: bool) -> None:
        """Reads over the connection that is there anyway: no login, no line in the router's log."""
        try:
            async with self._reading:
                health = await cared.router.health(priority="live" if first else "bulk")
                active = await cared.router.active_users(priority="normal" if first else "bulk")
                await self._leases.note([RouterNote(router_id=cared.known.id, health=health, active=active)])
                cared.dialled |= {user.name for user in active}
                await self._log_sessions(cared, active)
            if asyncio.get_running_loop().time() >= cared.sync_at:
                await cared.router.sync()
                spread = self._random.uniform(0.9, 1.1)
                cared.sync_at = asyncio.get_running_loop().time() + self._sync_s * spread
        except RouterError as error:
            if first:
                cared.refresh_at = 0.0
                await asyncio.sleep(AGAIN_S)
            log.info("router not refreshed", router=cared.known.id, code=error.code, why=error.message)
        except Exception as error:
            log.warning("router not refreshed", router=cared.known.id, error=repr(error))


def _alike(noted: RouterConnection, seen: RouterConnection) -> bool:
    """Whether a watcher sees no difference; queue lengths come and go."""
    return (noted.state, noted.since, noted.circuit, noted.last_error_at, noted.logins, noted.latency_ms) == (
        seen.state,
        seen.since,
        seen.circuit,
        seen.last_error_at,
        seen.logins,
        seen.latency_ms,
    )
