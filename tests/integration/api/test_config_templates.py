"""Templates over the API: written, versioned, restored, reverted, and tried without sending."""

from typing import Any

import httpx
import pytest

from tests.integration.api.answers import done, listed, newest, refused, unused, unused_address

VLAN = {"name": "vlan", "type": "int", "minimum": 1, "maximum": 4094, "help": "1 to 4094"}


def template(**more: Any) -> dict[str, Any]:
    return {"name": unused(), "body": "vlan {{ vlan }}\n", "variables": [VLAN], **more}


@pytest.fixture
def stored(engineer: httpx.Client) -> dict[str, Any]:
    body: dict[str, Any] = done(engineer.post("/config/templates", json=template()), 201)
    return body


def test_a_template_is_written_changed_and_found(engineer: httpx.Client, viewer: httpx.Client) -> None:
    made = done(
        engineer.post("/config/templates", json=template(platforms=["ios"], description="a vlan")), 201
    )
    assert made["version"] == 1 and made["created_by"] == "engineer"
    assert made["variables"][0] | VLAN == made["variables"][0]
    assert viewer.get(f"/config/templates/{made['id']}").json() == made
    found = listed(viewer.get("/config/templates", params={"q": made["name"].upper(), "platform": "ios"}))
    assert [each["id"] for each in found] == [made["id"]]
    assert not listed(viewer.get("/config/templates", params={"q": made["name"], "platform": "junos"}))

    change = {**template(), "name": made["name"], "body": "vlan {{ vlan }}\n name x\n", "reason": "named"}
    changed = done(engineer.put(f"/config/templates/{made['id']}", json=change))
    assert (changed["version"], changed["platforms"]) == (2, [])
    again = done(engineer.put(f"/config/templates/{made['id']}", json=change))
    assert again["version"] == 2

    versions = listed(viewer.get(f"/config/templates/{made['id']}/versions"))
    assert [(each["version"], each["body"], each["reason"]) for each in versions] == [
        (2, "vlan {{ vlan }}\n name x\n", "named"),
        (1, "vlan {{ vlan }}\n", ""),
    ]
    one = viewer.get(f"/config/templates/{made['id']}/versions/1").json()
    assert one == versions[1]


def test_an_old_version_is_restored(engineer: httpx.Client, stored: dict[str, Any]) -> None:
    url = f"/config/templates/{stored['id']}"
    done(engineer.put(url, json={**template(), "name": stored["name"], "body": "no vlan {{ vlan }}\n"}))
    restored = done(engineer.post(f"{url}/versions/1/restore", json={"reason": "it was right"}))
    assert (restored["version"], restored["body"]) == (3, stored["body"])
    assert listed(engineer.get(f"{url}/versions"))[0]["restored_from"] == 1
    assert done(engineer.post(f"{url}/versions/3/restore"))["version"] == 3
    refused(engineer.post(f"{url}/versions/9/restore"), 404, "TEMPLATE_VERSION_NOT_FOUND")


def test_every_change_can_be_reverted(admin: httpx.Client, stored: dict[str, Any]) -> None:
    url = f"/config/templates/{stored['id']}"
    done(admin.put(url, json={**template(), "name": stored["name"], "description": "other"}))
    changed = newest(admin, "template.changed.v1")
    assert {each["field"] for each in changed["changes"]} == {"description"}
    done(admin.post(f"/audit/{changed['position']}/revert"))
    assert admin.get(url).json()["description"] == ""

    done(admin.delete(url, params={"reason": "unused"}))
    refused(admin.get(url), 404, "TEMPLATE_NOT_FOUND")
    refused(admin.put(url, json=template()), 404, "TEMPLATE_NOT_FOUND")
    assert len(listed(admin.get(f"{url}/versions"))) == 3
    done(admin.post(f"/audit/{newest(admin, 'template.deleted.v1')['position']}/revert"))
    assert admin.get(url).json()["state"] == "active"


@pytest.mark.parametrize(
    ("wrong", "code", "field", "line"),
    [
        ({"body": "ok\n{{ vlan"}, "TEMPLATE_SYNTAX", "body", 2),
        ({"body": "ok\nok\n{{ vlna }}"}, "TEMPLATE_VARIABLE_UNDECLARED", "body", 3),
        ({"body": "{% include 'x' %}"}, "TEMPLATE_FORBIDDEN", "body", 1),
        ({"body": ""}, "INVALID_REQUEST", "body", None),
        ({"name": " "}, "INVALID_REQUEST", "name", None),
        ({"platforms": ["zx81"]}, "INVALID_REQUEST", "platforms[0]", None),
        ({"variables": [{"name": "device"}]}, "INVALID_REQUEST", "variables[0].name", None),
        (
            {"variables": [VLAN, {"name": "x", "pattern": "("}]},
            "PATTERN_INVALID",
            "variables[1].pattern",
            None,
        ),
        ({"variables": [{**VLAN, "default": 9999}]}, "INVALID_REQUEST", "variables[0].default", None),
        ({"variables": [{"name": "vlan", "type": "colour"}]}, "INVALID_REQUEST", "variables[0].type", None),
    ],
)
def test_what_could_never_be_rendered_is_refused(
    engineer: httpx.Client, wrong: dict[str, Any], code: str, field: str, line: int | None
) -> None:
    error = refused(engineer.post("/config/templates", json=template(**wrong)), 400, code, field)
    assert error["details"].get("line") == line


def test_a_name_belongs_to_one_template(engineer: httpx.Client, stored: dict[str, Any]) -> None:
    same = template(name=stored["name"])
    refused(engineer.post("/config/templates", json=same), 409, "TEMPLATE_EXISTS")
    other = done(engineer.post("/config/templates", json=template()), 201)
    refused(engineer.put(f"/config/templates/{other['id']}", json=same), 409, "TEMPLATE_EXISTS")


def test_a_repeated_request_makes_one_template(engineer: httpx.Client) -> None:
    body, key = template(), {"Idempotency-Key": unused()}
    first = done(engineer.post("/config/templates", json=body, headers=key), 201)
    assert done(engineer.post("/config/templates", json=body, headers=key), 201)["id"] == first["id"]


def test_a_preview_knows_the_device_and_sends_nothing(engineer: httpx.Client) -> None:
    address = unused_address()
    device = done(engineer.post("/inventory/devices", json={"address": address, "labels": ["core"]}), 201)
    body = "! {{ device.name }} {{ device.address }}{% if 'core' in device.labels %} core{% endif %}\nkey {{ key }}\n"
    made = done(
        engineer.post(
            "/config/templates",
            json=template(body=body, variables=[{"name": "key", "type": "secret"}]),
        ),
        201,
    )
    url = f"/config/templates/{made['id']}/preview"
    answer = engineer.post(url, json={"device_id": device["id"], "variables": {"key": "hunter2"}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["text"] == f"! {device['name']} {address} core\nkey <secret:key>\n"
    assert engineer.post(url, json={"device_id": device["id"]}).json() == answer.json()
    error = refused(engineer.post(url), 422, "TEMPLATE_UNDEFINED")
    assert error["details"]["line"] == 1 and "device_id" in error["message"]


def test_a_preview_names_the_variables_that_do_not_fit(
    engineer: httpx.Client, stored: dict[str, Any]
) -> None:
    url = f"/config/templates/{stored['id']}/preview"
    assert engineer.post(url, json={"variables": {"vlan": 7}}).json()["text"] == "vlan 7\n"
    for values in ({}, {"vlan": "7"}, {"vlan": 5000}):
        refused(engineer.post(url, json={"variables": values}), 400, "INVALID_REQUEST", "variables.vlan")
    error = refused(engineer.post(url, json={"variables": {"vlan": 0, "vlna": 7}}), 400)
    assert [each["field"] for each in error["details"]["errors"]] == ["variables.vlna", "variables.vlan"]


def test_a_draft_is_tried_before_it_is_stored(engineer: httpx.Client) -> None:
    draft = {"body": "vlan {{ vlan }}", "declared": [VLAN], "variables": {"vlan": 7}}
    answer = engineer.post("/config/templates/preview", json=draft)
    assert answer.json() == {"text": "vlan 7", "device_id": None, "template_id": None, "version": None}
    slow = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    refused(engineer.post("/config/templates/preview", json={"body": slow}), 422, "TEMPLATE_TOO_SLOW")


def test_viewers_read_only(viewer: httpx.Client, stored: dict[str, Any]) -> None:
    for answer in (
        viewer.post("/config/templates", json=template()),
        viewer.put(f"/config/templates/{stored['id']}", json=template()),
        viewer.delete(f"/config/templates/{stored['id']}"),
        viewer.post(f"/config/templates/{stored['id']}/preview"),
    ):
        refused(answer, 403, "FORBIDDEN")
