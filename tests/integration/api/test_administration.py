"""Settings, operations, read models, health, metrics, the schema and its pages."""

import re
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from api.web import BUILT
from domain.settings import Settings
from tests.integration.api.answers import done, listed, newest, refused, unused
from tests.integration.api.serving import Netledger, until


def test_settings_are_shown_and_changed_in_part(admin: httpx.Client) -> None:
    before = admin.get("/settings").json()
    assert set(before) == set(Settings.__struct_fields__)
    after = done(admin.patch("/settings", json={"discovery": {"parallel": 123}, "reason": "new machine"}))
    assert after == {**before, "discovery": {**before["discovery"], "parallel": 123}}
    assert admin.get("/settings").json() == after
    entry = newest(admin, "settings.changed.v1")
    assert entry["reason"] == "new machine"
    assert entry["changes"] == [
        {"field": "discovery/parallel", "old": before["discovery"]["parallel"], "new": 123}
    ]
    assert (
        done(admin.post(f"/audit/{entry['position']}/revert"))["changes"][0]["new"]
        == before["discovery"]["parallel"]
    )
    assert admin.get("/settings").json() == before


def test_entries_of_a_table_come_and_go_one_by_one(admin: httpx.Client) -> None:
    one, two = unused(), unused()
    done(admin.patch("/settings", json={"retention_days": {one: 5}}))
    after = done(admin.patch("/settings", json={"retention_days": {two: 6}}))
    assert {one: 5, two: 6}.items() <= after["retention_days"].items()
    after = done(admin.patch("/settings", json={"retention_days": {one: None}}))
    assert one not in after["retention_days"]
    assert two in after["retention_days"]
    refused(admin.patch("/settings", json={"retention_days": {one: 0}}), 400)


def test_a_change_to_what_already_is_makes_no_event(admin: httpx.Client) -> None:
    before = admin.get("/settings").json()
    answer = admin.patch("/settings", json={"auth": before["auth"]})
    done(answer)
    refused(admin.get(f"/audit/chain/{answer.headers['x-request-id']}"), 404)


def test_settings_that_shorten_tokens_count_at_the_next_login(
    admin: httpx.Client, anybody: httpx.Client
) -> None:
    before = admin.get("/settings").json()["auth"]["access_token_s"]
    done(admin.patch("/settings", json={"auth": {"access_token_s": 60}}))
    try:
        body = {"username": "viewer", "password": "correct horse battery staple"}
        assert anybody.post("/auth/login", json=body).json()["expires_in"] == 60
    finally:
        done(admin.patch("/settings", json={"auth": {"access_token_s": before}}))


def test_operations(engineer: httpx.Client, viewer: httpx.Client) -> None:
    device = engineer.post("/inventory/devices", json={"address": "198.51.100.90"}).json()["id"]
    operation = engineer.post(f"/inventory/devices/{device}/poll").json()["operation_id"]

    def ids(**params: str) -> list[str]:
        return [each["id"] for each in listed(viewer.get("/operations", params=params))]

    assert ids(device_id=device) == [operation]
    assert ids(device_id=device, kind="poll") == [operation]
    assert ids(device_id=device, kind="discovery") == []
    ended = until(lambda: (o := viewer.get(f"/operations/{operation}").json())["ended_at"] and o)
    assert set(ended) >= {
        "id", "kind", "state", "device_id", "actor", "requested_at", "started_at", "ended_at", "attempt",
        "progress", "steps", "result", "error",
    }  # fmt: skip
    assert ended["progress"].keys() >= {"done", "total"}
    assert ids(device_id=device, state=ended["state"]) == [operation]
    assert ids(device_id=device, state="requested") == []
    refused(engineer.post(f"/operations/{operation}/cancel"), 422, "OPERATION_ENDED")
    refused(engineer.post(f"/operations/{uuid4()}/cancel"), 404, "OPERATION_NOT_FOUND")


def test_read_models(admin: httpx.Client) -> None:
    items = listed(admin.get("/projections"))
    assert {"accounts", "alerts", "audit", "inventory", "operations", "settings"} <= {
        each["name"] for each in items
    }
    for each in items:
        assert set(each) >= {"name", "position", "lag", "rows", "state"}
        assert each["state"] == "running"


def test_rebuilding_a_read_model(admin: httpx.Client, viewer: httpx.Client, instance: Netledger) -> None:
    admin.post("/alerts", json={"severity": "low", "title": "before"})
    before = viewer.get("/alerts", params={"limit": 500}).json()
    accepted = done(admin.post("/projections/alerts/rebuild", json={"reason": "to be sure"}), 202)
    assert accepted["name"] == "alerts"

    def ended() -> Any:
        assert viewer.get("/alerts").status_code == 200, "reads go on"
        operation = viewer.get(instance.root + accepted["status_url"]).json()
        return operation if operation["ended_at"] else None

    operation = until(ended)
    assert (operation["kind"], operation["state"], operation["reason"]) == (
        "rebuild",
        "succeeded",
        "to be sure",
    )
    assert operation["result"]["position"] > 0
    assert viewer.get("/alerts", params={"limit": 500}).json() == before
    refused(admin.post("/projections/nothing/rebuild"), 404, "PROJECTION_NOT_FOUND")


def test_health(anybody: httpx.Client) -> None:
    answer = anybody.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "healthy"
    assert body["ready"] is True
    assert set(body["services"]) >= {"postgres", "nats", "workers", "projections"}
    assert {each["status"] for each in body["services"].values()} == {"up"}
    assert anybody.get("/health/live").json() == {"status": "alive"}
    assert anybody.get("/health/ready").status_code == 200


def test_metrics(instance: Netledger, anybody: httpx.Client, viewer: httpx.Client) -> None:
    viewer.get("/alerts")
    anybody.get("/nothing/of/the/kind")
    text = anybody.get(f"{instance.root}/metrics").text
    assert re.search(
        r'netledger_http_request_seconds_count\{method="GET",route="/api/v1/alerts",status="200"\} \d', text
    )
    assert 'route="unmatched",status="404"' in text
    assert "/nothing/of/the/kind" not in text, "paths that callers make up are no labels"


def test_the_root_leads_to_the_pages(instance: Netledger, anybody: httpx.Client) -> None:
    answer = anybody.get(f"{instance.root}/")
    if (BUILT / "index.html").is_file():
        assert answer.status_code == 200
        assert "script-src 'self'" in answer.headers["content-security-policy"]
    else:
        assert answer.is_redirect
        assert answer.headers["location"] == "/api/v1/docs"


def test_the_pages_need_nothing_from_elsewhere(instance: Netledger, anybody: httpx.Client) -> None:
    page = anybody.get("/docs")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert "'self'" in page.headers["content-security-policy"]
    assert "http:" not in page.text.replace("http://www.w3.org", "")
    assert "https:" not in page.text
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) >= 4
    for link in links:
        assert link.startswith("/api/v1/")
        answer = anybody.get(instance.root + link)
        assert answer.status_code == 200, link
        assert answer.content
    refused(anybody.get("/docs/assets/../app.py"), 404)
    refused(anybody.get("/docs/assets/passwd"), 404)


@pytest.fixture(scope="module")
def schema(instance: Netledger) -> dict[str, Any]:
    with instance.client() as client:
        found: dict[str, Any] = client.get("/openapi.json").json()
    return found


EXPORT = "/api/v1/inventory/export"
RECORDING = "/api/v1/terminals/{session}/recording"
"""Answers that are files."""


def operations_of(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    tags = {tag["name"]: tag["description"] for tag in schema["tags"]}
    for path, method, operation in operations_of(schema):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation.get("description"), where
        assert operation["tags"], where
        assert set(operation["tags"]) <= set(tags), where
    assert all(tags.values())


def test_every_answer_has_a_schema(schema: dict[str, Any]) -> None:
    for path, method, operation in operations_of(schema):
        for status, response in operation["responses"].items():
            where = f"{method} {path} {status}"
            if status == "204" or path in (EXPORT, RECORDING):
                continue
            (content,) = response["content"].values()
            forms = content["schema"].get("oneOf", [content["schema"]])
            assert all("$ref" in form for form in forms), where
        if not path.startswith("/api/v1/health"):
            errors = [s for s in operation["responses"] if s >= "400"]
            assert {"400", "503"} <= set(errors), f"{method} {path}"


def test_every_reference_resolves_and_every_schema_is_described(schema: dict[str, Any]) -> None:
    known = schema["components"]["schemas"]
    text = msgspec.json.encode(schema).decode()
    assert {ref.rpartition("/")[2] for ref in re.findall(r'"\$ref":"([^"]+)"', text)} <= set(known)
    missing = {name for name, each in known.items() if not each.get("description")}
    ours = {name for name in missing if not name.startswith("PageOf")}
    assert not ours


def test_commands_take_a_reason(schema: dict[str, Any]) -> None:
    """In the body; what decides nothing has none."""
    exempt = ("/api/v1/auth/", "/api/v1/sync/", "/api/v1/router/", "/api/v1/analyze/")
    for path, method, operation in operations_of(schema):
        if (
            method == "get"
            or path.startswith(exempt)
            or path.endswith("/preview")
            or (method, path) == ("post", "/api/v1/users/me/totp")
        ):
            continue
        if "reason" in {parameter["name"] for parameter in operation["parameters"]}:
            continue  # of a DELETE
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        refs = (
            [body["$ref"]] if "$ref" in body else [each["$ref"] for each in body["oneOf"] if "$ref" in each]
        )
        properties = schema["components"]["schemas"][refs[0].rpartition("/")[2]]["properties"]
        assert "reason" in properties, f"{method} {path}"


def test_no_example_has_a_secret(schema: dict[str, Any]) -> None:
    assert '"example' not in msgspec.json.encode(schema).decode()
