"""X-Ledger-Position: commands say what they reached, reads wait for it, and for a limited time."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.api.answers import done, listed, refused, unused, unused_address
from tests.integration.api.serving import Netledger

FAR = str(10**15)


def test_users_read_their_own_writes(engineer: httpx.Client) -> None:
    for _ in range(20):
        title = unused()
        done(engineer.post("/alerts", json={"severity": "low", "title": title}), 201)
        assert listed(engineer.get("/alerts", params={"limit": 1}))[0]["title"] == title
        address = unused_address()
        device = done(engineer.post("/inventory/devices", json={"address": address}), 201)
        assert listed(engineer.get("/inventory/devices", params={"q": address}))[0]["id"] == device["id"]


def test_positions_grow_and_a_command_that_changed_nothing_tells_the_present_one(
    engineer: httpx.Client,
) -> None:
    raised = engineer.post("/alerts", json={"severity": "low", "title": "x"})
    alert = raised.json()["id"]
    acknowledged = engineer.post(f"/alerts/{alert}/acknowledge")
    assert int(acknowledged.headers["x-ledger-position"]) > int(raised.headers["x-ledger-position"])
    again = engineer.post(f"/alerts/{alert}/acknowledge")
    assert int(again.headers["x-ledger-position"]) >= int(acknowledged.headers["x-ledger-position"])


def test_a_read_waits_for_the_position_it_asks_for(engineer: httpx.Client) -> None:
    position = int(
        engineer.post("/alerts", json={"severity": "low", "title": "x"}).headers["x-ledger-position"]
    )
    for path in (
        "/audit",
        "/alerts",
        "/inventory/devices",
        "/operations",
        "/interfaces",
        f"/audit/{position}",
    ):
        assert engineer.get(path, headers={"X-Ledger-Position": str(position)}).status_code == 200


def test_a_position_that_is_not_reached_in_time(admin: httpx.Client) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor() as threads:
        answers = list(
            threads.map(
                lambda path: admin.get(path, headers={"X-Ledger-Position": FAR}),
                ("/alerts", "/audit/1", "/users/me", "/projections", "/audit/verify"),
            )
        )
    for answer in answers:
        refused(answer, 503, "POSITION_NOT_REACHED")
        assert int(answer.headers["retry-after"]) > 0
    assert 4 < time.monotonic() - began < 8


@pytest.mark.parametrize("value", ["-1", "abc", "1.5", "9" * 19, "٣", ""])
def test_what_is_no_position(engineer: httpx.Client, value: str) -> None:
    answer = engineer.get("/alerts", headers={b"X-Ledger-Position": value.encode()})  # type: ignore[arg-type]  # bytes on purpose
    refused(answer, 400, "INVALID_REQUEST", "X-Ledger-Position")


def test_a_command_whose_read_model_is_behind_says_that_it_was_recorded(
    engineer: httpx.Client, admin: httpx.Client, instance: Netledger
) -> None:
    title = unused()
    body = {"severity": "low", "title": title}
    key = {"Idempotency-Key": unused()}
    with psycopg.connect(instance.configuration.database_url) as conn:
        # Holds the projector up.
        conn.execute("SELECT 1 FROM projections.positions WHERE name = 'alerts' FOR UPDATE")
        answer = engineer.post("/alerts", json=body, headers=key)
        position = int(answer.headers["x-ledger-position"])
        assert done(answer, 202)["position"] == position
        assert admin.get(f"/audit/{position}").json()["data"]["title"] == title
    again = engineer.post("/alerts", json=body, headers=key)
    assert done(again, 201)["title"] == title
    assert int(again.headers["x-ledger-position"]) == position


def test_an_unknown_thing_is_unknown_at_any_position(engineer: httpx.Client) -> None:
    position = engineer.post("/alerts", json={"severity": "low", "title": "x"}).headers["x-ledger-position"]
    answer = engineer.get(f"/alerts/{uuid4()}", headers={"X-Ledger-Position": position})
    refused(answer, 404, "ALERT_NOT_FOUND")
