"""Compliance over REST: policies as data, analyses of posted, stored and running configurations, findings and their alerts."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.api.answers import done, listed, newest, refused, unused
from tests.integration.api.serving import Netledger, until
from tests.integration.configs.conftest import Api, Devices

TELNET = {
    "id": "no-telnet",
    "title": "Telnet is off",
    "check": "must_not_match",
    "section": "^line vty",
    "value": "telnet",
    "severity": "high",
    "remediation": "line vty 0 4\n transport input ssh",
}
IOS = "hostname x\nline vty 0 4\n transport input telnet\nsnmp-server community public RO\nend\n"


def policy(**more: Any) -> dict[str, Any]:
    return {"name": unused(), "severity": "medium", "rules": [TELNET], **more}


@pytest.fixture(scope="module")
def kinds() -> tuple[str, ...]:
    return ("projector", "relay", "executor", "compliance")


@pytest.fixture
def engineer(api: Api) -> httpx.Client:
    return api.client


@pytest.fixture
def stored(engineer: httpx.Client) -> Iterator[dict[str, Any]]:
    made: dict[str, Any] = done(engineer.post("/config/policies", json=policy()), 201)
    yield made
    done(engineer.delete(f"/config/policies/{made['id']}"))


def findings(api: Api, family: str, policy_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/config/findings", device_id=api.ids[family], policy_id=policy_id)[
        "items"
    ]
    return found


def test_policies_are_written_changed_and_reverted(instance: Netledger, engineer: httpx.Client) -> None:
    made = done(engineer.post("/config/policies", json=policy(platforms=["ios"], labels=["edge"])), 201)
    url = f"/config/policies/{made['id']}"
    assert engineer.get(url).json() == made
    assert made["rules"][0] | TELNET == made["rules"][0]
    changed = done(engineer.put(url, json=policy(name=made["name"], enabled=False)))
    assert (changed["enabled"], changed["platforms"]) == (False, [])
    assert made["id"] in [
        each["id"] for each in listed(engineer.get("/config/policies", params={"q": made["name"]}))
    ]
    with instance.client(instance.login("admin")) as admin:
        entry = newest(admin, "policy.changed.v1")
        assert {each["field"] for each in entry["changes"]} == {"enabled", "platforms", "labels"}
        done(admin.post(f"/audit/{entry['position']}/revert"))
        assert engineer.get(url).json()["platforms"] == ["ios"]
        done(engineer.delete(url))
        refused(engineer.get(url), 404, "POLICY_NOT_FOUND")
        done(admin.post(f"/audit/{newest(admin, 'policy.deleted.v1')['position']}/revert"))
    assert engineer.get(url).json()["labels"] == ["edge"]
    done(engineer.delete(url))


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"rules": [{**TELNET, "value": "("}]}, "PATTERN_INVALID", "rules[0].value"),
        ({"rules": [{**TELNET, "section": "(?=x)"}]}, "PATTERN_INVALID", "rules[0].section"),
        ({"rules": [TELNET, TELNET]}, "INVALID_REQUEST", "rules[1].id"),
        ({"rules": []}, "INVALID_REQUEST", "rules"),
        ({"rules": [{**TELNET, "check": "should"}]}, "INVALID_REQUEST", "rules[0].check"),
        ({"platforms": ["zx81"]}, "INVALID_REQUEST", "platforms[0]"),
        ({"severity": "bad"}, "INVALID_REQUEST", "severity"),
    ],
)
def test_bad_policies_are_refused_with_the_field(
    engineer: httpx.Client, wrong: dict[str, Any], code: str, field: str
) -> None:
    refused(engineer.post("/config/policies", json=policy(**wrong)), 400, code, field)


def test_the_starter_set_is_there_and_stays_deleted(engineer: httpx.Client) -> None:
    starters = until(
        lambda: len(rows := listed(engineer.get("/config/policies", params={"q": "starter"}))) >= 10 and rows
    )
    ios = next(each for each in starters if "ios" in each["platforms"])
    assert {"no-telnet", "no-snmp-public", "ntp", "logging"} <= {rule["id"] for rule in ios["rules"]}


def test_a_posted_configuration_is_analysed(engineer: httpx.Client, stored: dict[str, Any]) -> None:
    body = {"config": IOS, "policy_ids": [stored["id"]]}
    answer = done(engineer.post("/analyze/compliance", json=body))
    (finding,) = answer["findings"]
    assert not answer["compliant"]
    assert (finding["rule"], finding["severity"], finding["line"]) == ("no-telnet", "high", 3)
    assert finding["text"] == "transport input telnet"
    assert finding["remediation"] == TELNET["remediation"]
    assert answer["devices"][0]["platform"] == "ios"
    fine = done(engineer.post("/analyze/compliance", json={**body, "config": IOS.replace("telnet", "ssh")}))
    assert fine["compliant"] and not fine["findings"]
    assert not findings_of_nobody(engineer, stored["id"])


def findings_of_nobody(engineer: httpx.Client, policy_id: str) -> list[Any]:
    return listed(engineer.get("/config/findings", params={"policy_id": policy_id}))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "INVALID_REQUEST"),
        ({"config": "hello"}, 400, "INVALID_REQUEST"),
        ({"config": IOS, "platform": "zx81"}, 400, "INVALID_REQUEST"),
        ({"config": IOS, "device_id": "00000000-0000-4000-8000-000000000000"}, 400, "INVALID_REQUEST"),
        ({"config": IOS, "policy_ids": ["00000000-0000-4000-8000-000000000000"]}, 404, "POLICY_NOT_FOUND"),
        ({"device_id": "00000000-0000-4000-8000-000000000000"}, 404, "DEVICE_NOT_FOUND"),
    ],
)
def test_what_cannot_be_analysed_is_refused(
    engineer: httpx.Client, body: dict[str, Any], status: int, code: str
) -> None:
    refused(engineer.post("/analyze/compliance", json=body), status, code)


def test_stored_configurations_are_checked_by_themselves(
    api: Api, devices: Devices, engineer: httpx.Client, stored: dict[str, Any]
) -> None:
    """From a change by hand to a finding and an alert, to both gone; as soon as it is backed up."""
    api.back_up("ios")
    devices.change("ios", "line vty 0 4\n transport input telnet ssh\n")
    api.back_up("ios")
    (row,) = until(lambda: findings(api, "ios", stored["id"]))
    assert (row["state"], row["severity"], row["device_name"]) == ("open", "high", "ios-1")
    assert row["evidence"][0]["text"].startswith("transport input telnet")
    alerts = until(lambda: alerts_of(api, "ios", stored))
    assert alerts[0]["state"] == "firing" and alerts[0]["severity"] == "high"
    point = api.get("/config/findings/trend", policy_id=stored["id"])["items"]
    assert (point[0]["total"], point[-1]["high"]) == (0, 1)

    devices.change("ios", "line vty 0 4\n transport input ssh\n")
    api.back_up("ios")
    until(lambda: findings(api, "ios", stored["id"])[0]["state"] == "closed")
    assert findings(api, "ios", stored["id"])[0]["closed_why"] == "fixed"
    until(lambda: alerts_of(api, "ios", stored)[0]["state"] == "resolved")


def alerts_of(api: Api, family: str, stored: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get("/alerts", device_id=api.ids[family])["items"]
    return [each for each in rows if each["key"].endswith(stored["id"])]


def test_a_changed_policy_is_applied_at_once(
    api: Api, engineer: httpx.Client, stored: dict[str, Any]
) -> None:
    api.back_up("junos")
    rule = {"id": "x", "title": "There is an x", "check": "must_contain", "value": "no such line"}
    done(engineer.put(f"/config/policies/{stored['id']}", json=policy(name=stored["name"], rules=[rule])))
    until(lambda: findings(api, "junos", stored["id"]))
    done(engineer.put(f"/config/policies/{stored['id']}", json=policy(name=stored["name"])))
    until(lambda: findings(api, "junos", stored["id"])[0]["state"] == "closed")
    assert findings(api, "junos", stored["id"])[0]["closed_why"] == "not_applicable"


def test_an_accepted_finding_alerts_nobody(api: Api, engineer: httpx.Client, stored: dict[str, Any]) -> None:
    api.back_up("arista_eos")
    rule = {**TELNET, "check": "must_contain", "value": "no such line", "section": ""}
    done(engineer.put(f"/config/policies/{stored['id']}", json=policy(name=stored["name"], rules=[rule])))
    (row,) = until(lambda: findings(api, "arista_eos", stored["id"]))
    until(lambda: alerts_of(api, "arista_eos", stored))
    url = f"/config/findings/{row['id']}"
    accepted = done(engineer.post(f"{url}/accept", json={"reason": "the old one goes in May"}))
    assert (accepted["state"], accepted["reason"]) == ("accepted", "the old one goes in May")
    until(lambda: alerts_of(api, "arista_eos", stored)[0]["state"] == "resolved")
    withdrawn = done(engineer.post(f"{url}/withdraw"))
    assert withdrawn["state"] == "open"
    until(lambda: alerts_of(api, "arista_eos", stored)[0]["state"] == "firing")


def test_running_and_stored_configurations_are_analysed_on_demand(
    api: Api, devices: Devices, engineer: httpx.Client, stored: dict[str, Any]
) -> None:
    api.back_up("ios", "vrp")
    devices.change("ios", "line vty 0 4\n transport input telnet\n")
    body = {"device_ids": [api.ids["ios"], api.ids["vrp"]], "policy_ids": [stored["id"]]}
    before = done(engineer.post("/analyze/compliance", json=body))
    assert before["compliant"] and {each["source"] for each in before["devices"]} == {"stored"}
    running = done(engineer.post("/analyze/compliance", json={**body, "source": "running"}))
    assert [(each["device_id"], each["rule"]) for each in running["findings"]] == [
        (api.ids["ios"], "no-telnet")
    ]
    assert findings(api, "ios", stored["id"])[0]["state"] == "open"
    devices.change("ios", "line vty 0 4\n transport input ssh\n")
    done(engineer.post("/analyze/compliance", json={**body, "source": "running"}))
    assert findings(api, "ios", stored["id"])[0]["state"] == "closed"
