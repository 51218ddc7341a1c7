"""Idempotency-Key on every POST: the same key gets the same answer, nothing happens twice, another body is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.api.answers import done, listed, refused, unused, unused_address
from tests.integration.api.serving import PASSWORD, Netledger

Make = Callable[[httpx.Client], tuple[str, dict[str, Any] | None]]


def _alert(admin: httpx.Client) -> str:
    return str(admin.post("/alerts", json={"severity": "low", "title": unused()}).json()["id"])


def _device(admin: httpx.Client) -> str:
    return str(admin.post("/inventory/devices", json={"address": unused_address()}).json()["id"])


def _credential(admin: httpx.Client) -> str:
    body = {"name": "x", "kind": "snmp_v2c", "community": "public"}
    return str(admin.post("/credentials", json=body).json()["id"])


def _job(admin: httpx.Client) -> str:
    return str(
        admin.post("/discovery/start", json={"targets": ["127.0.0.1"], "probes": ["routeros"]}).json()[
            "job_id"
        ]
    )


def _event(admin: httpx.Client) -> int:
    address = unused_address()
    return int(admin.post("/inventory/devices", json={"address": address}).headers["x-ledger-position"])


POSTS: dict[str, Make] = {
    "raise": lambda _: ("/alerts", {"severity": "high", "title": "x", "reason": "test"}),
    "acknowledge": lambda a: (f"/alerts/{_alert(a)}/acknowledge", {"reason": "seen"}),
    "unacknowledge": lambda a: (f"/alerts/{_alert(a)}/unacknowledge", None),
    "resolve": lambda a: (f"/alerts/{_alert(a)}/resolve", None),
    "reopen": lambda a: (f"/alerts/{_alert(a)}/reopen", None),
    "acknowledge-all": lambda _: ("/alerts/acknowledge-all", {"filter": {"severity": "info"}}),
    "api key": lambda _: ("/api-keys", {"name": "x", "role": "viewer"}),
    "revert": lambda a: (f"/audit/{_event(a)}/revert", {"reason": "oops"}),
    "login": lambda _: ("/auth/login", {"username": "viewer", "password": PASSWORD}),
    "credential": lambda _: ("/credentials", {"name": "x", "kind": "snmp_v2c", "community": "public"}),
    "credential test": lambda a: (f"/credentials/{_credential(a)}/test", {"address": "127.0.0.1"}),
    "discovery": lambda _: ("/discovery/start", {"targets": ["127.0.0.1"], "probes": ["routeros"]}),
    "discovery cancel": lambda a: (f"/discovery/cancel/{_job(a)}", None),
    "device": lambda _: ("/inventory/devices", {"address": unused_address()}),
    "poll": lambda a: (f"/inventory/devices/{_device(a)}/poll", {"reason": "test"}),
    "merge": lambda a: (f"/inventory/devices/{_device(a)}/merge", {"other_id": _device(a)}),
    "operation cancel": lambda a: (f"/operations/{_job(a)}/cancel", {"reason": "test"}),
    "rebuild": lambda _: ("/projections/settings/rebuild", {"reason": "test"}),
    "user": lambda _: ("/users", {"username": unused(), "password": PASSWORD, "role": "viewer"}),
    "totp": lambda _: ("/users/me/totp", None),
}


def head(admin: httpx.Client) -> int:
    return int(
        admin.post("/alerts/acknowledge-all", json={"filter": {"device_id": str(uuid4())}}).headers[
            "x-ledger-position"
        ]
    )


@pytest.mark.parametrize("name", POSTS)
def test_the_same_key_gets_the_same_answer_and_nothing_happens_twice(admin: httpx.Client, name: str) -> None:
    path, body = POSTS[name](admin)
    key = {"Idempotency-Key": unused()}
    first = admin.post(path, json=body, headers=key)
    assert 200 <= first.status_code < 300 or first.status_code == 422, first.text
    mine = {"X-Request-Id": unused() + unused()}
    again = admin.post(path, json=body, headers={**key, **mine})
    if first.status_code == 422:  # a job that ended before it could be cancelled is refused both times
        assert again.json()["error"] == first.json()["error"]
        return
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("x-ledger-position") == first.headers.get("x-ledger-position")
    assert again.headers["idempotency-replayed"] == "true"
    head(admin)
    assert admin.get(f"/audit/chain/{mine['X-Request-Id']}").status_code == 404, (
        "the repetition did something"
    )


def test_every_post_is_in_the_list_above(instance: Netledger, anybody: httpx.Client) -> None:
    schema = anybody.get("/openapi.json").json()
    posts = [path for path, methods in schema["paths"].items() if "post" in methods]
    for path in posts:
        parameters = schema["paths"][path]["post"]["parameters"]
        assert "Idempotency-Key" in {parameter["name"] for parameter in parameters}, path


def test_another_body_with_the_same_key_is_refused(engineer: httpx.Client) -> None:
    key = {"Idempotency-Key": unused()}
    done(engineer.post("/alerts", json={"severity": "high", "title": "one"}, headers=key), 201)
    other = engineer.post("/alerts", json={"severity": "high", "title": "two"}, headers=key)
    error = refused(other, 422, "IDEMPOTENCY_KEY_REUSED")
    assert error["details"]["field"] == "Idempotency-Key"
    refused(engineer.post("/alerts/acknowledge-all", json={}, headers=key), 422, "IDEMPOTENCY_KEY_REUSED")


def test_a_key_belongs_to_its_caller(engineer: httpx.Client, admin: httpx.Client) -> None:
    key = {"Idempotency-Key": unused()}
    body = {"severity": "high", "title": "mine"}
    first = done(engineer.post("/alerts", json=body, headers=key), 201)
    second = done(admin.post("/alerts", json=body, headers=key), 201)
    assert first["id"] != second["id"]


@pytest.mark.parametrize("key", ["x" * 201, "a\tb", "ä"])
def test_bad_keys(engineer: httpx.Client, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    answer = engineer.post("/alerts", json={"severity": "low", "title": "x"}, headers=headers)  # type: ignore[arg-type]  # bytes on purpose
    refused(answer, 400, "INVALID_REQUEST", "Idempotency-Key")


def test_requests_at_the_same_moment_are_one(engineer: httpx.Client) -> None:
    key = {"Idempotency-Key": unused()}
    body = {"severity": "high", "title": unused()}
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: engineer.post("/alerts", json=body, headers=key), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    titles = [each["title"] for each in listed(engineer.get("/alerts", params={"limit": 500}))]
    assert titles.count(body["title"]) == 1


def test_a_refused_request_may_be_tried_again_with_its_key(engineer: httpx.Client) -> None:
    key = {"Idempotency-Key": unused()}
    refused(engineer.post("/alerts", json={"severity": "high"}, headers=key), 400)
    done(engineer.post("/alerts", json={"severity": "high", "title": "x"}, headers=key), 201)


def test_the_ledger_remembers_a_key_whose_answer_was_lost(
    engineer: httpx.Client, instance: Netledger
) -> None:
    """As after a crash between the commit and the keeping of the answer."""
    for path, body in (
        ("/alerts", {"severity": "high", "title": unused()}),
        ("/inventory/devices", {"address": unused_address()}),
        ("/discovery/start", {"targets": ["127.0.0.1"], "probes": ["routeros"]}),
    ):
        key = {"Idempotency-Key": unused()}
        first = engineer.post(path, json=body, headers=key)
        with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:
            conn.execute("DELETE FROM work.answers")
        again = engineer.post(path, json=body, headers=key)
        assert first.json() == again.json()
        assert "idempotency-replayed" not in again.headers
        other = engineer.post(path, json={**body, "reason": "other"}, headers=key)
        with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:
            conn.execute("DELETE FROM work.answers")
        refused(other, 422, "IDEMPOTENCY_KEY_REUSED")


def test_a_lost_answer_of_a_user_or_credential_leaves_no_second_secret(
    admin: httpx.Client, instance: Netledger
) -> None:
    name = unused()
    with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:

        def secrets() -> int:
            row = conn.execute("SELECT count(*) FROM vault.secrets").fetchone()
            assert row is not None
            return int(row[0])

        before = secrets()
        for path, body in (
            ("/credentials", {"name": name, "kind": "snmp_v2c", "community": "public"}),
            ("/users", {"username": name, "password": PASSWORD, "role": "viewer"}),
        ):
            key = {"Idempotency-Key": unused()}
            first = done(admin.post(path, json=body, headers=key), 201)
            conn.execute("DELETE FROM work.answers")
            assert done(admin.post(path, json=body, headers=key), 201)["id"] == first["id"]
        assert secrets() == before + 2
        refused(admin.post("/users", json=body), 409, "USER_EXISTS")
        assert secrets() == before + 2


def test_answers_and_fingerprints_lie_sealed(admin: httpx.Client, instance: Netledger) -> None:
    key = {"Idempotency-Key": unused()}
    issued = done(admin.post("/api-keys", json={"name": "x", "role": "viewer"}, headers=key), 201)
    with psycopg.connect(instance.configuration.database_url) as conn:
        rows = conn.execute(
            "SELECT sealed FROM work.answers WHERE key = %s", (key["Idempotency-Key"],)
        ).fetchall()
    assert len(rows) == 1
    assert issued["key"].encode() not in bytes(rows[0][0])
    assert b"viewer" not in bytes(rows[0][0])


def test_a_key_does_not_outlive_a_role(admin: httpx.Client, instance: Netledger) -> None:
    name = unused()
    user = instance.user(name, "engineer")
    with instance.client(instance.login(name)) as client:
        key = {"Idempotency-Key": unused()}
        body = {"severity": "low", "title": "x"}
        done(client.post("/alerts", json=body, headers=key), 201)
        done(admin.patch(f"/users/{user}", json={"role": "viewer"}))
        refused(client.post("/alerts", json=body, headers=key), 403, "FORBIDDEN")
