"""Channels and webhooks over the API: their secrets go in and stay in, and a test message arrives signed."""

import json
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from adapters.notifications import signature
from tests.integration.api.answers import done, listed, newest, refused, unused
from tests.web_receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def test_a_webhook_is_signed_and_its_secrets_stay_in(
    admin: httpx.Client, engineer: httpx.Client, receiver: Receiver
) -> None:
    name = unused()
    made = done(
        admin.post("/webhooks", json={"name": name, "url": receiver.url, "min_severity": "high"}), 201
    )
    assert (made["kind"], made["min_severity"], made["enabled"]) == ("webhook", "high", True)
    assert made["target"] == receiver.url.partition("/hook")[0]
    key = made["secret"]
    assert len(key) > 30
    shown = admin.get(f"/channels/{made['id']}")
    assert "geheim" not in shown.text
    assert key not in shown.text
    assert made["id"] in [each["id"] for each in listed(admin.get("/webhooks", params={"limit": 500}))]
    assert "geheim" not in json.dumps(newest(admin, "channel.created.v1"))

    assert admin.post(f"/channels/{made['id']}/test").json() == {
        "ok": True,
        "message": "the message was taken",
    }
    ((headers, body),) = receiver.got
    expected = signature(key, headers["x-netledger-timestamp"], body)
    assert headers["x-netledger-signature"] == f"sha256={expected}"
    assert json.loads(body)["kind"] == "test"
    receiver.away, receiver.status = 1, 500
    answer = admin.post(f"/webhooks/{made['id']}/test").json()
    assert answer == {"ok": False, "message": "the receiver answered 500"}

    changed = done(admin.patch(f"/channels/{made['id']}", json={"enabled": False, "secret": "other"}))
    assert changed["enabled"] is False
    refused(engineer.get("/channels"), 403)
    done(admin.delete(f"/channels/{made['id']}"), 204)
    refused(admin.get(f"/channels/{made['id']}"), 404, "CHANNEL_NOT_FOUND")
    refused(admin.post(f"/channels/{uuid4()}/test"), 404, "CHANNEL_NOT_FOUND")


def test_services_through_apprise(admin: httpx.Client, receiver: Receiver) -> None:
    """json:// is apprise's own plain web service: any HTTP server can stand for it."""
    url = receiver.url.replace("http://", "json://")
    made = done(admin.post("/channels", json={"name": unused(), "kind": "apprise", "url": url}), 201)
    assert (made["target"], made["secret"]) == ("json://", None)
    assert admin.post(f"/channels/{made['id']}/test").json()["ok"] is True
    ((_, body),) = receiver.got
    assert json.loads(body)["title"] == "[test] Netledger can reach this channel"
    receiver.away, receiver.status = 1, 500
    assert admin.post(f"/channels/{made['id']}/test").json()["ok"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "webhook", "url": "ftp://example.net"}, "url"),
        ({"kind": "apprise", "url": "nosuch://x"}, "url"),
        ({"kind": "apprise", "url": "json://localhost", "secret": "x"}, "secret"),
    ],
)
def test_addresses_that_cannot_work_are_refused(
    admin: httpx.Client, body: dict[str, str], field: str
) -> None:
    error = refused(admin.post("/channels", json={"name": unused(), **body}), 400, "INVALID_REQUEST")
    assert error["details"]["field"] == field
