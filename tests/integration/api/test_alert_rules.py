"""Alert rules and silences over the API: made, refused, changed, restored, reverted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.api.answers import done, listed, newest, refused, unused

CONDITION = {"kind": "threshold", "metric": "cpu_percent", "op": ">", "value": 90, "clear": 80, "for_s": 300}


def made(client: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"name": unused(), "condition": CONDITION, **more}
    rule: dict[str, Any] = done(client.post("/alert-rules", json=body), 201)
    return rule


def test_a_rule_with_its_versions(engineer: httpx.Client, viewer: httpx.Client) -> None:
    rule = made(engineer, severity="high", scope={"sites": ["north"]}, reason="it melts")
    assert (rule["version"], rule["kind"], rule["enabled"], rule["severity"]) == (
        1,
        "threshold",
        True,
        "high",
    )
    url = f"/alert-rules/{rule['id']}"
    changed = done(engineer.patch(url, json={"condition": {**CONDITION, "value": 95}, "reason": "too noisy"}))
    assert (changed["version"], changed["condition"]["value"], changed["severity"]) == (2, 95, "high")
    assert done(engineer.patch(url, json={"enabled": False}))["enabled"] is False
    back = done(engineer.post(f"{url}/restore", json={"version": 1}))
    assert (back["version"], back["condition"]["value"], back["enabled"]) == (4, 90, True)
    versions = listed(viewer.get(f"{url}/versions"))
    assert [each["version"] for each in versions] == [4, 3, 2, 1]
    assert (versions[2]["author"], versions[2]["reason"]) == ("engineer", "too noisy")
    assert versions[2]["changes"] == [{"field": "condition/value", "old": 90.0, "new": 95.0}]
    assert listed(viewer.get(f"{url}/versions", params={"limit": 2}))[-1]["version"] == 3
    assert rule["id"] in [each["id"] for each in listed(viewer.get("/alert-rules", params={"limit": 500}))]


def test_a_deleted_rule_comes_back_and_a_change_is_reverted(
    engineer: httpx.Client, admin: httpx.Client
) -> None:
    rule = made(engineer)
    url = f"/alert-rules/{rule['id']}"
    assert done(engineer.delete(url))["state"] == "deleted"
    refused(engineer.patch(url, json={"enabled": False}), 404, "ALERT_RULE_NOT_FOUND")
    entry = newest(admin, "alert_rule.deleted.v1")
    done(engineer.post(f"/audit/{entry['position']}/revert"))
    assert engineer.get(url).json()["state"] == "active"
    done(engineer.patch(url, json={"severity": "critical"}))
    done(engineer.post(f"/audit/{newest(admin, 'alert_rule.changed.v1')['position']}/revert"))
    assert engineer.get(url).json()["severity"] == "medium"
    refused(engineer.post(f"{url}/restore", json={"version": 99}), 404, "ALERT_RULE_VERSION_NOT_FOUND")


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({**CONDITION, "clear": 95}, "condition.clear"),
        ({**CONDITION, "op": "outside"}, "condition.upper"),
        ({**CONDITION, "upper": 99}, "condition.upper"),
        ({"kind": "log", "source": "trap"}, "condition.contains"),
        ({**CONDITION, "metric": "cpu_percnt"}, "condition.metric"),
        ({"kind": "absence", "metric": "uptime"}, "condition.metric"),
        ({"kind": "anomaly", "metric": "if_bps"}, "condition.metric"),
    ],
)
def test_what_can_never_hold_or_never_end_is_refused(
    engineer: httpx.Client, condition: dict[str, Any], field: str
) -> None:
    error = refused(
        engineer.post("/alert-rules", json={"name": "x", "condition": condition}), 400, "INVALID_REQUEST"
    )
    assert error["details"]["field"] == field


def test_every_template_makes_a_rule(engineer: httpx.Client, viewer: httpx.Client) -> None:
    templates = listed(viewer.get("/alert-rules/templates"))
    assert sum(each["active"] for each in templates) >= 10
    kinds = {each["kind"] for each in templates}
    assert {"threshold", "absence", "device_down", "interface_down", "anomaly", "log"} <= kinds
    for each in templates:
        body = {name: value for name, value in each.items() if name not in ("id", "kind", "active")}
        assert done(engineer.post("/alert-rules", json={**body, "template": each["id"]}), 201)["version"] == 1


def test_a_silence_from_planning_to_its_end(engineer: httpx.Client, viewer: httpx.Client) -> None:
    now = datetime.now(UTC)
    body = {
        "matchers": {"scope": {"device_ids": [str(uuid4())]}, "severities": ["high"]},
        "starts_at": (now + timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
        "why": "new power supply",
        "maintenance": True,
    }
    silence = done(engineer.post("/silences", json=body), 201)
    url = f"/silences/{silence['id']}"
    assert (silence["state"], silence["created_by"], silence["why"]) == (
        "pending",
        "engineer",
        "new power supply",
    )
    assert done(engineer.patch(url, json={"starts_at": now.isoformat()}))["state"] == "active"
    assert silence["id"] in [
        each["id"] for each in listed(viewer.get("/silences", params={"state": "active"}))
    ]
    error = refused(engineer.patch(url, json={"ends_at": now.isoformat()}), 400, "INVALID_REQUEST")
    assert error["details"]["field"] == "ends_at"
    ended = done(engineer.delete(url))
    assert (ended["state"], ended["ended_by"]) == ("ended", "engineer")
    refused(engineer.patch(url, json={"why": "again"}), 422, "SILENCE_ENDED")
    past = {**body, "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}
    assert done(engineer.post("/silences", json=past), 201)["state"] == "expired"
    refused(
        engineer.post("/silences", json={**body, "ends_at": "2026-01-02T00:00:00"}), 400, "INVALID_REQUEST"
    )


def test_an_alert_as_it_was_and_what_was_said_of_it(engineer: httpx.Client, admin: httpx.Client) -> None:
    answer = engineer.post("/alerts", json={"severity": "low", "title": unused()})
    alert, then = answer.json(), answer.headers["X-Ledger-Position"]
    done(engineer.post(f"/alerts/{alert['id']}/resolve"))
    assert engineer.get(f"/alerts/{alert['id']}", params={"as_of": then}).json()["state"] == "firing"
    firing = listed(engineer.get("/alerts", params={"as_of": then, "state": "firing", "limit": 500}))
    assert alert["id"] in [each["id"] for each in firing]
    assert done(engineer.post(f"/alerts/{alert['id']}/feedback", json={"useful": False}))["useful"] is False
    assert newest(admin, "alert.judged.v1")["summary"].startswith("not useful")
    assert done(engineer.post(f"/alerts/{alert['id']}/feedback", json={"useful": None}))["useful"] is None
