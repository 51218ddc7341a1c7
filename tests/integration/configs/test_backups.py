"""Backups through REST: of one device and of all, changed and unchanged, tagged, read, as of then."""

from typing import Any

import psycopg

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


def test_a_change_makes_one_event_and_says_who_made_it(api: Api, devices: Devices) -> None:
    api.back_up("ios")
    before = api.backups("ios")
    devices.change("ios", "interface Vlan10\n description by hand\n")
    row = api.back_up("ios", device_id=api.ids["ios"], reason="after the move")
    assert row["result"]["devices"][0]["state"] == "changed"
    newest, *rest = api.backups("ios")
    assert rest == before
    assert newest["previous_id"] == before[0]["id"]
    assert newest["author_by"] == devices.ready["username"]
    assert newest["reason"] == "after the move"
    told = api.get("/audit", device_id=api.ids["ios"], type="config.backed_up.v1")["items"][0]
    assert "changed by admin" in told["summary"]

    compared = api.get(f"/config/compare/{api.ids['ios']}", backup_id=before[0]["id"], against=newest["id"])
    assert "+ description by hand" in compared["unified"]
    (hunk,) = [each for each in compared["hunks"] if each["section"] == ["interface Vlan10"]]
    assert hunk["added"] == ["description by hand"]
    running = api.get(f"/config/compare/{api.ids['ios']}")
    assert (running["old"], running["new"], running["changed"]) == (newest["id"], "running", False)
    assert running["unified"] == ""


def test_a_changed_secret_shows_as_changed_and_never_itself(api: Api, devices: Devices) -> None:
    devices.change("ios", "snmp-server community first-Geheim RO\n")
    api.back_up("ios")
    devices.change("ios", "snmp-server community second-Geheim RO\n")
    api.back_up("ios")
    newest, before, *_ = api.backups("ios")
    compared = api.get(f"/config/compare/{api.ids['ios']}", backup_id=before["id"], against=newest["id"])
    text = api.get(f"/config/backups/{newest['id']}")["text"]
    assert "Geheim" not in compared["unified"] + text
    changed = [line for line in compared["unified"].splitlines() if "snmp-server community <secret:" in line]
    assert any(line.startswith("+") for line in changed)
    found = api.get("/config/search", q="Geheim")
    assert found["items"] == []


def test_tags_are_events_that_can_be_reverted_and_asked_for_as_of_then(api: Api) -> None:
    api.back_up("junos")
    (backup, *_) = api.backups("junos")
    path = f"/config/backups/{backup['id']}"
    tagged = api.client.patch(path, json={"tag": "stable", "note": "known to work", "reason": "checked"})
    assert tagged.status_code == 200, tagged.text
    assert (tagged.json()["tag"], tagged.json()["note"]) == ("stable", "known to work")
    position = tagged.headers["X-Ledger-Position"]
    assert [each["id"] for each in api.get("/config/backups", tag="stable")["items"]] == [backup["id"]]
    reverted = api.client.post(f"/audit/{position}/revert", json={})
    assert reverted.json()["events"] == ["config.tagged.v1"]
    api.settle()
    now = api.get(path)
    assert (now["tag"], now["note"]) == (None, "")
    assert api.get("/config/backups", tag="stable")["items"] == []
    then = api.get("/config/backups", tag="stable", as_of=position)["items"]
    assert [(each["id"], each["note"]) for each in then] == [(backup["id"], "known to work")]
    assert api.client.patch(path, json={"tag": "good"}).status_code == 400


def test_configurations_are_searched_as_they_are_and_were(api: Api, devices: Devices) -> None:
    api.back_up("ios", "junos", "arista_eos")
    position = api.backups("ios")[0]["position"]
    devices.change("ios", "ip route 10.77.0.0 255.255.0.0 10.0.0.1\n")
    api.back_up("ios")
    (found,) = api.get("/config/search", q="10.77.0.0")["items"]
    assert found["device_id"] == api.ids["ios"]
    assert [line["line"] for line in found["lines"]] == ["ip route 10.77.0.0 255.255.0.0 10.0.0.1"]
    text = api.get(f"/config/backups/{found['backup_id']}")["text"].splitlines()
    assert text[found["lines"][0]["number"] - 1] == found["lines"][0]["line"]
    assert api.get("/config/search", q="10.77.0.0", as_of=position)["items"] == []

    names = api.get("/config/search", regex=r"^\s*hostname\b")["items"]
    assert {each["device_id"] for each in names} >= {api.ids["ios"], api.ids["arista_eos"]}
    first = api.get("/config/search", q="e", limit=1)
    assert len(first["items"]) == 1
    second = api.get("/config/search", q="e", limit=1, cursor=first["next_cursor"])
    assert second["items"][0]["device_id"] > first["items"][0]["device_id"]
    assert first["scanned"] == 1
    for bad in ({}, {"q": "a", "regex": "b"}, {"regex": "(a"}, {"regex": "(?=a)"}):
        assert api.client.get("/config/search", params=bad).status_code == 400, bad


def test_what_cannot_be_backed_up_says_why(api: Api, devices: Devices) -> None:
    made = api.client.post("/inventory/devices", json={"address": "127.66.61.14", "name": "nothing there"})
    unknown = made.json()["id"]
    row = api.back_up(device_ids=[unknown, api.ids["vrp"]])
    assert row["state"] == "succeeded"
    worst = row["result"]["devices"][0]
    assert (worst["state"], worst["code"]) == ("failed", "CONFIG_PLATFORM_UNKNOWN")
    alone = api.back_up(device_id=unknown)
    assert (alone["state"], alone["error"]["code"]) == ("failed", "CONFIG_PLATFORM_UNKNOWN")
    assert api.get(f"/config/devices/{unknown}")["error"]["code"] == "CONFIG_PLATFORM_UNKNOWN"
    for bad in ({}, {"all": True, "device_id": unknown}):
        assert api.client.post("/config/backup", json=bad).status_code == 400
    nobody = {"device_id": "00000000-0000-4000-8000-000000000000"}
    assert api.client.post("/config/backup", json=nobody).status_code == 404


def test_a_device_that_hangs_in_the_middle_is_not_stored_and_others_are(api: Api, devices: Devices) -> None:
    with api.instance.client(api.instance.login("admin")) as admin:
        assert admin.patch("/settings", json={"config": {"read_timeout_s": 5}}).status_code == 200
    before = api.backups("arista_eos")
    devices.order(device=devices.address("arista_eos"), fault={"kind": "hang", "command": "show"})
    devices.order(
        device=devices.address("procurve"), fault={"kind": "truncate", "command": "show", "times": 1}
    )
    devices.order(
        device=devices.address("vrp"), fault={"kind": "wrong_prompt", "command": "display", "times": 1}
    )
    row = api.back_up("arista_eos", "procurve", "vrp", "ios")
    devices.order(clear=devices.address("arista_eos"))
    states = {each["name"]: each for each in row["result"]["devices"]}
    assert states["arista_eos-1"]["code"] == "SSH_TIMEOUT", row
    assert states["procurve-1"]["state"] != "failed"  # read again, and whole
    assert states["vrp-1"]["code"] in ("SSH_TIMEOUT", "SSH_PROMPT_NOT_FOUND")
    assert states["ios-1"]["state"] != "failed"
    assert api.backups("arista_eos") == before


def test_a_changed_host_key_refuses_until_it_is_accepted(api: Api, devices: Devices) -> None:
    api.back_up("junos")
    device_id = api.ids["junos"]
    devices.order(new_key=devices.address("junos"))
    row = api.back_up("junos", device_id=device_id)
    assert row["error"]["code"] == "SSH_HOST_KEY_CHANGED"
    (alert,) = api.get("/alerts", device_id=device_id, state="firing")["items"]
    assert alert["severity"] == "critical"
    compared = api.client.get(f"/config/compare/{device_id}")
    assert (compared.status_code, compared.json()["error"]["code"]) == (502, "DEVICE_ERROR")
    (waiting,) = api.get("/config/devices", host_key_changed=True)["items"]
    assert waiting["presented"]
    path = f"/config/host-keys/{device_id}/accept"
    accepted = api.client.post(path, json={"reason": "the device was replaced"})
    assert accepted.status_code == 200, accepted.text
    assert (accepted.json()["host_key"], accepted.json()["presented"]) == (waiting["presented"], "")
    assert api.get(f"/alerts/{alert['id']}")["state"] == "resolved"
    assert api.back_up("junos")["state"] == "succeeded"
    again = api.client.post(path, json={})
    assert (again.status_code, again.json()["error"]["code"]) == (422, "HOST_KEY_UNCHANGED")


def test_no_secret_of_a_device_is_in_the_database_in_clear(api: Api, devices: Devices) -> None:
    devices.change(
        "ios", "snmp-server community Geheim-im-Geraet RO\nusername eve password Geheim-im-Geraet\n"
    )
    api.back_up("ios")
    backup_id = api.backups("ios")[0]["id"]
    devices.change("ios", "snmp-server community another-Geheim-im-Geraet RO\n")
    path = f"/config/restore/{api.ids['ios']}"
    planned = api.client.post(path, json={"backup_id": backup_id, "dry_run": True})
    assert any("snmp-server community <secret:" in line for line in planned.json()["lines"])
    assert api.restore("ios", backup_id)["state"] == "succeeded"
    shown = [planned.text, str(api.get("/operations")), str(api.get("/config/search", q="username eve"))]
    assert not any("Geheim" in each for each in shown)
    with psycopg.connect(api.instance.configuration.database_url) as conn:
        tables = conn.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
        ).fetchall()
        assert ("vault.configs",) in tables
        for (table,) in tables:
            found = conn.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%Geheim%'").fetchone()
            hidden = conn.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", (f"%{b'Geheim'.hex()}%",)
            ).fetchone()
            assert found == hidden == (0,), table
