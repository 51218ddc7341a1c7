"""Puts the API together; it and `app_*` alone name concrete adapters in this folder."""

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

from adapters.connections import Connections
from adapters.jetstream.on_demand import ClientOnDemand
from adapters.jetstream.progress import ProgressListener
from adapters.jetstream.router_calls import NatsRouterCalls
from adapters.leadership import PostgresLeadership
from adapters.ledger.application import LedgerApplication
from adapters.ledger.ledger import Ledger
from adapters.ledger.log import PostgresEventLog
from adapters.ledger.positions import PostgresPositionWatch
from adapters.ledger.proof import Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from adapters.notifications import OutgoingNotifications
from adapters.re2_patterns import Re2Patterns
from adapters.routeros.login import try_routeros
from adapters.snmp.read import GufoSnmpReader
from adapters.ssh.login import try_ssh
from adapters.templating.engine import JinjaEngine
from adapters.vault.master_key import MasterKey
from adapters.vault.opener import AuditedSecrets
from adapters.vault.subjects import SubjectKeys
from adapters.vault.vault import PostgresVault
from api import docs, health
from api.answers import Answers
from api.app_configs import config_dependencies
from api.app_telemetry import telemetry_dependencies
from api.app_terminal import terminal_dependencies
from api.authentication import Authentication, Callers
from api.bodies import LARGEST_BODY, check_body, check_parameters
from api.caller import attribution
from api.commands import Commands
from api.destroying import Destroyer
from api.ending import ended
from api.errors import HANDLERS
from api.event_feed import EventFeed
from api.idempotency import Idempotency
from api.last_admin import LastAdmin
from api.live_traffic import LiveTraffic
from api.login_lock import LoginLock
from api.newcomers import NewDevices
from api.one_time_passwords import OneTimePasswords
from api.openapi import openapi
from api.passwords import Passwords
from api.positions import wait_for_asked_position
from api.rate_limit import Counts, RateLimit
from api.requests import Requests
from api.resources import routers
from api.service_health import ServiceHealth
from api.tokens import Sessions
from api.verification import Verification
from api.web import WebApplication
from domain.aggregate import IdempotencyKey
from domain.configuration import Configuration
from domain.identification import wanted
from projections.catalogue import projections as all_projections

AnyRequest = Request[Any, Any, Any]


def create_app(configuration: Configuration, master_key: MasterKey) -> Litestar:
    """The ASGI application; connections open when it starts and close when it stops."""
    url = configuration.database_url
    pool = Connections(url, name="netledger api", min_size=4, max_size=32, patience_s=3.0)
    connect = pool.connection
    subjects = SubjectKeys(url, master_key)
    watch = PostgresPositionWatch(url)
    seals = LedgerSeals(master_key.derive("ledger"))
    event_log = PostgresEventLog(pool, subjects)
    vault = PostgresVault(pool, master_key)
    feed = EventFeed(event_log, watch)
    sessions = Sessions(connect, master_key.derive("access tokens"))
    callers = Callers(sessions, connect)
    bus = Ledger(LedgerApplication(url, seals, subjects), now=lambda: datetime.now(UTC))
    opener = AuditedSecrets(bus, vault)
    configs = config_dependencies(pool, bus, opener, master_key)
    terminals = terminal_dependencies(pool, master_key, configuration)
    progress = ProgressListener(configuration.nats_url, feed.heard, name="netledger api")
    nats = ClientOnDemand(configuration.nats_url, name="netledger api")
    telemetry, live_telemetry = telemetry_dependencies(pool, nats)
    calls = NatsRouterCalls(nats, master_key.derive("router calls"))
    service_health = ServiceHealth(connect, lambda: progress.connected, len(all_projections()))
    verifying = asyncio.Semaphore(1)

    async def verify_ledger() -> Verification:
        async with verifying:
            report = await asyncio.to_thread(verify, url, Trust(seals.public_key, seals))
        return msgspec.convert({**msgspec.to_builtins(report), "intact": report.intact}, Verification)

    async def before(request: AnyRequest) -> None:
        check_parameters(request)
        await check_body(request)
        await wait_for_asked_position(request, watch)

    async def key_of(request: AnyRequest) -> IdempotencyKey | None:
        key = request.scope["state"].get("idempotency_key")
        return key if isinstance(key, IdempotencyKey) else None

    async def commands_of(request: AnyRequest) -> Commands:
        return Commands(
            bus, watch, event_log, vault, attribution(request), await key_of(request), request.scope["state"]
        )

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(pool)
            stack.callback(subjects.close)
            await watch.start()
            stack.push_async_callback(watch.stop)
            await bus.start()
            stack.push_async_callback(bus.stop)
            stack.push_async_callback(nats.close)
            await feed.start()
            for run in (feed.keep_running, progress.run, live_telemetry.keep_running):
                task = asyncio.create_task(run(), name=run.__qualname__)
                stack.push_async_callback(ended, [task])
            yield

    def given(value: Any) -> Provide:
        return Provide(lambda: value, use_cache=True, sync_to_thread=False)

    app = Litestar(
        route_handlers=[
            docs.root,
            health.metrics,
            Router("/api/v1", route_handlers=routers()),
        ],
        lifespan=[lifespan],
        exception_handlers=HANDLERS,
        before_request=before,
        dependencies={
            "bus": given(bus),
            "connect": given(connect),
            "watch": given(watch),
            "events": given(event_log),
            "vault": given(vault),
            "opener": given(opener),
            "snmp": given(GufoSnmpReader(wanted)),
            "logins": given({"ssh": try_ssh, "routeros": try_routeros}),
            "calls": given(calls),
            "engine": given(JinjaEngine()),
            "regexes": given(Re2Patterns()),
            "sessions": given(sessions),
            "callers": given(callers),
            "locks": given(LoginLock(connect)),
            "passwords": given(Passwords()),
            "tell": given(OutgoingNotifications()),
            "codes": given(OneTimePasswords(connect, vault)),
            "admins": given(LastAdmin(connect, watch, event_log)),
            "destroyer": given(Destroyer(event_log, vault, sessions)),
            "newcomers": given(NewDevices(connect, watch, event_log, PostgresLeadership(url))),
            "config": given(configuration),
            "feed": given(feed),
            "watching": given(LiveTraffic(calls)),
            "look": given(service_health.look),
            "verify_ledger": given(verify_ledger),
            **{name: given(value) for name, value in {**configs, **telemetry, **terminals}.items()},
            "commands": Provide(commands_of),
            "key": Provide(key_of),
        },
        middleware=[
            DefineMiddleware(Authentication, callers=callers, sessions=sessions),
            DefineMiddleware(RateLimit, counts=Counts(configuration.requests_per_minute)),
            DefineMiddleware(
                Idempotency, answers=Answers(connect, master_key.derive("answers")), max_body=LARGEST_BODY
            ),
        ],
        openapi_config=openapi(),
        compression_config=CompressionConfig(
            backend="gzip",
            minimum_size=2_000,
            gzip_compress_level=1,  # a seventh of the time of the default, 9, for a tenth more bytes
        ),
        logging_config=None,
        request_max_body_size=LARGEST_BODY,
    )
    app.asgi_handler = Requests(WebApplication(app.asgi_handler))
    return app
