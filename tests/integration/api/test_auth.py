"""Logging in, refreshing, logging out: tokens, cookies, CSRF, reuse, locks and one-time passwords."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pyotp
import pytest

from tests.integration.api.answers import done, newest, refused, unused
from tests.integration.api.serving import PASSWORD, Netledger


@pytest.fixture
def user(instance: Netledger) -> str:
    """The name of a fresh viewer."""
    name = unused()
    instance.user(name, "viewer")
    return name


@pytest.fixture
def browser(instance: Netledger) -> Iterator[httpx.Client]:
    """Keeps cookies."""
    with httpx.Client(base_url=instance.url, timeout=30) as client:
        yield client


def log_in(client: httpx.Client, name: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return client.post("/auth/login", json={"username": name, "password": password, **more})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_login_gives_tokens_and_cookies(anybody: httpx.Client, user: str) -> None:
    answer = log_in(anybody, user)
    body = done(answer)
    assert set(body) == {
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "csrf_token",
        "user",
    }
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 900
    assert body["user"] == {"id": str(UUID(body["user"]["id"])), "username": user, "role": "viewer"}
    assert answer.headers["cache-control"] == "no-store"
    cookies = {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    for name in ("netledger_access", "netledger_refresh"):
        assert "HttpOnly" in cookies[name]
        assert "SameSite=strict" in cookies[name]
    assert "HttpOnly" not in cookies["netledger_csrf"]
    assert "Path=/api/v1/auth" in cookies["netledger_refresh"]
    assert anybody.get("/users/me", headers=bearer(body["access_token"])).json()["username"] == user


def test_a_login_is_the_same_whatever_the_case_of_the_name(anybody: httpx.Client, user: str) -> None:
    assert log_in(anybody, user.upper()).json()["user"]["username"] == user


def test_wrong_name_wrong_password_and_disabled_user_are_told_the_same(
    instance: Netledger, admin: httpx.Client, anybody: httpx.Client, user: str
) -> None:
    disabled = unused()
    done(admin.patch(f"/users/{instance.user(disabled, 'viewer')}", json={"disabled": True}))
    told = [
        refused(log_in(anybody, unused()), 401, "UNAUTHORIZED"),
        refused(log_in(anybody, user, "not the password"), 401, "UNAUTHORIZED"),
        refused(log_in(anybody, disabled), 401, "UNAUTHORIZED"),
    ]
    assert told[0] == told[1] == told[2]


def test_unknown_names_take_as_long_as_known_ones(anybody: httpx.Client, admin: httpx.Client) -> None:
    """With real hashes, unlike those of the other users here, which are cheap to check."""
    names = [unused() for _ in range(3)]
    for name in names:
        done(admin.post("/users", json={"username": name, "password": PASSWORD, "role": "viewer"}), 201)

    def seconds(name: str) -> float:
        began = time.perf_counter()
        refused(log_in(anybody, name, "not the password"), 401)
        return time.perf_counter() - began

    pairs = [(seconds(name), seconds(unused())) for name in names]
    assert 0.4 < min(known for known, _ in pairs) / min(unknown for _, unknown in pairs) < 2.5


def test_a_lock_after_repeated_failures(
    admin: httpx.Client, anybody: httpx.Client, user: str, instance: Netledger
) -> None:
    for _ in range(5):
        refused(log_in(anybody, user, "not the password"), 401)
    answer = log_in(anybody, user)
    refused(answer, 429, "RATE_LIMITED")
    assert 0 < int(answer.headers["retry-after"]) <= 300
    entry = newest(admin, "user.login_locked.v1")
    assert entry["actor"]["kind"] == "policy"
    with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:
        conn.execute("UPDATE auth.failures SET locked_until = now() - interval '1 second'")
    assert log_in(anybody, user).status_code == 200


def test_names_that_nobody_has_are_locked_too(anybody: httpx.Client) -> None:
    name = unused()
    for _ in range(5):
        refused(log_in(anybody, name, "not the password"), 401)
    refused(log_in(anybody, name), 429, "RATE_LIMITED")


def test_a_login_counts_failures_from_zero_again(anybody: httpx.Client, user: str) -> None:
    for _ in range(2):
        for _ in range(4):
            refused(log_in(anybody, user, "not the password"), 401)
        assert log_in(anybody, user).status_code == 200


def test_refreshing_rotates(anybody: httpx.Client, user: str) -> None:
    first = log_in(anybody, user).json()
    second = anybody.post("/auth/refresh", json={"refresh_token": first["refresh_token"]}).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["user"]["username"] == user
    assert anybody.get("/users/me", headers=bearer(second["access_token"])).status_code == 200


def test_reuse_of_a_refresh_token_ends_its_session_and_no_other(
    admin: httpx.Client, anybody: httpx.Client, user: str
) -> None:
    other = log_in(anybody, user).json()
    first = log_in(anybody, user).json()
    second = anybody.post("/auth/refresh", json={"refresh_token": first["refresh_token"]}).json()
    refused(anybody.post("/auth/refresh", json={"refresh_token": first["refresh_token"]}), 401)
    for token in (first["access_token"], second["access_token"]):
        refused(anybody.get("/users/me", headers=bearer(token)), 401, "UNAUTHORIZED")
    refused(anybody.post("/auth/refresh", json={"refresh_token": second["refresh_token"]}), 401)
    assert anybody.get("/users/me", headers=bearer(other["access_token"])).status_code == 200
    entry = newest(admin, "user.sessions_revoked.v1")
    assert entry["reason"] == "a refresh token was used twice"
    assert entry["subject"]["id"] == first["user"]["id"]


def test_of_two_refreshes_at_once_one_is_taken_for_a_theft(anybody: httpx.Client, user: str) -> None:
    token = log_in(anybody, user).json()["refresh_token"]
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(
                lambda _: anybody.post("/auth/refresh", json={"refresh_token": token}).status_code, range(4)
            )
        )
    assert answers.count(200) == 1


def test_a_retried_refresh_with_its_key_gets_the_same_tokens(anybody: httpx.Client, user: str) -> None:
    token = log_in(anybody, user).json()["refresh_token"]
    key = {"Idempotency-Key": unused()}
    first = anybody.post("/auth/refresh", json={"refresh_token": token}, headers=key)
    again = anybody.post("/auth/refresh", json={"refresh_token": token}, headers=key)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()


def test_logout_ends_the_session(admin: httpx.Client, anybody: httpx.Client, user: str) -> None:
    body = log_in(anybody, user).json()
    done(anybody.post("/auth/logout", headers=bearer(body["access_token"])), 204)
    refused(anybody.get("/users/me", headers=bearer(body["access_token"])), 401)
    refused(anybody.post("/auth/refresh", json={"refresh_token": body["refresh_token"]}), 401)
    entry = newest(admin, "user.sessions_revoked.v1")
    assert (entry["actor"]["name"], entry["reason"]) == (user, "logout")


def test_logout_without_an_access_token_takes_the_refresh_token(anybody: httpx.Client, user: str) -> None:
    body = log_in(anybody, user).json()
    done(anybody.post("/auth/logout", json={"refresh_token": body["refresh_token"]}), 204)
    refused(anybody.get("/users/me", headers=bearer(body["access_token"])), 401)


def test_an_old_token_keeps_nobody_from_what_is_open(anybody: httpx.Client, user: str) -> None:
    body = log_in(anybody, user).json()
    anybody.post("/auth/logout", headers=bearer(body["access_token"]))
    stale = bearer(body["access_token"])
    assert anybody.get("/health", headers=stale).status_code == 200
    login = anybody.post("/auth/login", json={"username": user, "password": PASSWORD}, headers=stale)
    assert login.status_code == 200


def test_cookies_read_and_with_the_csrf_header_they_write(browser: httpx.Client, user: str) -> None:
    csrf = log_in(browser, user).json()["csrf_token"]
    assert browser.get("/users/me").json()["username"] == user
    refused(browser.patch("/users/me", json={"theme": "dark"}), 403, "FORBIDDEN")
    refused(
        browser.patch("/users/me", json={"theme": "dark"}, headers={"X-CSRF-Token": "0" * 64}),
        403,
        "FORBIDDEN",
    )
    assert browser.cookies["netledger_csrf"] == csrf
    done(browser.patch("/users/me", json={"theme": "dark"}, headers={"X-CSRF-Token": csrf}))


def test_refresh_and_logout_by_cookie_need_the_csrf_header(browser: httpx.Client, user: str) -> None:
    csrf = log_in(browser, user).json()["csrf_token"]
    browser.cookies.delete("netledger_access", domain="127.0.0.1", path="/")
    refused(browser.post("/auth/refresh"), 403, "FORBIDDEN")
    refused(browser.post("/auth/logout"), 403, "FORBIDDEN")
    assert browser.post("/auth/refresh", headers={"X-CSRF-Token": csrf}).status_code == 200
    assert browser.post("/auth/logout", headers={"X-CSRF-Token": csrf}).status_code == 204
    assert "netledger_refresh" not in browser.cookies
    refused(browser.get("/users/me"), 401)


def test_no_csrf_token_is_needed_for_a_bearer_token_beside_cookies(browser: httpx.Client, user: str) -> None:
    token = log_in(browser, user).json()["access_token"]
    done(browser.patch("/users/me", json={"theme": "light"}, headers=bearer(token)))


@pytest.mark.parametrize(
    "header",
    [
        "Bearer nonsense",
        "Bearer",
        "Basic YWRtaW46YWRtaW4=",
        # {"alg": "none"} with the claims of an access token
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwic2lkIjoiYiIsImV4cCI6OTk5OTk5OTk5OX0.",
    ],
)
def test_forged_tokens_are_refused(anybody: httpx.Client, header: str) -> None:
    answer = anybody.get("/users/me", headers={"Authorization": header})
    refused(answer, 401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_disabled_or_deleted_user_is_out_at_once(
    admin: httpx.Client, anybody: httpx.Client, user: str
) -> None:
    body = log_in(anybody, user).json()
    done(admin.patch(f"/users/{body['user']['id']}", json={"disabled": True}))
    refused(anybody.get("/users/me", headers=bearer(body["access_token"])), 401)
    refused(anybody.post("/auth/refresh", json={"refresh_token": body["refresh_token"]}), 401)
    done(admin.patch(f"/users/{body['user']['id']}", json={"disabled": False}))
    body = log_in(anybody, user).json()
    done(admin.delete(f"/users/{body['user']['id']}"), 204)
    refused(anybody.get("/users/me", headers=bearer(body["access_token"])), 401)
    refused(log_in(anybody, user), 401)


def test_one_time_passwords(anybody: httpx.Client, user: str) -> None:
    token = log_in(anybody, user).json()["access_token"]
    mine = bearer(token)
    proposed = anybody.post("/users/me/totp", headers=mine).json()
    assert proposed["uri"].startswith("otpauth://totp/Netledger:")
    app = pyotp.TOTP(proposed["secret"])
    wrong = {"secret": proposed["secret"], "code": "abcdef"}
    refused(anybody.post("/users/me/totp/confirm", json=wrong, headers=mine), 400, field="code")
    bad = {"secret": "no base 32", "code": app.now()}
    refused(anybody.post("/users/me/totp/confirm", json=bad, headers=mine), 400, field="secret")
    right = {"secret": proposed["secret"], "code": app.now()}
    assert done(anybody.post("/users/me/totp/confirm", json=right, headers=mine))["totp"] is True
    plain = refused(log_in(anybody, user), 401)
    assert plain == refused(log_in(anybody, user, totp="000000x"), 401)
    code = app.now()
    assert log_in(anybody, user, totp=code).status_code == 200
    assert plain == refused(log_in(anybody, user, totp=code), 401), "a code is good once (RFC 6238, 5.2)"
    later = app.at(time.time() + 30)
    assert log_in(anybody, user, totp=later).status_code == 200
    assert done(anybody.delete("/users/me/totp", headers=mine))["totp"] is False
    assert log_in(anybody, user).status_code == 200


def test_an_admin_takes_one_time_passwords_off_a_user(
    admin: httpx.Client, anybody: httpx.Client, user: str
) -> None:
    body = log_in(anybody, user).json()
    mine = bearer(body["access_token"])
    secret = anybody.post("/users/me/totp", headers=mine).json()["secret"]
    right = {"secret": secret, "code": pyotp.TOTP(secret).now()}
    done(anybody.post("/users/me/totp/confirm", json=right, headers=mine))
    refused(log_in(anybody, user), 401)
    done(admin.delete(f"/users/{body['user']['id']}/totp", params={"reason": "lost the phone"}))
    assert log_in(anybody, user).status_code == 200


def test_a_session_ends_when_its_time_is_over(anybody: httpx.Client, user: str, instance: Netledger) -> None:
    body = log_in(anybody, user).json()
    with psycopg.connect(instance.configuration.database_url, autocommit=True) as conn:
        conn.execute(
            "UPDATE auth.sessions SET expires_at = now() - interval '1 second' WHERE user_id = %s",
            (body["user"]["id"],),
        )
    refused(anybody.get("/users/me", headers=bearer(body["access_token"])), 401)
    refused(anybody.post("/auth/refresh", json={"refresh_token": body["refresh_token"]}), 401)
