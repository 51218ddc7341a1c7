"""The families of refusals; each error carries its own code, so that a new one needs no new mapping outside."""

from typing import Any


class DomainError(Exception):
    """Something asked for was not done. `code` is SCREAMING_SNAKE, `details` names fields and fixes."""

    code = "REFUSED"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details


class Invalid(DomainError):
    """The request itself is malformed; `details["field"]` is the path of the field."""

    code = "INVALID_REQUEST"


class NotFound(DomainError):
    code = "NOT_FOUND"


class Refused(DomainError):
    """A well-formed command that the present state does not allow."""


class Conflict(DomainError):
    """Somebody else changed the same thing at the same moment, or it exists already."""

    code = "CONFLICT"


class NotRevertible(DomainError):
    """An event without an inverse; the message says why."""

    code = "NOT_REVERTIBLE"


class Unavailable(DomainError):
    """A service that we stand on is away; trying again after `retry_after_s` may help."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self, message: str, *, retry_after_s: int = 2, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after_s = retry_after_s
