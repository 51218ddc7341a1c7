"""The one place where errors become HTTP: status by family, one JSON shape, never a stack trace."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from api.bodies import LARGEST_BODY
from api.commands import RECORDED, RecordedUnseen
from api.positions import HEADER as POSITION_HEADER
from domain.config_ports import ConfigError
from domain.errors import Conflict, DomainError, Invalid, NotFound, NotRevertible, Refused, Unavailable
from domain.router_ports import RouterError

PROVISIONAL = "X-Recorded-Unseen"
"""The header of an answer that only says that a command is recorded."""
log = structlog.get_logger(__name__)

_FAMILIES: tuple[tuple[type[DomainError], int], ...] = (
    (Invalid, 400),
    (NotFound, 404),
    (Conflict, 409),
    (NotRevertible, 422),
    (Refused, 422),
    (Unavailable, 503),
)
_CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "ROUTE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    503: "SERVICE_UNAVAILABLE",
}


class ErrorDetail(msgspec.Struct, frozen=True):
    """`code` is for programs, `message` for people; `details` names the field and whatever else helps."""

    code: str
    message: str
    details: dict[str, Any] = {}


class ErrorBody(msgspec.Struct, frozen=True):
    """What every error answers."""

    error: ErrorDetail
    request_id: str
    timestamp: datetime


class RecordedBody(msgspec.Struct, frozen=True):
    """A command that is recorded and not yet seen by the read models."""

    position: int
    message: str


def _respond(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    message: str,
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[ErrorBody]:
    request_id = request.scope.get("state", {}).get("request_id", "")
    body = ErrorBody(ErrorDetail(code, message, details or {}), request_id, datetime.now(UTC))
    return Response(body, status_code=status, headers=headers or {}, media_type="application/json")


def domain_error(
    request: Request[Any, Any, Any], error: DomainError
) -> Response[ErrorBody] | Response[RecordedBody]:
    if isinstance(error, Unavailable) and RECORDED in request.scope["state"]:
        return recorded_unseen(request, error)
    status = next((status for family, status in _FAMILIES if isinstance(error, family)), 422)
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
        if "position" in error.details:
            headers[POSITION_HEADER] = str(error.details["position"])
    return _respond(request, status, error.code, error.message, error.details, headers)


_ROUTER_TIMEOUTS = frozenset({"ROUTER_TIMEOUT", "ROUTER_UNREACHABLE"})
_ROUTER_LATER = frozenset({"ROUTER_NOT_OWNED", "ROUTER_BUSY", "ROUTER_CLOSED"})


def router_error(request: Request[Any, Any, Any], error: RouterError) -> Response[ErrorBody]:
    """What a router did not do; `details.router_code` says it in the router's own terms."""
    details = {**error.details, "router_code": error.code}
    if error.code.endswith("_NOT_FOUND"):
        return _respond(request, 404, error.code, error.message, details)
    if error.code in _ROUTER_TIMEOUTS:
        return _respond(request, 504, "DEVICE_TIMEOUT", error.message, details)
    if error.code in _ROUTER_LATER:
        headers = {"Retry-After": "2"}
        return _respond(request, 503, "SERVICE_UNAVAILABLE", error.message, details, headers)
    return _respond(request, 502, "DEVICE_ERROR", error.message, details)


_SSH_TIMEOUTS = frozenset({"SSH_TIMEOUT", "SSH_UNREACHABLE"})


def config_error(request: Request[Any, Any, Any], error: ConfigError) -> Response[ErrorBody]:
    """What a device did not do over SSH; `details.ssh_code` says it more exactly."""
    details = {**error.details, "ssh_code": error.code}
    if error.code in _SSH_TIMEOUTS:
        return _respond(request, 504, "DEVICE_TIMEOUT", error.message, details)
    return _respond(request, 502, "DEVICE_ERROR", error.message, details)


def bad_request(request: Request[Any, Any, Any], error: ValidationException) -> Response[ErrorBody]:
    """What Litestar refuses: parameters, which it names by key."""
    problems = error.extra if isinstance(error.extra, list) else []
    first = problems[0] if problems and isinstance(problems[0], dict) else {}
    field = _asked_as(request, str(first.get("key", ""))) or "request"
    message = str(first.get("message", error.detail))
    details: dict[str, Any] = {"field": field, "problems": problems}
    return _respond(request, 400, "INVALID_REQUEST", f"{field}: {message}", details)


def _asked_as(request: Request[Any, Any, Any], parameter: str) -> str:
    """A parameter's name in the query, where the handler calls it otherwise: `state` for `in_state`."""
    handler = request.scope.get("route_handler")
    known = handler.parsed_fn_signature.parameters.get(parameter) if handler is not None else None
    return getattr(known.kwarg_definition if known else None, "name", None) or parameter


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[ErrorBody]:
    code = _CODES.get(error.status_code, "ERROR")
    message = error.detail or code.replace("_", " ").lower()
    headers = {name: str(value) for name, value in (error.headers or {}).items()}
    if error.status_code == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="netledger"')
    return _respond(request, error.status_code, code, message, headers=headers)


def body_too_large(request: Request[Any, Any, Any], error: RequestEntityTooLarge) -> Response[ErrorBody]:
    message = (
        f"the body of a request has up to {LARGEST_BODY // 2**20} MiB; send what is in it in several requests,"
        " and of what is stored already its id"
    )
    return _respond(request, 413, "PAYLOAD_TOO_LARGE", message, {"limit_bytes": LARGEST_BODY})


def database_away(
    request: Request[Any, Any, Any], error: Exception
) -> Response[ErrorBody] | Response[RecordedBody]:
    log.warning(
        "database away", error=type(error).__name__, why=_first_line(error), path=request.scope["path"]
    )
    if RECORDED in request.scope["state"]:
        return recorded_unseen(request, error)
    return _respond(
        request,
        503,
        "SERVICE_UNAVAILABLE",
        "the database is not reachable; try again in a moment",
        headers={"Retry-After": "2"},
    )


def not_built(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    """The tables of a read model are made by the first worker that feeds it."""
    log.warning("read model missing", why=_first_line(error), path=request.scope["path"])
    return _respond(
        request,
        503,
        "READ_MODEL_MISSING",
        "the read models are not built yet; is a worker with the projector running?",
        headers={"Retry-After": "2"},
    )


def malformed(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    """A text that PostgreSQL cannot hold, or cannot read as what it must be."""
    return _respond(request, 400, "INVALID_REQUEST", _first_line(error), {"field": "request"})


def not_text(request: Request[Any, Any, Any], error: UnicodeEncodeError) -> Response[ErrorBody]:
    message = "text holds half of a surrogate pair, which is no character"
    return _respond(request, 400, "INVALID_REQUEST", message, {"field": "request"})


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    log.error(
        "request failed", path=request.scope["path"], method=request.scope.get("method"), exc_info=error
    )
    return _respond(
        request, 500, "INTERNAL_ERROR", "something went wrong on our side; the log has the request id"
    )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "")


def recorded_unseen(request: Request[Any, Any, Any], why: Exception) -> Response[RecordedBody]:
    """202 and never an error: who repeats a recorded command does it twice."""
    position = request.scope["state"][RECORDED]
    return Response(
        RecordedBody(position, f"recorded at position {position}, to be read later: {_first_line(why)}"),
        status_code=202,
        headers={POSITION_HEADER: str(position), PROVISIONAL: "true"},
        media_type="application/json",
    )


HANDLERS: dict[Any, Any] = {
    RecordedUnseen: recorded_unseen,
    RouterError: router_error,
    ConfigError: config_error,
    DomainError: domain_error,
    ValidationException: bad_request,
    RequestEntityTooLarge: body_too_large,
    HTTPException: http_error,
    psycopg.OperationalError: database_away,
    psycopg.InterfaceError: database_away,
    psycopg.errors.UndefinedTable: not_built,
    psycopg.errors.InvalidSchemaName: not_built,
    psycopg.DataError: malformed,
    UnicodeEncodeError: not_text,
    Exception: unexpected,
}
