"""An instance with a low rate limit, behind TLS, on a database that is not in UTC."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import psycopg
import pytest
from psycopg import sql

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from tests.databases import fresh_database
from tests.integration.api.answers import done, listed, refused
from tests.integration.api.serving import PASSWORD, Netledger, netledger

LIMIT = 300


@pytest.fixture(scope="module")
def instance(
    postgres: EmbeddedPostgres,
    broker: EmbeddedNats,
    master_key: MasterKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Netledger]:
    with fresh_database(postgres) as database:
        name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
        with psycopg.connect(postgres.admin_url, autocommit=True) as conn:
            conn.execute(
                sql.SQL("ALTER DATABASE {} SET timezone = 'Asia/Kathmandu'").format(sql.Identifier(str(name)))
            )
        with netledger(
            database,
            broker.url,
            tmp_path_factory.mktemp("limits"),
            master_key,
            requests_per_minute=LIMIT,
            cookie_secure=True,
        ) as running:
            yield running


def test_cookies_are_for_https_alone(instance: Netledger, anybody: httpx.Client) -> None:
    answer = anybody.post("/auth/login", json={"username": "viewer", "password": PASSWORD})
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 3
    assert all("Secure" in cookie for cookie in cookies)


def test_times_are_utc_whatever_the_database_thinks(instance: Netledger) -> None:
    with instance.client(instance.login("admin")) as admin:
        alert = done(admin.post("/alerts", json={"severity": "low", "title": "x"}), 201)
        device = done(admin.post("/inventory/devices", json={"address": "192.0.2.1"}), 201)
        entry = listed(admin.get("/audit"))[0]
        read_model = listed(admin.get("/projections"))[0]
    for text in (alert["raised_at"], device["first_seen"], entry["occurred_at"], read_model["updated_at"]):
        assert datetime.fromisoformat(text).utcoffset() == timedelta(0), text


def test_headers_count_down(instance: Netledger) -> None:
    with instance.client(instance.login("engineer")) as client:
        first, second = client.get("/alerts"), client.get("/alerts")
    for answer in (first, second):
        assert answer.headers["x-ratelimit-limit"] == str(LIMIT)
        assert 0 < int(answer.headers["x-ratelimit-reset"]) <= 60
    assert int(second.headers["x-ratelimit-remaining"]) == int(first.headers["x-ratelimit-remaining"]) - 1


def test_too_many_requests_are_refused_for_their_caller_alone(
    instance: Netledger, anybody: httpx.Client
) -> None:
    """Runs last, since it uses up what others need."""
    admin = instance.client(instance.login("admin"))
    with instance.client(instance.login("viewer")) as loud:
        answers = [loud.get("/alerts/summary") for _ in range(LIMIT + 1)]
        assert {answer.status_code for answer in answers[:-1]} == {200}
        last = answers[-1]
        refused(last, 429, "RATE_LIMITED")
        assert last.headers["x-ratelimit-remaining"] == "0"
        assert 0 < int(last.headers["retry-after"]) <= 60
        assert loud.get("/health").status_code == 200, "health answers whatever else goes on"
    assert admin.get("/alerts/summary").status_code == 200
    statuses = [anybody.get("/alerts").status_code for _ in range(LIMIT // 10 + 1)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert admin.get("/alerts/summary").status_code == 200
    admin.close()
