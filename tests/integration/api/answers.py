"""What every answer must be like."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx


def refused(answer: httpx.Response, status: int, code: str = "", field: str | None = None) -> dict[str, Any]:
    """Asserts the one shape of errors and returns the error."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()
    assert set(body) == {"error", "request_id", "timestamp"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["request_id"] == answer.headers["x-request-id"]
    assert datetime.fromisoformat(body["timestamp"]).utcoffset() is not None
    assert body["error"]["message"]
    assert "Traceback" not in answer.text
    if code:
        assert body["error"]["code"] == code, answer.text
    if field is not None:
        assert body["error"]["details"]["field"] == field, answer.text
    error: dict[str, Any] = body["error"]
    return error


def done(answer: httpx.Response, status: int = 200) -> Any:
    """Asserts that a command was carried out, says where it stands in the ledger, and returns the body."""
    assert answer.status_code == status, answer.text
    assert int(answer.headers["x-ledger-position"]) > 0
    return answer.json() if answer.content else None


def listed(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert {"items", "next_cursor"} <= set(body)
    items: list[Any] = body["items"]
    return items


def unused() -> str:
    """A name that no other test has."""
    return f"t{uuid4().hex[:12]}"


def newest(admin: httpx.Client, event_type: str) -> Any:
    """The last entry of this type in the audit, which is waited for."""
    head = admin.get("/health").json()["services"]["projections"]["ledger_position"]
    audit = admin.get(
        "/audit", params={"type": event_type, "limit": 1}, headers={"X-Ledger-Position": str(head)}
    )
    (entry,) = listed(audit)
    return entry


_addresses = iter(range(1, 65_000))


def unused_address() -> str:
    """An address of a documentation network (RFC 5737, RFC 3849) that no other test has."""
    return f"2001:db8::{next(_addresses):x}"


def is_uuid(text: str) -> bool:
    return str(UUID(text)) == text
