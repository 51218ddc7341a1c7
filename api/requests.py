"""What every request gets: an id, security headers, a line in the log and a place in the figures."""

import re
import time
from uuid import uuid4

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Histogram

from api.rate_limit import HEADERS as RATE_LIMIT_HEADERS

_ID = re.compile(r"[A-Za-z0-9._-]{8,100}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_DURATION = Histogram(
    "netledger_http_request_seconds",
    "Time to answer HTTP requests",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
log = structlog.get_logger(__name__)


class Requests:
    """Wraps the whole application, also what no route answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value for name, value in scope.get("headers", []) if name == b"x-request-id"}
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _ID.fullmatch(given) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        if scope["type"] != ScopeType.HTTP:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        path, method = scope["path"], scope["method"]
        if method == "HEAD":  # as GET, whose body the server then leaves out (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableScopeHeaders.from_message(message)
                out["X-Request-Id"] = request_id
                for name, value in scope["state"].get(RATE_LIMIT_HEADERS, {}).items():
                    out[name] = value
                for name, value in _HEADERS.items():
                    out.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, sending)
            finally:
                seconds = time.perf_counter() - began
                shown = method if method in _METHODS else "other"
                route = scope.get("path_template", "") or "unmatched"
                _DURATION.labels(shown, route, str(status)).observe(seconds)
                log.info("request", method=shown, path=path, status=status, ms=round(seconds * 1000, 1))
