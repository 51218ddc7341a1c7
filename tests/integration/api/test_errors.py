"""The one shape of errors, wherever a request goes wrong; and the path of the field that is."""

import json
import socket
from uuid import uuid4

import httpx
import pytest

from tests.integration.api.answers import refused, unused_address
from tests.integration.api.serving import Netledger


@pytest.mark.parametrize(
    "path", ["/nothing", "/alerts/summary/more", "/../secret", "/alerts/not-a-uuid", "/%00"]
)
def test_unknown_routes(engineer: httpx.Client, path: str) -> None:
    assert refused(engineer.get(path), 404)["code"].endswith("_NOT_FOUND")


def test_unknown_routes_outside_the_api(instance: Netledger, anybody: httpx.Client) -> None:
    """A page of the web application may be called anything; nothing else may."""
    refused(anybody.post(f"{instance.root}/nothing"), 404, "ROUTE_NOT_FOUND")


def test_a_method_that_a_route_does_not_have(engineer: httpx.Client) -> None:
    answer = engineer.put("/alerts", json={})
    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/alerts/{}", "ALERT_NOT_FOUND"),
        ("/operations/{}", "OPERATION_NOT_FOUND"),
        ("/discovery/status/{}", "DISCOVERY_NOT_FOUND"),
        ("/inventory/devices/{}", "DEVICE_NOT_FOUND"),
        ("/inventory/devices/{}/interfaces", "DEVICE_NOT_FOUND"),
        ("/users/{}", "USER_NOT_FOUND"),
        ("/credentials/{}", "CREDENTIAL_NOT_FOUND"),
        ("/audit/chain/{}", "CHAIN_NOT_FOUND"),
        ("/audit/99999999999", "EVENT_NOT_FOUND"),
        ("/audit/99999999999999999999999999999", "EVENT_NOT_FOUND"),
        ("/audit/-1", "EVENT_NOT_FOUND"),
    ],
)
def test_what_does_not_exist(admin: httpx.Client, path: str, code: str) -> None:
    refused(admin.get(path.format(uuid4())), 404, code)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"nonsense", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"null", "body"),
        (b'{"severity": "high"}', "title"),
        (b'{"severity": "high", "title": 5}', "title"),
        (b'{"severity": "high", "title": ""}', "title"),
        (b'{"severity": "high", "title": "' + b"x" * 301 + b'"}', "title"),
        (b'{"severity": "worst", "title": "x"}', "severity"),
        (b'{"severity": "high", "title": "x", "device_id": "abc"}', "device_id"),
        (b'{"severity": "high", "title": "x", "detail": []}', "detail"),
        (b'{"severity": "high", "title": "x", "colour": 1}', "colour"),
        (b'{"severity": "high", "title": "a\\u0000b"}', "title"),
        (b'{"severity": "high", "title": "x", "detail": {"a": ["b", "\\u0000"]}}', "detail.a[1]"),
        (b'{"severity": "high", "title": "\\ud800 alone"}', "body"),
        (b'{"severity": "high", "title": "\xff\xfe"}', "body"),
        (b'{"severity": "high", "title": "x", "detail": {"a": 1e999}}', "detail[...]"),
        (b'{"severity": "high", "title": "x", "detail": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001, "body"),
        (b'{"severity": "high", "title": "x", "detail": {"a":' + b"[" * 100_000, "body"),
    ],
)
def test_bad_bodies(engineer: httpx.Client, body: bytes, field: str) -> None:
    answer = engineer.post("/alerts", content=body, headers={"Content-Type": "application/json"})
    refused(answer, 400, "INVALID_REQUEST", field)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/discovery/start", {"targets": "127.0.0.1"}, "targets"),
        ("POST", "/discovery/start", {"targets": ["127.0.0.1", 5]}, "targets[1]"),
        ("POST", "/discovery/start", {"targets": ["127.0.0.1", "10.0.0.0/99"]}, "targets[1]"),
        ("POST", "/discovery/start", {"targets": ["10.0.0.0/8"]}, "targets[0]"),
        ("POST", "/discovery/start", {"targets": ["::/0"]}, "targets[0]"),
        ("POST", "/discovery/start", {"targets": ["127.0.0.1"], "exclude": ["nonsense!"]}, "exclude[0]"),
        ("POST", "/discovery/start", {"targets": ["127.0.0.1"], "probes": ["icmp", "telnet"]}, "probes[1]"),
        ("POST", "/discovery/start", {"targets": ["127.0.0.1"], "probes": []}, "probes"),
        ("POST", "/discovery/start", {"targets": ["127.0.0.1"], "credential_ids": ["a"]}, "credential_ids[0]"),
        ("POST", "/discovery/start", {}, "targets"),
        ("POST", "/inventory/devices", {"address": "10.0.0.0/24"}, "address"),
        ("POST", "/inventory/devices", {"address": "300.1.1.1"}, "address"),
        ("POST", "/inventory/devices", {"address": "a.host.name"}, "address"),
        ("POST", "/inventory/devices", {"address": ""}, "address"),
        ("POST", "/inventory/devices", {}, "address"),
        ("POST", "/inventory/devices", {"address": "192.0.2.9", "labels": ["a", 5]}, "labels[1]"),
        ("POST", "/inventory/devices", {"address": "192.0.2.9", "credential_ids": ["x"]}, "credential_ids[0]"),
        ("POST", "/alerts/acknowledge-all", {"filter": {"severity": "worst"}}, "filter.severity"),
        ("POST", "/users", {"username": "a b", "password": "x" * 10, "role": "viewer"}, "username"),
        ("POST", "/users", {"username": "ab", "password": "short", "role": "viewer"}, "password"),
        ("POST", "/users", {"username": "ab", "password": "x" * 1001, "role": "viewer"}, "password"),
        ("POST", "/users", {"username": "ab", "password": "x" * 10, "role": "root"}, "role"),
        ("POST", "/users", {"username": "ab", "password": "x" * 10, "role": "viewer", "disabled": "yes"}, "disabled"),
        ("POST", "/api-keys", {"name": "x", "role": "viewer", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ("POST", "/api-keys", {"name": "x", "role": "viewer", "expires_at": "2099-01-01T00:00:00"}, "expires_at"),
        ("POST", "/api-keys", {"name": "", "role": "viewer"}, "name"),
        ("POST", "/credentials", {"name": "x", "kind": "snmp_v2c"}, "community"),
        ("POST", "/credentials", {"name": "x", "kind": "telnet"}, "kind"),
        ("POST", "/credentials", {"name": "x", "kind": "ssh", "username": "a", "community": "b"}, "community"),
        ("POST", "/credentials", {"name": "x", "kind": "ssh", "username": "a", "port": 70_000}, "port"),
        ("POST", "/credentials", {"name": "x", "kind": "ssh", "username": "a", "port": "22"}, "port"),
        ("PATCH", "/settings", {"discovery": {"rate_per_s": 0}}, "discovery.rate_per_s"),
        ("PATCH", "/settings", {"discovery": {"rate_per_s": "5"}}, "discovery.rate_per_s"),
        ("PATCH", "/settings", {"discovery": {"speed": 5}}, "discovery.speed"),
        ("PATCH", "/settings", {"nothing": 5}, "nothing"),
        ("PATCH", "/settings", {"discovery": {"ranges": ["10.0.0.0/24", "x!"]}}, "discovery.ranges[1]"),
        ("PATCH", "/users/me", {"theme": "pink"}, "theme"),
        ("PATCH", "/users/me", {"notifications": {"a": "x" * 20_000}}, "notifications"),
        ("PATCH", "/users/me", {"password": "a new password", "current_password": "wrong"}, "current_password"),
        ("POST", "/auth/login", {"username": "admin"}, "password"),
        ("POST", "/auth/login", {"username": "admin", "password": "x" * 1001}, "password"),
    ],
)  # fmt: skip
def test_the_path_of_the_field_is_named(
    admin: httpx.Client, method: str, path: str, body: object, field: str
) -> None:
    refused(admin.request(method, path, json=body), 400, "INVALID_REQUEST", field)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/alerts?limit=0", "limit"),
        ("/alerts?limit=501", "limit"),
        ("/alerts?limit=ten", "limit"),
        ("/alerts?state=loud", "state"),
        ("/alerts?severity=worst", "severity"),
        ("/alerts?device_id=5", "device_id"),
        ("/alerts?cursor=nonsense", "cursor"),
        ("/alerts?cursor=WyJhIiwiYiJd", "cursor"),
        ("/alerts?cursor=W1siYSJdXQ", "cursor"),
        ("/operations?state=lost", "state"),
        ("/inventory/devices?status=sideways", "status"),
        ("/inventory/devices?as_of=yesterday", "as_of"),
        ("/inventory/devices?as_of=2026-01-31T12:00:00", "as_of"),
        ("/inventory/devices?as_of=9999999999999999999999", "as_of"),
        ("/inventory/devices?q=a%00b", "q"),
        ("/inventory/export?format=pdf", "format"),
        ("/audit?from=yesterday", "from"),
        ("/audit?to=now", "to"),
        ("/audit?from=2026-01-31T12:00:00", "from"),
        ("/audit?operation_id=x", "operation_id"),
        ("/users?cursor=%00", "cursor"),
    ],
)
def test_the_parameter_is_named(admin: httpx.Client, path: str, field: str) -> None:
    refused(admin.get(path), 400, "INVALID_REQUEST", field)


def test_a_body_that_is_too_large(engineer: httpx.Client) -> None:
    body = b'{"severity": "high", "title": "' + b"x" * 17 * 2**20 + b'"}'
    for headers in ({}, {"Idempotency-Key": "large"}):
        answer = engineer.post("/alerts", content=body, headers=headers)
        error = refused(answer, 413, "PAYLOAD_TOO_LARGE")
        assert "16 MiB" in error["message"]
        assert error["details"] == {"limit_bytes": 16 * 2**20}


def test_an_event_that_is_too_large_is_refused_before_it_is_recorded(engineer: httpx.Client) -> None:
    detail = {str(n): "x" * 1000 for n in range(7000)}
    refused(engineer.post("/alerts", json={"severity": "low", "title": "x", "detail": detail}), 400)


def test_a_request_id_of_the_callers_is_kept_if_it_is_harmless(engineer: httpx.Client) -> None:
    given = engineer.get("/nothing", headers={"X-Request-Id": "abc-12345678"})
    assert given.json()["request_id"] == given.headers["x-request-id"] == "abc-12345678"
    bad = engineer.get("/nothing", headers={"X-Request-Id": "short"})
    assert bad.headers["x-request-id"] not in ("", "short")


def test_security_headers_are_on_everything(instance: Netledger, anybody: httpx.Client) -> None:
    for path in ("/api/v1/health", "/api/v1/nothing", "/api/v1/alerts", "/api/v1/docs", "/metrics"):
        headers = anybody.get(instance.root + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_head_answers_as_get_without_a_body(engineer: httpx.Client) -> None:
    answer = engineer.head("/alerts")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "raw", [b"GARBAGE\r\n\r\n", b"GET /api/v1/nothing HTTP/1.1\r\nHost: a b\r\n\r\n", b"\x16\x03\x01\x00"]
)
def test_what_is_no_http_harms_nobody(instance: Netledger, anybody: httpx.Client, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", instance.port), timeout=5) as conn:
        conn.sendall(raw)
        conn.shutdown(socket.SHUT_WR)
        answer = conn.recv(4096)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert anybody.get("/health/live").status_code == 200


def test_conflicts_and_refusals_say_which(engineer: httpx.Client) -> None:
    address = unused_address()
    device = engineer.post("/inventory/devices", json={"address": address}).json()
    error = refused(engineer.post("/inventory/devices", json={"address": address}), 409, "DEVICE_EXISTS")
    assert error["details"] == {"field": "address", "id": device["id"]}
    alert = engineer.post("/alerts", json={"severity": "low", "title": json.dumps(address)}).json()
    engineer.post(f"/alerts/{alert['id']}/resolve")
    refused(engineer.post(f"/alerts/{alert['id']}/acknowledge"), 422, "ALERT_RESOLVED")
