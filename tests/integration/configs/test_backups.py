"""Backups through REST: of one device and of all, changed and unchanged, tagged, read, as of then."""

from typing import Any

from tests.integration.configs.conftest import FAMILIES, Api, Devices


def test_all_devices_are_backed_up_as_one_operation_with_a_result_each(api: Api, devices: Devices) -> None:
    row = api.back_up(all=True)
    assert row["state"] == "succeeded", row
    assert {each["name"]: each["state"] for each in row["result"]["devices"]} == {
        f"{family}-1": "changed" for family in FAMILIES
    }
    assert row["progress"]["done"] == row["progress"]["total"] == len(FAMILIES)
    again = api.back_up(all=True)
    assert again["result"]["unchanged"] == len(FAMILIES), again["result"]
    for family in FAMILIES:
        (backup,) = api.backups(family)
        assert backup["cause"] == "request"
        text = api.get(f"/config/backups/{backup['id']}")["text"]
        assert len(text.splitlines()) > 10
        device: Any = api.get(f"/inventory/devices/{api.ids[family]}")
        assert device["last_backup"] == backup["at"]
