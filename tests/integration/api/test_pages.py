"""Lists in pages: limits, cursors, and that no item is missed or seen twice."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from adapters.embedded.nats import EmbeddedNats
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.vault.master_key import MasterKey
from domain.role import ROLES
from tests.databases import fresh_database
from tests.integration.api.answers import done, listed, refused, unused, unused_address
from tests.integration.api.serving import Netledger, netledger


@pytest.fixture(scope="module")
def instance(
    postgres: EmbeddedPostgres,
    broker: EmbeddedNats,
    master_key: MasterKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Netledger]:
    """Of these tests alone, so that lists are short."""
    with (
        fresh_database(postgres) as database,
        netledger(database, broker.url, tmp_path_factory.mktemp("pages"), master_key) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def tokens(instance: Netledger) -> dict[str, str]:
    return {role: instance.login(role) for role in ROLES}


def all_pages(client: httpx.Client, path: str, limit: int, **params: str) -> Iterator[Any]:
    cursor: str | None = ""
    while cursor is not None:
        query = {**params, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        body = client.get(path, params=query).json()
        assert len(body["items"]) <= limit
        assert body["items"] or body["next_cursor"] is None
        yield from body["items"]
        cursor = body["next_cursor"]


def _alerts(client: httpx.Client, count: int) -> None:
    for _ in range(count):
        client.post("/alerts", json={"severity": "info", "title": unused()})


def _devices(client: httpx.Client, count: int) -> None:
    for _ in range(count):
        client.post("/inventory/devices", json={"address": unused_address(), "name": "same name"})


def _jobs(client: httpx.Client, count: int) -> None:
    for _ in range(count):
        client.post("/discovery/start", json={"targets": ["127.0.0.1"], "probes": ["routeros"]})


def _keys(client: httpx.Client, count: int) -> None:
    for _ in range(count):
        client.post("/api-keys", json={"name": "same name", "role": "viewer"})


def _credentials(client: httpx.Client, count: int) -> None:
    for _ in range(count):
        client.post("/credentials", json={"name": "same name", "kind": "snmp_v1", "community": "x"})


LISTS: dict[str, tuple[str, Callable[[httpx.Client, int], None]]] = {
    "/alerts": ("id", _alerts),
    "/telemetry/alerts": ("id", _alerts),
    "/inventory/devices": ("id", _devices),
    "/operations": ("id", _jobs),
    "/discovery/jobs": ("job_id", _jobs),
    "/audit": ("position", _alerts),
    "/api-keys": ("id", _keys),
    "/credentials": ("id", _credentials),
    "/users": ("id", lambda *_: None),
    "/projections": ("name", lambda *_: None),
}


@pytest.mark.parametrize("path", LISTS)
def test_pages_join_to_the_whole(admin: httpx.Client, path: str) -> None:
    name, make = LISTS[path]
    make(admin, 5)
    reached = admin.post("/alerts", json={"severity": "info", "title": unused()}).headers["X-Ledger-Position"]
    answer = admin.get(path, params={"limit": 500}, headers={"X-Ledger-Position": reached})
    whole = [item[name] for item in listed(answer)]
    small = [item[name] for item in all_pages(admin, path, 2)]
    assert len(whole) >= 3
    assert small == whole
    assert len(set(whole)) == len(whole)


def test_what_is_added_meanwhile_shifts_no_page(engineer: httpx.Client) -> None:
    _alerts(engineer, 6)
    whole = [item["id"] for item in listed(engineer.get("/alerts", params={"limit": 500}))]
    seen = []
    for item in all_pages(engineer, "/alerts", 2):
        seen.append(item["id"])
        if len(seen) in (2, 4):
            _alerts(engineer, 1)  # newest first: they come before what is read
    assert seen == whole


def test_the_usual_page_has_fifty_items(admin: httpx.Client) -> None:
    _alerts(admin, 51)
    body = admin.get("/alerts").json()
    assert len(body["items"]) == 50
    assert body["next_cursor"]


def test_filters_hold_across_pages(engineer: httpx.Client) -> None:
    label = unused()
    made = set()
    for _ in range(5):
        body = {"address": unused_address(), "labels": [label]}
        made.add(done(engineer.post("/inventory/devices", json=body), 201)["id"])
    _devices(engineer, 2)
    found = [item["id"] for item in all_pages(engineer, "/inventory/devices", 2, label=label)]
    assert len(found) == 5
    assert set(found) == made
    assert engineer.get("/inventory/devices", params={"label": label, "limit": 1}).json()["total"] == 5


@pytest.mark.parametrize(
    "field", ["address", "vendor", "site", "owner", "changed_at", "first_seen", "status"]
)
def test_devices_in_any_order_across_pages(engineer: httpx.Client, field: str) -> None:
    label = unused()
    for owner in ("b", "a", "c", "a"):
        body = {
            "address": f"10.9.{len(owner)}.{ord(owner)}",
            "labels": [label],
            "owner": owner,
            "site": unused(),
        }
        done(engineer.post("/inventory/devices", json=body), 201)
    up = list(all_pages(engineer, "/inventory/devices", 2, label=label, sort=field))
    down = list(all_pages(engineer, "/inventory/devices", 3, label=label, sort=f"-{field}"))
    assert len(up) == 4
    assert [each["id"] for each in down] == [each["id"] for each in reversed(up)]
    if field != "address":
        assert [each[field] for each in up] == sorted(each[field] for each in up)


def test_addresses_are_ordered_as_numbers(engineer: httpx.Client) -> None:
    label = unused()
    for last in (100, 9, 20):
        body = {"address": f"10.8.7.{last}", "labels": [label], "site": unused()}
        done(engineer.post("/inventory/devices", json=body), 201)
    found = all_pages(engineer, "/inventory/devices", 2, label=label, sort="address")
    assert [each["address"] for each in found] == ["10.8.7.9", "10.8.7.20", "10.8.7.100"]


def test_a_cursor_of_another_list_is_refused(admin: httpx.Client) -> None:
    _alerts(admin, 2)
    cursor = admin.get("/alerts", params={"limit": 1}).json()["next_cursor"]
    for path in ("/audit", "/interfaces"):
        refused(admin.get(path, params={"cursor": cursor}), 400, "INVALID_REQUEST", "cursor")


def test_interfaces_of_nobody(viewer: httpx.Client, instance: Netledger) -> None:
    assert listed(viewer.get("/interfaces", params={"device_id": str(uuid4())})) == []
