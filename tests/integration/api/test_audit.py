"""The audit: timeline and filters, one event whole, chains of causes, verification, reverting."""

from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest

from tests.integration.api.answers import done, listed, newest, refused, unused, unused_address
from tests.integration.api.conftest import Lab
from tests.integration.api.serving import PASSWORD, Netledger


@pytest.fixture
def device(engineer: httpx.Client) -> dict[str, Any]:
    body: dict[str, Any] = done(
        engineer.post(
            "/inventory/devices",
            json={"name": unused(), "address": unused_address(), "reason": "new site"},
        ),
        201,
    )
    return body


def timeline(client: httpx.Client, position: str | None = None, **params: str) -> list[Any]:
    headers = {"X-Ledger-Position": position} if position else {}
    return listed(client.get("/audit", params=params, headers=headers))


def test_an_entry_says_who_what_why_and_what_changed(
    engineer: httpx.Client, viewer: httpx.Client, device: dict[str, Any]
) -> None:
    answer = engineer.patch(
        f"/inventory/devices/{device['id']}", json={"owner": "ada", "notes": "x", "reason": "handed over"}
    )
    done(answer)
    changed, added = timeline(viewer, answer.headers["x-ledger-position"], device_id=device["id"])
    assert added["type"] == "device.added.v1"
    assert added["reason"] == "new site"
    assert changed["type"] == "device.changed.v1"
    assert changed["position"] == int(answer.headers["x-ledger-position"])
    assert changed["actor"]["kind"] == "user"
    assert changed["actor"]["name"] == "engineer"
    assert changed["reason"] == "handed over"
    assert changed["device_name"] == added["device_name"] == device["name"] != ""
    assert changed["subject"] == {"type": "device", "id": device["id"]}
    assert changed["correlation_id"] == answer.headers["x-request-id"]
    assert changed["causation_id"] == f"command:{answer.headers['x-request-id']}"
    assert {(c["field"], c["old"], c["new"]) for c in changed["changes"]} == {
        ("owner", "", "ada"),
        ("notes", "", "x"),
    }
    assert abs((datetime.now(UTC) - datetime.fromisoformat(changed["occurred_at"])).total_seconds()) < 60


def test_filters(engineer: httpx.Client, admin: httpx.Client, device: dict[str, Any]) -> None:
    answer = engineer.patch(f"/inventory/devices/{device['id']}", json={"owner": "bob"})
    position = answer.headers["x-ledger-position"]
    correlation = answer.headers["x-request-id"]

    def types(**params: str) -> list[str]:
        return [each["type"] for each in timeline(admin, position, **params)]

    assert types(correlation_id=correlation) == ["device.changed.v1"]
    assert types(device_id=device["id"], type="device.added.v1") == ["device.added.v1"]
    assert types(device_id=device["id"], type="device.") == ["device.changed.v1", "device.added.v1"]
    assert types(device_id=device["id"], without="device.added.v1") == ["device.changed.v1"]
    assert types(device_id=device["id"], without="device.") == []
    assert types(type="device_added.v1") == []
    assert types(type="%") == []
    assert set(types(actor="engineer", limit="5")) <= {*types(limit="500")}
    assert types(actor="nobody at all") == []
    at = timeline(admin, position, correlation_id=correlation)[0]["occurred_at"]
    assert types(correlation_id=correlation, **{"from": at}) == ["device.changed.v1"]
    assert types(correlation_id=correlation, to=at) == []
    assert types(correlation_id=correlation, to=at.replace("+00:00", "+01:00")) == []
    assert (
        types(correlation_id=correlation, **{"from": "2000-01-01T00:00:00Z", "to": "2001-01-01T00:00:00Z"})
        == []
    )


def test_one_event_whole(viewer: httpx.Client, device: dict[str, Any]) -> None:
    event = viewer.get(f"/audit/{device['position']}").json()
    assert event["position"] == device["position"]
    assert event["type"] == "device.added.v1"
    assert event["aggregate_id"] == device["id"]
    assert event["version"] == 1
    assert event["about"] == {"device_id": device["id"]}
    assert event["data"]["address"] == device["address"]


def test_accounts_credentials_and_settings_are_for_admins(
    admin: httpx.Client, engineer: httpx.Client, viewer: httpx.Client
) -> None:
    made = [
        admin.post("/users", json={"username": unused(), "password": PASSWORD, "role": "viewer"}),
        admin.post("/api-keys", json={"name": "x", "role": "viewer"}),
        admin.post("/credentials", json={"name": "x", "kind": "ssh", "username": "ops", "password": "p"}),
        admin.patch("/settings", json={"retention_days": {unused(): 5}}),
    ]
    for answer in made:
        position, correlation = answer.headers["x-ledger-position"], answer.headers["x-request-id"]
        assert timeline(admin, position, correlation_id=correlation)
        assert admin.get(f"/audit/chain/{correlation}").status_code == 200
        for other in (engineer, viewer):
            assert timeline(other, position, correlation_id=correlation) == []
            refused(other.get(f"/audit/{position}"), 403, "FORBIDDEN")
            refused(other.get(f"/audit/chain/{correlation}"), 404, "CHAIN_NOT_FOUND")
        refused(engineer.post(f"/audit/{position}/revert"), 403, "FORBIDDEN")


def test_the_chain_of_a_discovery_is_a_tree(discovered: Lab, admin: httpx.Client) -> None:
    (job,) = [
        each
        for each in listed(admin.get("/discovery/jobs", params={"limit": 500}))
        if each["targets"] == [discovered.network]
    ]
    operation = admin.get(f"/operations/{job['job_id']}").json()
    chain = admin.get(f"/audit/chain/{operation['correlation_id']}").json()
    (root,) = chain["items"]
    assert root["type"] == "operation.requested.v1"
    types = {each["type"] for each in root["effects"]}
    assert {"operation.started.v1", "operation.succeeded.v1", "device.discovered.v1"} <= types
    assert chain["truncated"] is False

    def count(items: list[Any]) -> int:
        return sum(1 + count(each["effects"]) for each in items)

    assert count(chain["items"]) == chain["total"] >= 12


def test_verification_finds_an_intact_ledger(admin: httpx.Client, device: dict[str, Any]) -> None:
    report = admin.get("/audit/verify").json()
    assert report["intact"] is True
    assert report["finding"] is None
    assert report["events"] == report["position"] >= device["position"]


def test_verification_finds_an_altered_row(
    admin: httpx.Client, device: dict[str, Any], instance: Netledger
) -> None:
    """Altered by somebody who may do anything to the database, and put back."""
    with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:

        def write(old: str, new: str) -> None:
            with conn.transaction():
                conn.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
                conn.execute(
                    "UPDATE ledger.events SET state = replace(state::text, %s, %s)::json WHERE notification_id = %s",
                    (old, new, device["position"]),
                )
                conn.execute("ALTER TABLE ledger.events ENABLE TRIGGER append_only")

        write("new site", "old site")
        report = admin.get("/audit/verify").json()
        write("old site", "new site")
    assert report["intact"] is False
    assert report["finding"]["kind"] == "altered"
    assert report["finding"]["position"] == device["position"]
    assert admin.get("/audit/verify").json()["intact"] is True


def test_reverting_a_change(engineer: httpx.Client, viewer: httpx.Client, device: dict[str, Any]) -> None:
    url = f"/inventory/devices/{device['id']}"
    position = engineer.patch(url, json={"owner": "eve"}).headers["x-ledger-position"]
    planned = done(engineer.post(f"/audit/{position}/revert", json={"dry_run": True}))
    assert planned["dry_run"] is True
    assert planned["events"] == ["device.changed.v1"]
    assert planned["changes"] == [{"field": "owner", "old": "eve", "new": ""}]
    assert viewer.get(url).json()["owner"] == "eve"
    answer = engineer.post(f"/audit/{position}/revert", json={"reason": "wrong person"})
    assert done(answer) == {**planned, "dry_run": False}
    reached = {"X-Ledger-Position": answer.headers["x-ledger-position"]}
    assert viewer.get(url, headers=reached).json()["owner"] == ""
    (entry,) = timeline(
        viewer, answer.headers["x-ledger-position"], correlation_id=answer.headers["x-request-id"]
    )
    assert entry["reason"] == "wrong person"
    again = done(engineer.post(f"/audit/{position}/revert"))
    assert again["events"] == [], "it already is so"


def test_reverting_a_removal(engineer: httpx.Client, device: dict[str, Any]) -> None:
    url = f"/inventory/devices/{device['id']}"
    answer = engineer.delete(url, params={"reason": "sold"})
    assert done(answer)["state"] == "removed"
    done(engineer.post(f"/audit/{answer.headers['x-ledger-position']}/revert"))
    assert engineer.get(url).json()["state"] == "active"


def test_what_cannot_be_reverted_says_why(admin: httpx.Client) -> None:
    answer = admin.post("/users", json={"username": unused(), "password": PASSWORD, "role": "viewer"})
    user = answer.json()["id"]
    done(admin.patch(f"/users/{user}", json={"password": "another password"}))
    position = newest(admin, "user.password_replaced.v1")["position"]
    error = refused(admin.post(f"/audit/{position}/revert"), 422, "NOT_REVERTIBLE")
    assert "password" in error["message"]


def test_reverting_the_making_of_a_user_destroys_what_belongs_to_it(
    admin: httpx.Client, anybody: httpx.Client, instance: Netledger
) -> None:
    name = unused()
    answer = admin.post(
        "/users", json={"username": name, "password": PASSWORD, "role": "viewer", "email": "a@example.org"}
    )
    position = int(answer.headers["x-ledger-position"])
    with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:

        def left() -> tuple[Any, ...]:
            row = conn.execute(
                "SELECT (SELECT count(*) FROM vault.secrets WHERE id = (SELECT (state -> 'data' ->> 'password_id')::uuid"
                "  FROM ledger.events WHERE notification_id = %s)),"
                " (SELECT count(*) FROM vault.subject_keys WHERE subject = %s)",
                (position, answer.json()["id"]),
            ).fetchone()
            assert row is not None
            return tuple(row)

        assert left() == (1, 1)
        done(admin.post(f"/audit/{position}/revert"))
        assert left() == (0, 0)
    login = anybody.post("/auth/login", json={"username": name, "password": PASSWORD})
    refused(login, 401, "UNAUTHORIZED")


def test_reverting_cannot_take_the_last_admin(admin: httpx.Client, instance: Netledger) -> None:
    users = {each["username"]: each["id"] for each in listed(admin.get("/users", params={"limit": 500}))}
    with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:
        row = conn.execute(
            "SELECT notification_id FROM ledger.events WHERE originator_id = %s AND originator_version = 1",
            (users["admin"],),
        ).fetchone()
    assert row is not None
    refused(admin.post(f"/audit/{row[0]}/revert"), 422, "LAST_ADMIN")
