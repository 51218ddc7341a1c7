"""Alerts: raised, acknowledged one by one and all at once, resolved, reopened, counted."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from tests.integration.api.answers import done, is_uuid, listed, newest, refused, unused, unused_address
from tests.integration.api.serving import Netledger


def raised(client: httpx.Client, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = done(
        client.post("/alerts", json={"severity": "medium", "title": unused(), **more}), 201
    )
    return body


def test_an_alert_from_raising_to_resolution(engineer: httpx.Client, viewer: httpx.Client) -> None:
    device = str(uuid4())
    alert = raised(engineer, device_id=device, detail={"if": "ether1"}, reason="by hand")
    assert is_uuid(alert["id"])
    assert (alert["state"], alert["severity"], alert["source"]) == ("firing", "medium", "engineer")
    assert (alert["device_id"], alert["detail"], alert["reason"]) == (device, {"if": "ether1"}, "by hand")
    assert alert["occurrence"] == 1

    known = done(engineer.post(f"/alerts/{alert['id']}/acknowledge", json={"reason": "on it"}))
    assert (known["state"], known["acknowledged_by"], known["reason"]) == (
        "acknowledged",
        "engineer",
        "on it",
    )
    assert done(engineer.post(f"/alerts/{alert['id']}/unacknowledge"))["state"] == "firing"
    over = done(engineer.post(f"/alerts/{alert['id']}/resolve", json={"reason": "cable"}))
    assert (over["state"], over["resolved_by"]) == ("resolved", "engineer")
    assert done(engineer.post(f"/alerts/{alert['id']}/reopen"))["state"] == "firing"
    assert viewer.get(f"/alerts/{alert['id']}").json()["state"] == "firing"


def test_one_cause_is_one_alert(engineer: httpx.Client) -> None:
    key = unused()
    first = raised(engineer, key=key, title="a")
    assert raised(engineer, key=key, title="b") == first
    engineer.post(f"/alerts/{first['id']}/resolve")
    again = raised(engineer, key=key, title="c")
    assert (again["id"], again["occurrence"], again["title"]) == (first["id"], 2, "c")


@pytest.mark.parametrize("path", ["/alerts", "/telemetry/alerts"])
def test_filters(engineer: httpx.Client, path: str) -> None:
    device = str(uuid4())
    high = raised(engineer, severity="high", device_id=device)["id"]
    low = raised(engineer, severity="low", device_id=device)["id"]
    engineer.post(f"/alerts/{low}/acknowledge")

    def found(**params: str) -> list[str]:
        return [each["id"] for each in listed(engineer.get(path, params={"device_id": device, **params}))]

    assert found() == [low, high], "newest first"
    assert found(severity="high") == [high]
    assert found(state="acknowledged") == [low]
    assert found(state="resolved") == []
    assert found(state="silenced") == []
    assert found(severity="low", state="firing") == []


def test_an_alert_names_its_device(engineer: httpx.Client) -> None:
    body = {"name": unused(), "address": unused_address()}
    device = done(engineer.post("/inventory/devices", json=body), 201)
    alert = raised(engineer, severity="high", device_id=device["id"])
    assert alert["device_name"] == body["name"]
    assert listed(engineer.get("/alerts", params={"device_id": device["id"]})) == [alert]


def test_all_of_a_device_at_once(engineer: httpx.Client, admin: httpx.Client) -> None:
    device, other = str(uuid4()), str(uuid4())
    mine = {raised(engineer, device_id=device, severity="high")["id"] for _ in range(3)}
    low = raised(engineer, device_id=device, severity="low")["id"]
    raised(engineer, device_id=other)
    body = {"filter": {"device_id": device, "severity": "high"}, "reason": "planned work"}
    assert done(engineer.post("/alerts/acknowledge-all", json=body)) == {"acknowledged": 3}
    assert done(engineer.post("/alerts/acknowledge-all", json=body)) == {"acknowledged": 0}
    known = listed(engineer.get("/alerts", params={"device_id": device, "state": "acknowledged"}))
    assert {each["id"] for each in known} == mine
    assert {each["reason"] for each in known} == {"planned work"}
    assert [
        each["id"]
        for each in listed(engineer.get("/alerts", params={"device_id": device, "state": "firing"}))
    ] == [low]
    assert newest(admin, "alert.acknowledged.v1")["reason"] == "planned work"


def test_more_than_a_batch_at_once(engineer: httpx.Client, instance: Netledger) -> None:
    device = str(uuid4())

    async def raise_many(count: int) -> None:
        by = instance.console.by()
        commands = [
            RaiseAlert(key=f"{device} {n}", severity="info", title="x", device_id=device)
            for n in range(count)
        ]
        outcomes = await asyncio.gather(
            *(instance.console.bus.execute(ALERT.to(alert_id(each.key), each), by=by) for each in commands)
        )
        last = max(outcome.position for outcome in outcomes)
        assert await instance.console.watch.wait_for_projection("alerts", last, 20)

    instance.call(raise_many(1_050))
    body = {"filter": {"device_id": device}}
    assert done(engineer.post("/alerts/acknowledge-all", json=body)) == {"acknowledged": 1_050}
    assert listed(engineer.get("/alerts", params={"state": "firing", "device_id": device})) == []


def test_the_summary_counts(engineer: httpx.Client, viewer: httpx.Client) -> None:
    before = viewer.get("/alerts/summary").json()
    assert set(before["by_state"]) == {"firing", "acknowledged", "resolved", "silenced"}
    assert set(before["by_severity"]) == {"critical", "high", "medium", "low", "info"}
    raised(engineer, severity="critical")
    over = raised(engineer, severity="critical")
    engineer.post(f"/alerts/{over['id']}/resolve")
    after = viewer.get("/alerts/summary").json()
    assert after["by_state"]["firing"] == before["by_state"]["firing"] + 1
    assert after["by_state"]["resolved"] == before["by_state"]["resolved"] + 1
    assert after["by_severity"]["critical"] == before["by_severity"]["critical"] + 1


def test_commands_on_an_unknown_alert(engineer: httpx.Client) -> None:
    for verb in ("acknowledge", "unacknowledge", "resolve", "reopen"):
        refused(engineer.post(f"/alerts/{uuid4()}/{verb}"), 404, "ALERT_NOT_FOUND")
