"""Restores through REST on simulated devices of every family: looked at, done, refused, taken back, reverted."""

from typing import Any

import pytest

from domain.config_text import same
from tests.integration.configs.conftest import CHANGES, FAMILIES, Api, Devices


def changed(api: Api, devices: Devices, family: str) -> tuple[str, str, str]:
    """A device with a backup, then configured by hand: what it ran, the backup of that, and what it runs."""
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

    (restored,) = (
        api.get("/audit", operation_id=row["id"], type="config.restored.v1")["items"]
        or api.get("/audit", device_id=api.ids[family], type="config.restored.v1")["items"]
    )
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
