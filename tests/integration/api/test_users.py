"""Users for admins, one's own profile, API keys."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.api.answers import done, listed, newest, refused, unused
from tests.integration.api.serving import PASSWORD, Netledger


def created(admin: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"username": unused(), "password": PASSWORD, "role": "viewer", **more}
    made: dict[str, Any] = done(admin.post("/users", json=body), 201)
    return made


def test_a_user(admin: httpx.Client) -> None:
    user = created(admin, email="ada@example.org", reason="new colleague")
    assert (user["email"], user["role"], user["disabled"], user["totp"]) == (
        "ada@example.org",
        "viewer",
        False,
        False,
    )
    assert admin.get(f"/users/{user['id']}").json() == user
    assert user in listed(admin.get("/users", params={"limit": 500}))
    assert newest(admin, "user.created.v1")["reason"] == "new colleague"
    refused(
        admin.post(
            "/users", json={"username": user["username"].upper(), "password": PASSWORD, "role": "viewer"}
        ),
        409,
        "USER_EXISTS",
    )


def test_changing_a_user(admin: httpx.Client, anybody: httpx.Client, instance: Netledger) -> None:
    name = unused()
    user = instance.user(name, "viewer")
    old = instance.login(name)
    changes = {
        "role": "engineer",
        "email": "x@example.org",
        "password": "another password",
        "reason": "promoted",
    }
    changed = done(admin.patch(f"/users/{user}", json=changes))
    assert (changed["role"], changed["email"]) == ("engineer", "x@example.org")
    assert newest(admin, "user.role_changed.v1")["reason"] == "promoted"
    refused(anybody.get("/users/me", headers={"Authorization": f"Bearer {old}"}), 401)
    refused(anybody.post("/auth/login", json={"username": name, "password": PASSWORD}), 401)
    assert instance.login(name, "another password")
    refused(admin.patch(f"/users/{uuid4()}", json={"role": "viewer"}), 404, "USER_NOT_FOUND")


def test_a_refused_change_changes_nothing(admin: httpx.Client, instance: Netledger) -> None:
    name = unused()
    user = instance.user(name, "viewer")
    refused(
        admin.patch(f"/users/{user}", json={"role": "engineer", "password": "short"}), 400, field="password"
    )
    assert admin.get(f"/users/{user}").json()["role"] == "viewer"
    assert instance.login(name)


def test_a_role_counts_at_once(admin: httpx.Client, instance: Netledger) -> None:
    name = unused()
    user = instance.user(name, "viewer")
    with instance.client(instance.login(name)) as client:
        refused(client.post("/alerts", json={"severity": "low", "title": "x"}), 403)
        done(admin.patch(f"/users/{user}", json={"role": "engineer"}))
        done(client.post("/alerts", json={"severity": "low", "title": "x"}), 201)


def test_deleting_a_user(admin: httpx.Client) -> None:
    user = created(admin, email="gone@example.org")
    done(admin.delete(f"/users/{user['id']}", params={"reason": "left"}), 204)
    entry = newest(admin, "user.deleted.v1")
    assert entry["reason"] == "left"
    refused(admin.get(f"/users/{user['id']}"), 404, "USER_NOT_FOUND")
    done(admin.delete(f"/users/{user['id']}"), 204)
    again = created(admin, username=user["username"], email="back@example.org")
    assert again["id"] == user["id"]
    assert again["email"] == "back@example.org"


def test_the_last_admin_stays(admin: httpx.Client) -> None:
    mine = admin.get("/users/me").json()["id"]
    for answer in (
        admin.patch(f"/users/{mine}", json={"role": "viewer"}),
        admin.patch(f"/users/{mine}", json={"disabled": True}),
        admin.delete(f"/users/{mine}"),
    ):
        refused(answer, 422, "LAST_ADMIN")
    assert admin.get("/users/me").json()["role"] == "admin"


def test_of_two_last_admins_one_stays(admin: httpx.Client, instance: Netledger) -> None:
    """Both are demoted at the same moment."""
    mine, name = admin.get("/users/me").json()["id"], unused()
    other = instance.user(name, "admin")
    with instance.client(instance.login(name)) as second, ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(
                lambda pair: pair[0].patch(f"/users/{pair[1]}", json={"role": "viewer"}),
                ((second, mine), (admin, other)),
            )
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses in ([200, 403], [200, 422]), [answer.text for answer in answers]
        admins = [
            row
            for client in (admin, second)
            if client.get("/users/me").json()["role"] == "admin"
            for row in listed(client.get("/users", params={"limit": 500}))
            if row["role"] == "admin"
        ]
        assert len(admins) == 1
        if admins[0]["id"] == other:
            done(second.patch(f"/users/{mine}", json={"role": "admin"}))
            done(admin.patch(f"/users/{other}", json={"role": "viewer"}))


def test_ones_own_profile(instance: Netledger, admin: httpx.Client) -> None:
    name = unused()
    instance.user(name, "viewer")
    with instance.client(instance.login(name)) as client:
        assert client.get("/users/me").json()["username"] == name
        changes = {"theme": "dark", "notifications": {"mail": {"critical": True}}, "email": "me@example.org"}
        changed = done(client.patch("/users/me", json={**changes, "reason": "mine"}))
        assert {field: changed[field] for field in changes} == changes
        assert client.get("/users/me").json() == changed
        refused(client.patch("/users/me", json={"role": "admin"}), 400, field="role")
    entry = newest(admin, "user.preferences_changed.v1")
    assert (entry["actor"]["name"], entry["reason"]) == (name, "mine")


def test_views_follow_their_user(instance: Netledger, admin: httpx.Client) -> None:
    name = unused()
    instance.user(name, "viewer")
    with instance.client(instance.login(name)) as client:
        down = {
            "table": "devices",
            "name": "Down / Ærø?",
            "search": {"status": "down"},
            "columns": {"mac": True},
        }
        assert done(client.put("/users/me/views", json={**down, "reason": "on call"})) == down
        other = {"table": "audit", "name": "Mine", "search": {"actor": name}, "columns": {}}
        done(client.put("/users/me/views", json=other))
        assert listed(client.get("/users/me/views")) == [other, down]
        assert listed(client.get("/users/me/views", params={"table": "devices"})) == [down]
        changed = {**down, "search": {"status": "unknown"}}
        done(client.put("/users/me/views", json=changed))
        assert (
            done(client.delete("/users/me/views", params={"table": "devices", "name": down["name"]}))
            == changed
        )
        missing = client.delete("/users/me/views", params={"table": "devices", "name": down["name"]})
        refused(missing, 404, "VIEW_NOT_FOUND")
        refused(client.put("/users/me/views", json={**down, "name": " "}), 400, field="name")
        refused(client.put("/users/me/views", json={**down, "search": {"q": "x" * 501}}), 400)
    assert listed(admin.get("/users/me/views")) == []
    entry = newest(admin, "user.view_forgotten.v1")
    assert (entry["actor"]["name"], entry["changes"][0]["field"]) == (name, f"views/devices/{down['name']}")
    done(admin.post(f"/audit/{entry['position']}/revert"))
    with instance.client(instance.login(name)) as client:
        assert listed(client.get("/users/me/views")) == [other, changed]


def test_ones_own_password_ends_the_other_sessions(instance: Netledger, anybody: httpx.Client) -> None:
    name = unused()
    instance.user(name, "viewer")
    other = instance.login(name)
    with instance.client(instance.login(name)) as client:
        wrong = {"password": "a new password", "current_password": "no"}
        refused(client.patch("/users/me", json=wrong), 400, field="current_password")
        refused(client.patch("/users/me", json={"password": "a new password"}), 400, field="current_password")
        done(client.patch("/users/me", json={"password": "a new password", "current_password": PASSWORD}))
        assert client.get("/users/me").status_code == 200
    refused(anybody.get("/users/me", headers={"Authorization": f"Bearer {other}"}), 401)
    assert instance.login(name, "a new password")


def test_personal_data_is_sealed_in_the_ledger(admin: httpx.Client, instance: Netledger) -> None:
    user = created(admin, email="secret.person@example.org")
    with psycopg.connect(instance.configuration.database_url) as conn:
        rows = conn.execute(
            "SELECT state::text FROM ledger.events WHERE originator_id = %s", (user["id"],)
        ).fetchall()
    assert rows
    assert not any("secret.person" in row[0] for row in rows)


def test_an_api_key_with_an_end(admin: httpx.Client, instance: Netledger) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    issued = done(admin.post("/api-keys", json={"name": "x", "role": "viewer", "expires_at": soon}), 201)
    assert issued["key"].startswith("nlk_")
    rows = {row["id"]: row for row in listed(admin.get("/api-keys", params={"limit": 500}))}
    assert "key" not in rows[issued["id"]]
    assert rows[issued["id"]]["created_by"] == "admin"
    with instance.client(**{"X-App-Key": issued["key"]}) as program:
        assert program.get("/alerts").status_code == 200
        assert listed(program.get("/users/me/views")) == []
        with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:
            conn.execute(
                "UPDATE accounts.api_keys SET expires_at = now() - interval '1 second' WHERE id = %s",
                (issued["id"],),
            )
        refused(program.get("/alerts"), 401, "UNAUTHORIZED")


def test_revoking_an_api_key(admin: httpx.Client) -> None:
    issued = admin.post("/api-keys", json={"name": "x", "role": "viewer", "reason": "for the script"}).json()
    assert newest(admin, "api_key.created.v1")["reason"] == "for the script"
    done(admin.delete(f"/api-keys/{issued['id']}", params={"reason": "leaked"}), 204)
    assert newest(admin, "api_key.revoked.v1")["reason"] == "leaked"
    rows = {row["id"]: row for row in listed(admin.get("/api-keys", params={"limit": 500}))}
    assert rows[issued["id"]]["revoked"] is True
    refused(admin.delete(f"/api-keys/{uuid4()}"), 404, "API_KEY_NOT_FOUND")


@pytest.mark.parametrize("name", ["a b", "", "x" * 65, "-a", "a/b", "ä"])
def test_names_that_make_trouble_are_refused(admin: httpx.Client, name: str) -> None:
    body = {"username": name, "password": PASSWORD, "role": "viewer"}
    refused(admin.post("/users", json=body), 400, field="username")


@pytest.mark.parametrize("email", ["nobody", "@example.net", "a@", "a b@example.net"])
def test_what_is_no_address_is_refused(admin: httpx.Client, email: str) -> None:
    body = {"username": unused(), "password": PASSWORD, "role": "viewer", "email": email}
    refused(admin.post("/users", json=body), 400, field="email")
