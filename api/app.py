"""Puts the API together: the only place of this folder that names concrete adapters."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.jetstream.connection import connect as connect_nats
from adapters.jetstream.progress import NatsProgress
from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.proof import Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from adapters.snmp.read import GufoSnmpReader
from adapters.vault.master_key import MasterKey
from adapters.vault.opener import AuditedSecrets
from adapters.vault.subjects import SubjectKeys
from adapters.vault.vault import PostgresVault
from api import (
    alerts,
    api_keys,
    audit,
    auth,
    credentials,
    discovery,
    docs,
    events,
    export,
    health,
    identity,
    inventory,
    operations,
    projections,
    settings,
    users,
)
from api.authentication import Authentication
from api.caller import Caller, attribution
from api.conventions import idempotency_key, refuse_nul, wait_for_asked_position
from api.errors import HANDLERS
from api.event_feed import EventFeed
from api.requests import Requests
from api.service_health import ServiceHealth
from api.tokens import Sessions
from domain.configuration import Configuration
from domain.event import Attribution
from domain.identification import wanted
from projections.catalogue import projections as all_projections
from projections.rebuild import rebuild

REQUESTS_A_MINUTE = 6_000
"""A caller's share: generous to dashboards and scripts, a bound to loops."""
_RESOURCES = (
    alerts, api_keys, audit, auth, credentials, discovery, docs, events, export, health, identity, inventory,
    operations, projections, settings, users,
)  # fmt: skip


async def _before(request: Request[Any, Any, Any]) -> None:
    await refuse_nul(request)
    await wait_for_asked_position(request)


async def _by(request: Request[Any, Any, Any]) -> Attribution:
    return attribution(request)


def _caller_or_address(request: Request[Any, Any, Any]) -> str:
    caller = request.scope.get("user")
    if isinstance(caller, Caller):
        return f"{caller.kind}:{caller.id}"
    return request.client.host if request.client else "unknown"


def create_app(configuration: Configuration, master_key: MasterKey) -> Litestar:
    """The ASGI application; connections open when it starts and close when it stops."""
    url = configuration.database_url
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        url,
        min_size=4,
        max_size=32,
        timeout=5,
        kwargs={"autocommit": True, "application_name": "netledger api"},
        open=False,
        check=AsyncConnectionPool.check_connection,
    )
    subjects = SubjectKeys(url, master_key)
    watch = PostgresPositionWatch(url)
    seals = LedgerSeals(master_key.derive("ledger"))
    event_log = PostgresEventLog(pool, subjects)
    vault = PostgresVault(pool, master_key)
    feed = EventFeed(event_log, watch)
    sessions = Sessions(pool.connection, master_key.derive("access tokens"))
    nats: list[Client] = []
    bus = Ledger(LedgerApplication(url, seals, subjects), now=lambda: datetime.now(UTC))
    service_health = ServiceHealth(
        pool.connection, lambda: bool(nats) and nats[0].is_connected, len(all_projections())
    )

    async def rebuild_by_name(name: str) -> int:
        (projection,) = [each for each in all_projections() if each.name == name]
        return await rebuild(url, projection, event_log)

    async def verify_ledger() -> Any:
        report = await asyncio.to_thread(verify, url, Trust(seals.public_key, seals))
        return {"intact": report.intact, **msgspec.to_builtins(report)}

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(pool)
            stack.callback(subjects.close)
            await watch.start()
            stack.push_async_callback(watch.stop)
            await bus.start()
            stack.push_async_callback(bus.stop)
            client = await connect_nats(configuration.nats_url, name="netledger api")
            nats.append(client)
            stack.push_async_callback(client.close)
            await NatsProgress(client).subscribe(feed.heard)
            following = asyncio.create_task(_follow(feed), name="event-feed")
            stack.push_async_callback(_ended, following)
            yield

    def given(value: Any) -> Provide:
        return Provide(lambda: value, use_cache=True, sync_to_thread=False)

    app = Litestar(
        route_handlers=[
            docs.root,
            health.metrics,
            Router("/api/v1", route_handlers=[resource.ROUTER for resource in _RESOURCES]),
        ],
        lifespan=[lifespan],
        exception_handlers=HANDLERS,
        before_request=_before,
        dependencies={
            "bus": given(bus),
            "connect": given(pool.connection),
            "watch": given(watch),
            "events": given(event_log),
            "vault": given(vault),
            "opener": given(AuditedSecrets(bus, vault)),
            "snmp": given(GufoSnmpReader(wanted)),
            "sessions": given(sessions),
            "config": given(configuration),
            "feed": given(feed),
            "look": given(service_health.look),
            "rebuild": given(rebuild_by_name),
            "verify_ledger": given(verify_ledger),
            "by": Provide(_by),
            "key": Provide(idempotency_key),
        },
        middleware=[
            DefineMiddleware(Requests),
            DefineMiddleware(Authentication, sessions=sessions, connect=pool.connection),
            _rate_limit(),
        ],
        openapi_config=_openapi(),
        compression_config=CompressionConfig(backend="gzip", minimum_size=2_000),
        logging_config=None,
        request_max_body_size=16 * 2**20,
    )
    app.state.watch = watch
    return app


def _rate_limit() -> DefineMiddleware:
    return RateLimitConfig(
        rate_limit=("minute", REQUESTS_A_MINUTE),
        exclude_opt_key="exclude_from_rate_limit",
        identifier_for_request=_caller_or_address,
        rate_limit_limit_header_key="X-RateLimit-Limit",
        rate_limit_remaining_header_key="X-RateLimit-Remaining",
        rate_limit_reset_header_key="X-RateLimit-Reset",
        rate_limit_policy_header_key="X-RateLimit-Policy",
    ).middleware


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Netledger",
        version="1",
        description="A network control plane that remembers everything.",
        path="/api/v1",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
                "key": SecurityScheme(type="apiKey", name="X-App-Key", security_scheme_in="header"),
            }
        ),
        security=[{"token": []}, {"key": []}],
        use_handler_docstrings=True,
    )


async def _follow(feed: EventFeed) -> None:
    """Through outages of the database, which the feed itself reports as errors."""
    while True:
        try:
            await feed.run()
        except Exception:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from None
            await asyncio.sleep(0.5)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
