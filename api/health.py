"""Whether we live, whether we can serve, and how what we stand on is; and the figures about ourselves."""

from typing import Any

from litestar import Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.provided import Health


@get("/health", exclude_from_rate_limit=True)
async def health(look: Health) -> Response[dict[str, Any]]:
    """200 while healthy or degraded, 503 when nothing can be served."""
    found = await look()
    return Response(found, status_code=503 if found["status"] == "unhealthy" else 200)


@get("/health/live", exclude_from_rate_limit=True)
async def live() -> dict[str, str]:
    return {"status": "alive"}


@get("/health/ready", exclude_from_rate_limit=True)
async def ready(look: Health) -> Response[dict[str, Any]]:
    """503 until the database answers and the read models were fed up to the present once."""
    found = await look()
    return Response(found, status_code=200 if found["ready"] else 503)


@get("/metrics", media_type=CONTENT_TYPE_LATEST, include_in_schema=False, exclude_from_rate_limit=True)
async def metrics() -> bytes:
    return generate_latest()


ROUTER = Router("/", route_handlers=[health, live, ready], tags=["health"])
