"""Restores through REST on simulated devices of every family: looked at, done, refused, taken back, reverted."""

from typing import Any

import pytest

from domain.config_text import same
from tests.integration.configs.conftest import CHANGES, FAMILIES, Api, Devices


def changed(api: Api, devices: Devices, family: str) -> tuple[str, str, str]:
    """A device with a backup, then configured by hand: what it ran, the backup of that, and what it runs."""
    devices.reset(family)
    before = devices.config(family)
    api.back_up(family)
    backup_id = api.backups(family)[0]["id"]
    devices.change(family, CHANGES[family])
    now = devices.config(family)
    assert not same(family, before, now)
    return before, backup_id, now


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_backup_holds_is_restored_and_the_restore_reverted(
    api: Api, devices: Devices, family: str
) -> None:
    before, backup_id, now = changed(api, devices, family)

    plan = api.client.post(
        f"/config/restore/{api.ids[family]}", json={"backup_id": backup_id, "dry_run": True}
    )
    assert plan.status_code == 200, plan.text
    assert plan.json()["lines"]
    assert plan.json()["difference"]["changed"]
    assert same(family, devices.config(family), now), "a dry run changes nothing"

    row = api.restore(family, backup_id, confirm_within_s=60, reason="back to normal")
    assert row["state"] == "succeeded", row
    assert [step["state"] for step in row["steps"]] == ["intended", "sent", "confirmed", "observed"]
    assert same(family, devices.config(family), before)
    assert row["result"]["state"] == "applied"
    newest, changed_by_hand, *_ = api.backups(family)
    assert newest["content"] == api.get(f"/config/backups/{backup_id}")["content"]
    assert newest["cause"] == "after_change"
    assert changed_by_hand["cause"] == "before_change"
    assert row["result"]["before_id"] == changed_by_hand["id"]

    restored = api.get("/audit", device_id=api.ids[family], type="config.restored.v1")["items"][0]
    assert restored["reason"] == "back to normal"
    again = api.restore(family, backup_id)
    assert again["result"]["state"] == "unchanged"

    reverted = api.client.post(f"/audit/{restored['position']}/revert", json={"reason": "it was right"})
    assert reverted.status_code == 200, reverted.text
    assert reverted.json()["events"] == ["operation.requested.v1", "config.restore_requested.v1"]
    found: list[dict[str, Any]] = api.get("/operations", kind="config.restore", device_id=api.ids[family])[
        "items"
    ]
    assert api.ended(found[0]["id"])["state"] == "succeeded"
    assert same(family, devices.config(family), now)


@pytest.mark.parametrize("within_s", [None, 60])
def test_a_rejected_line_is_told_with_the_answer_and_the_device_stays_as_it_was(
    api: Api, devices: Devices, within_s: int | None
) -> None:
    _, backup_id, now = changed(api, devices, "ios")
    address = devices.address("ios")
    refusal = {"kind": "reject", "command": "no ip route", "message": "% Route is in use"}
    devices.order(device=address, fault=refusal)
    row = api.restore("ios", backup_id, confirm_within_s=within_s)
    devices.order(clear=address)
    assert (row["state"], row["error"]["code"]) == ("failed", "CONFIG_LINE_REJECTED"), row
    assert "no ip route 10.9.0.0" in row["error"]["message"]
    assert "Route is in use" in row["error"]["message"]
    assert same("ios", devices.config("ios"), now)
    told = api.get("/audit", device_id=api.ids["ios"], type="config.restore_failed.v1")["items"][0]
    event = api.get(f"/audit/{told['position']}")["data"]
    assert event["state"] == "rolled_back"
    assert event["rejected"]["line"].startswith("no ip route 10.9.0.0")
    assert "Route is in use" in event["rejected"]["answer"]
    assert api.backups("ios")[0]["id"] == event["before_id"]


@pytest.mark.parametrize("family", ["ios", "junos"])
def test_a_connection_that_breaks_in_the_middle_is_an_unknown_outcome_until_the_device_is_back(
    api: Api, devices: Devices, family: str
) -> None:
    before, backup_id, _ = changed(api, devices, family)
    line = {"ios": "no ip route", "junos": "commit"}[family]
    devices.order(device=devices.address(family), fault={"kind": "drop", "command": line})
    row = api.restore(family, backup_id)
    assert row["state"] == "succeeded", row
    assert row["attempt"] == 2
    assert same(family, devices.config(family), before)
    told = [each["type"] for each in api.get("/audit", operation_id=row["id"])["items"]]
    assert "operation.outcome_unknown.v1" in told
    assert "unknown" in [step["state"] for step in row["steps"]]


def test_a_device_that_cannot_be_reached_is_not_changed(api: Api, devices: Devices) -> None:
    api.back_up("vrp")
    backup_id = api.backups("vrp")[0]["id"]
    devices.order(refuse_logins=True, device=devices.address("vrp"))
    row = api.restore("vrp", backup_id)
    devices.order(refuse_logins=False, device=devices.address("vrp"))
    assert (row["state"], row["error"]["code"]) == ("failed", "SSH_LOGIN_REFUSED")
    assert row["steps"] == []


def test_what_cannot_be_restored_is_refused_before_anything_is_asked_for(api: Api, devices: Devices) -> None:
    api.back_up("ios", "junos")
    backup_id = api.backups("ios")[0]["id"]
    other = api.client.post(f"/config/restore/{api.ids['junos']}", json={"backup_id": backup_id})
    assert (other.status_code, other.json()["error"]["code"]) == (404, "BACKUP_NOT_FOUND")
    path = f"/config/restore/{api.ids['ios']}"
    for bad in ({}, {"backup_id": backup_id, "confirm_within_s": 1}, {"backup_id": "x"}):
        assert api.client.post(path, json=bad).status_code == 400, bad
    with api.instance.client(api.instance.login("viewer")) as viewer:
        assert viewer.post(path, json={"backup_id": backup_id, "dry_run": True}).status_code == 403
