"""The schema of the API: what the resources declare, and what holds for all of them."""

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, get_args, get_origin

import msgspec
from litestar import Litestar, Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ControllerRouterHandler

from api.errors import ErrorBody
from api.health import OPEN

_TAGS = {
    "alert rules": "When an alert is raised: thresholds, states, silence, findings; every version kept.",
    "alerts": "Causes that somebody should know about.",
    "analysis": "How strange a series is, what was to be expected of it, and what comes next.",
    "api keys": "Ways in for programs.",
    "audit": "What happened, who did it and why; and the proof that nothing was changed since.",
    "auth": "Logging in and out.",
    "channels": "Where alerts are told: mail, chat and others, signed webhooks.",
    "compliance": "Rules for configurations, and which devices break them.",
    "configurations": "What devices run and ran: backups, compare, search, restore; and their host keys.",
    "customers": "Whom the network serves: their PPPoE secrets, and cutting them off.",
    "credentials": "Ways into devices. Secrets go in and never come out.",
    "discovery": "Finding devices.",
    "health": "How Netledger itself is.",
    "inventory": "Devices, their interfaces and links; now, or as of any moment.",
    "models": "The detectors of anomalies: what they have learned, learning anew, trying other settings.",
    "logs": "What devices and Netledger itself say.",
    "operations": "What was asked of the network, from request to outcome.",
    "projections": "Read models and their rebuilding.",
    "routers": "Routers that customers hang on, live.",
    "settings": "What can be changed while Netledger runs.",
    "silences": "When nobody is told: maintenance windows and known trouble.",
    "telemetry": "What devices measure: now, as it was, and which metrics there are.",
    "templates": "Configurations to be: texts with declared variables, their versions, and trying them without sending.",
    "terminals": "Sessions of engineers on devices, as they were recorded.",
    "users": "People, and one's own account.",
}
_DESCRIPTION = """A network control plane that remembers everything.

Lists come in pages: `limit` and `cursor`. Commands answer with the header `X-Ledger-Position`; send it with a read to see
at least what the command did. Send an `Idempotency-Key` with a POST and repeat it as often as you like. Errors have one
shape, `ErrorBody`. The WebSocket `/api/v1/events` sends every event of the ledger from a position on, and the progress of
operations."""
_DEVICES_ANSWER = ("/api/v1/router", "/api/v1/sync", "/api/v1/config/compare", "/api/v1/config/restore")
"""Read from the device itself while the caller waits."""
_OPEN = ("/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout", "/api/v1/health")
_ERRORS = {
    "400": "The request is malformed; `details.field` is the path of the field.",
    "401": "Not logged in.",
    "403": "The role does not allow it, or the CSRF header is missing.",
    "404": "There is no such thing.",
    "409": "It exists already, or somebody changed it at the same moment.",
    "413": "The body is too large.",
    "422": "Well-formed, but refused as things stand; `code` says why.",
    "429": "Too many requests; see Retry-After.",
    "502": "The device answers with an error.",
    "503": "Something that we stand on is away; see Retry-After.",
    "504": "The device does not answer in time.",
}
_POSITION = {
    "name": "X-Ledger-Position",
    "in": "header",
    "required": False,
    "description": "Wait, at most 5 s, until the read model has seen this position of the ledger.",
    "schema": {"type": "integer", "minimum": 0},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Of this caller's choosing: a repetition with the same key and body gets the first answer.",
    "schema": {"type": "string", "maxLength": 200},
}
_CONTENT = {
    "/api/v1/inventory/export": {
        "application/json": {"schema": {"type": ["array", "object"]}},
        "text/csv": {"schema": {"type": "string"}},
    }
}
"""What is answered in other forms than one."""
_PAGE = re.compile(r"Page_[\w.]*?(\w+)_(?=\")")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_REACHED = {
    "description": "The position in the ledger that the command reached.",
    "schema": {"type": "integer"},
}


def openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Netledger",
        version="1",
        description=_DESCRIPTION,
        openapi_router=_SchemaRouter("/api/v1", route_handlers=[], include_in_schema=False, opt=OPEN),
        render_plugins=[_Schema(path="/openapi.json")],
        tags=[Tag(name=name, description=description) for name, description in _TAGS.items()],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
                "key": SecurityScheme(type="apiKey", name="X-App-Key", security_scheme_in="header"),
            }
        ),
        security=[{"token": []}, {"key": []}],
        use_handler_docstrings=True,
    )


class _Schema(JsonRenderPlugin):
    """Serves the schema with what every operation shares."""

    def __init__(self, path: str) -> None:
        super().__init__(path=path)
        self._whole: dict[str, Any] | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._whole is None:
            self._whole = completed(openapi_schema, request.app)
        return self.render_json(request, self._whole)


class _SchemaRouter(Router):
    """Without Litestar's page for unknown paths, which would answer for the whole API in HTML."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        if isinstance(value, HTTPRouteHandler) and "/{path:str}" in value.paths:
            return []
        return super().register(value)


def completed(schema: dict[str, Any], app: Litestar) -> dict[str, Any]:
    """The schema with errors, headers and open routes added to its operations.

    What bodies look like is told by msgspec, which reads and writes them: with all bounds, and the documentation.
    """
    whole = _renamed(schema)
    _, components = msgspec.json.schema_components(
        [ErrorBody, *_bodies(app)], ref_template="#/components/schemas/{name}"
    )
    whole["components"]["schemas"] |= _renamed(components)
    for described in whole["components"]["schemas"].values():
        if "description" in described:
            described["description"] = cleandoc(described["description"])  # as Python 3.13 has docstrings
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "responses" in operation:
                _complete(path, method, operation)
    return whole


def _bodies(app: Litestar) -> list[Any]:
    """The types that the resources take and answer with."""
    found: dict[Any, None] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.include_in_schema:
                    for field in (handler.parsed_data_field, handler.parsed_return_field):
                        if field is not None:
                            found.update(dict.fromkeys(_structs(field.annotation)))
    return list(found)


def _structs(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation) or annotation
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from _structs(part)


def _renamed(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy in which pages are called for what they list: a generic's own name has dots and brackets."""
    text = msgspec.json.encode(schema).decode()
    renamed: dict[str, Any] = msgspec.json.decode(_PAGE.sub(r"PageOf\1", text))
    return renamed


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["summary"] = _WORDS.sub(" ", operation["summary"]).capitalize()
    public = path.startswith(_OPEN)
    if public:
        operation["security"] = []
    parameters = operation.setdefault("parameters", [])
    if method == "get" and not public:
        parameters.append(_POSITION)
    if method == "post":
        parameters.append(_KEY)
    responses = operation["responses"]
    responses.get("204", {}).pop("content", None)
    if path in _CONTENT:
        responses["200"]["content"] = _CONTENT[path]
    if method != "get":
        for status, response in responses.items():
            if status.startswith("2"):
                response.setdefault("headers", {})["X-Ledger-Position"] = _REACHED
    for status in _errors(path, method, public=public):
        responses[status] = _error(_ERRORS[status])


def _errors(path: str, method: str, *, public: bool) -> list[str]:
    if path.startswith("/api/v1/health"):
        return []
    statuses = ["400", "401", "429", "503"]
    if not public:
        statuses += ["403", "404"]
    if path.startswith(_DEVICES_ANSWER):
        statuses += ["502", "504"]
    if method != "get":
        statuses += ["403", "404", "409", "413", "422"]
    return sorted(set(statuses))


def _error(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ErrorBody"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
