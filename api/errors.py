"""The one place where errors become HTTP: status by family, one JSON shape, never a stack trace."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from psycopg_pool import PoolTimeout

from domain.errors import Conflict, DomainError, Invalid, NotFound, NotRevertible, Refused, Unavailable

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
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    503: "SERVICE_UNAVAILABLE",
}


class ErrorDetail(msgspec.Struct, frozen=True):
    code: str
    message: str
    details: dict[str, Any] = {}


class ErrorBody(msgspec.Struct, frozen=True):
    """What every error answers."""

    error: ErrorDetail
    request_id: str
    timestamp: datetime


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


def domain_error(request: Request[Any, Any, Any], error: DomainError) -> Response[ErrorBody]:
    status = next(status for family, status in _FAMILIES if isinstance(error, family))
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, Unavailable) else None
    return _respond(request, status, error.code, error.message, error.details, headers)


def bad_request(request: Request[Any, Any, Any], error: ValidationException) -> Response[ErrorBody]:
    """Litestar names parameters by key; msgspec names body fields by path, `$.targets[2]`."""
    problems = error.extra if isinstance(error.extra, list) else []
    first = problems[0] if problems and isinstance(problems[0], dict) else {}
    field = str(first.get("key", ""))
    message = str(first.get("message", error.detail))
    details: dict[str, Any] = {"field": field, "problems": problems} if field else {"problems": problems}
    return _respond(request, 400, "INVALID_REQUEST", f"{field}: {message}" if field else message, details)


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[ErrorBody]:
    code = _CODES.get(error.status_code, "ERROR")
    message = error.detail or code.replace("_", " ").lower()
    headers = {name: str(value) for name, value in (error.headers or {}).items()}
    return _respond(request, error.status_code, code, message, headers=headers)


def database_away(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    log.warning("database away", error=str(error).strip(), path=request.url.path)
    return _respond(
        request,
        503,
        "SERVICE_UNAVAILABLE",
        "the database is not reachable; try again in a moment",
        headers={"Retry-After": "2"},
    )


def malformed(request: Request[Any, Any, Any], error: psycopg.DataError) -> Response[ErrorBody]:
    """PostgreSQL could not read a value as what it must be, such as an id that is no UUID."""
    return _respond(request, 400, "INVALID_REQUEST", str(error).splitlines()[0])


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    log.error("request failed", path=request.url.path, method=request.method, exc_info=error)
    return _respond(
        request, 500, "INTERNAL_ERROR", "something went wrong on our side; the log has the request id"
    )


HANDLERS: dict[Any, Any] = {
    DomainError: domain_error,
    ValidationException: bad_request,
    HTTPException: http_error,
    psycopg.OperationalError: database_away,
    psycopg.InterfaceError: database_away,
    PoolTimeout: database_away,
    psycopg.DataError: malformed,
    Exception: unexpected,
}
