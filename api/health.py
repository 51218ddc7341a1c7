"""Whether we live, whether we can serve, and how what we stand on is; and the figures about ourselves."""

from typing import Literal

import msgspec
from litestar import Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.provided import Figures, Health
from api.rate_limit import UNLIMITED
from api.service_health import ServicesHealth

OPEN = {UNLIMITED: True, "exclude_from_auth": True}
"""Answers everybody, also while the database that would tell who asks is away."""


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"] = "alive"


@get("/health", opt=OPEN)
async def health(look: Health) -> Response[ServicesHealth]:
    """200 while healthy or degraded, 503 when nothing can be served."""
    found = await look()
    return Response(found, status_code=503 if found.status == "unhealthy" else 200)


@get("/health/live", opt=OPEN)
async def live() -> Alive:
    """200 as long as the process answers, whatever it stands on."""
    return Alive()


@get("/health/ready", opt=OPEN)
async def ready(look: Health) -> Response[ServicesHealth]:
    """503 until the database answers, the read models were fed up to the present, and routers have been tried and read
    once; for the routers, a quarter of a minute at most."""
    found = await look()
    return Response(found, status_code=200 if found.ready else 503)


@get(
    "/metrics",
    media_type=CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8"),
    include_in_schema=False,
    opt=OPEN,
)
async def metrics(figures: Figures) -> bytes:
    """Prometheus text."""
    return generate_latest() + await figures()


ROUTER = Router("/", route_handlers=[health, live, ready], tags=["health"])
