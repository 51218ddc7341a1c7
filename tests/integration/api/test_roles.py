"""Every route of the application, walked: who gets in, and who is refused."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple
from uuid import uuid4

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from litestar.routes import HTTPRoute, WebSocketRoute
from websockets.exceptions import InvalidStatus

from adapters.vault.master_key import MasterKey
from api import caller
from api.app import create_app
from domain.configuration import Configuration
from tests.integration.api.answers import refused
from tests.integration.api.serving import Netledger

OPEN = {
    "/",
    "/metrics",
    "/api/v1",
    "/api/v1/openapi.json",
    "/api/v1/docs",
    "/api/v1/docs/assets/{name:str}",
    "/api/v1/health",
    "/api/v1/health/live",
    "/api/v1/health/ready",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/api/v1/telemetry/subscribe",  # the WebSocket, by the token that a viewer gets from the POST there
}
"""Whatever else there is needs a login."""
ROLES = {caller.viewer: "viewer", caller.engineer: "engineer", caller.admin: "admin"}


class Route(NamedTuple):
    method: str
    path: str
    role: Literal["", "viewer", "engineer", "admin"]

    @property
    def concrete(self) -> str:
        """With parameters of the right kind that name nothing."""
        path = re.sub(r"\{\w+:uuid\}", str(uuid4()), self.path)
        return re.sub(r"\{\w+:str\}", "nothing", re.sub(r"\{\w+:int\}", "999999999", path))


def routes() -> Iterator[Route]:
    """As the application itself knows them."""
    configuration = Configuration(
        data_dir="/nowhere", database_url="postgresql:///none", nats_url="nats://none"
    )  # type: ignore[arg-type]  # never opened
    app = create_app(configuration, MasterKey(bytes(32)))
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    if method != "OPTIONS":  # says which methods there are, which the schema says too
                        yield Route(method, route.path, _role(handler))
        elif isinstance(route, WebSocketRoute):
            yield Route("WEBSOCKET", route.path, _role(route.route_handler))


def _role(handler: HTTPRouteHandler | WebsocketRouteHandler) -> Any:
    guards = [ROLES[guard] for guard in handler.resolve_guards() if guard in ROLES]
    assert len(guards) <= 1
    return guards[0] if guards else ""


ALL = sorted(set(routes()))
HTTP = [route for route in ALL if route.method != "WEBSOCKET"]


def ask(client: httpx.Client, instance: Netledger, route: Route) -> httpx.Response:
    return client.request(
        route.method, instance.root + route.concrete, json={} if route.method != "GET" else None
    )


def test_only_these_routes_are_open() -> None:
    assert {route.path for route in ALL if not route.role} == OPEN


@pytest.mark.parametrize("route", [r for r in HTTP if r.role], ids=lambda r: f"{r.method} {r.path}")
def test_nobody_gets_in_without_a_login(instance: Netledger, anybody: httpx.Client, route: Route) -> None:
    refused(ask(anybody, instance, route), 401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    "route", [r for r in HTTP if r.role in ("engineer", "admin")], ids=lambda r: f"{r.method} {r.path}"
)
def test_a_viewer_is_refused_what_engineers_and_admins_may(
    instance: Netledger, viewer: httpx.Client, route: Route
) -> None:
    refused(ask(viewer, instance, route), 403, "FORBIDDEN")


@pytest.mark.parametrize(
    "route", [r for r in HTTP if r.role == "admin"], ids=lambda r: f"{r.method} {r.path}"
)
def test_an_engineer_is_refused_what_admins_may(
    instance: Netledger, engineer: httpx.Client, route: Route
) -> None:
    refused(ask(engineer, instance, route), 403, "FORBIDDEN")


@pytest.mark.parametrize(
    "route", [r for r in HTTP if r.role == "viewer"], ids=lambda r: f"{r.method} {r.path}"
)
def test_a_viewer_gets_in_where_viewers_may(instance: Netledger, viewer: httpx.Client, route: Route) -> None:
    assert ask(viewer, instance, route).status_code not in (401, 403, 405, 500)


def test_writing_routes_are_for_engineers_at_least() -> None:
    """Except for what concerns oneself, and for what only computes."""
    for_all = ("/api/v1/users/me", "/api/v1/analyze/forecast", "/api/v1/telemetry/subscribe")
    assert not {
        route
        for route in HTTP
        if route.method != "GET" and route.role == "viewer" and not route.path.startswith(for_all)
    }


@pytest.mark.parametrize("route", [r for r in ALL if r.method == "WEBSOCKET"], ids=lambda r: r.path)
def test_no_websocket_opens_without_a_login(instance: Netledger, route: Route) -> None:
    with pytest.raises(InvalidStatus) as refusal, instance.events(""):
        pass
    assert refusal.value.response.status_code == 403


def test_an_api_key_opens_what_its_role_may(instance: Netledger, admin: httpx.Client) -> None:
    for role, status in (("viewer", 403), ("engineer", 201)):
        issued = admin.post("/api-keys", json={"name": "probe", "role": role}).json()
        with instance.client(**{"X-App-Key": issued["key"]}) as program:
            profile = program.get("/users/me").json()
            assert (profile["kind"], profile["username"], profile["role"]) == ("api_key", "probe", role)
            assert program.post("/alerts", json={"severity": "low", "title": "probe"}).status_code == status
            refused(program.patch("/users/me", json={"theme": "dark"}), 422, "NOT_A_USER")
        assert admin.delete(f"/api-keys/{issued['id']}").status_code == 204
        with instance.client(**{"X-App-Key": issued["key"]}) as program:
            refused(program.get("/users/me"), 401, "UNAUTHORIZED")


def test_a_foreign_api_key_opens_nothing(instance: Netledger) -> None:
    with instance.client(**{"X-App-Key": "nlk_" + "a" * 43}) as program:
        refused(program.get("/users/me"), 401, "UNAUTHORIZED")
