"""Bounds how many requests a caller makes a minute, and says so in every answer."""

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import TooManyRequestsException
from litestar.types import ASGIApp, Receive, Scope, Send

from api.caller import Caller

WINDOW_S = 60
_CALLERS = 50_000
"""Callers counted one by one in a window; those beyond share one count, so that memory stays bounded."""
_ANONYMOUS_SHARE = 10
HEADERS = "rate_limit_headers"
"""Where in the request's state the headers lie, for whatever answers it."""
UNLIMITED = "unlimited"
"""The key in a route's `opt` that takes it out: health must answer whatever else goes on."""


class Counts:
    """Requests of the present window, by caller. One a process, shared by all routes."""

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._ends = 0.0
        self._counts: dict[str, int] = {}

    def take(self, caller: str, *, anonymous: bool) -> tuple[int, int, int]:
        """Counts one request; returns the limit, what is left (negative: refuse) and the seconds to the next window."""
        now = self._clock()
        if now >= self._ends:
            self._counts.clear()
            self._ends = now + WINDOW_S
        if caller not in self._counts and len(self._counts) >= _CALLERS:
            caller = "others"
        count = self._counts[caller] = self._counts.get(caller, 0) + 1
        limit = max(1, self._limit // _ANONYMOUS_SHARE) if anonymous else self._limit
        return limit, limit - count, max(1, round(self._ends - now))


class RateLimit:
    """ASGI middleware behind authentication, so that a caller is counted wherever the requests come from."""

    def __init__(self, app: ASGIApp, *, counts: Counts) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["route_handler"].opt.get(UNLIMITED):
            await self._app(scope, receive, send)
            return
        caller = scope.get("user")
        limit, left, reset_s = self._counts.take(
            _name(caller, scope), anonymous=not isinstance(caller, Caller)
        )
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, left)),
            "X-RateLimit-Reset": str(reset_s),
        }
        scope["state"][HEADERS] = headers
        if left < 0:
            raise TooManyRequestsException(
                f"more than {limit} requests a minute; wait {reset_s} s",
                headers={"Retry-After": str(reset_s)},
            )
        await self._app(scope, receive, send)


def _name(caller: Any, scope: Scope) -> str:
    if isinstance(caller, Caller):
        return f"{caller.kind}:{caller.id}"
    client = scope.get("client")
    return f"address:{_neighbourhood(client[0]) if client else ''}"


def _neighbourhood(host: str) -> str:
    """An IPv6 host has a /64 to choose its addresses from (RFC 4291, 2.5.1), so that is what counts as one."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else host
