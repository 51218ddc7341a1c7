"""Restores in the browser under the device's own safety timer: confirmed in time, and lapsed."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import PASSWORD, Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")
CONFIRM = "configure session netledger commit"
"""What the device wants to hear over a new connection, or it takes the change back."""


class OwnDevice:
    """One simulated switch that does as it is told; a minute of its timers takes 2 s."""

    def __init__(self, api: httpx.Client) -> None:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "lab.ssh.process", "--network", "127.66.62.0/29", "--count", "1"),
                *("--families", "arista_eos", "--minute-s", "2"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.api = api
        self.address: str = ready["devices"][0]["address"]
        credential = {
            "name": f"own device {uuid4().hex[:8]}",
            "kind": "ssh",
            **{name: ready[name] for name in ("username", "password", "enable_password", "port")},
        }
        credential_id = api.post("/credentials", json=credential).raise_for_status().json()["id"]
        body = {
            "address": self.address,
            "name": "restored switch",
            "labels": ["platform:arista_eos"],
            "credential_ids": [credential_id],
        }
        self.id: str = api.post("/inventory/devices", json=body).raise_for_status().json()["id"]

    def stop(self) -> None:
        self.api.request("DELETE", f"/inventory/devices/{self.id}", json={"reason": "the test is over"})
        self._process.terminate()
        self._process.wait(10)

    def order(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert told["ok"], told
        return told

    def running(self) -> str:
        return str(self.order(config=self.address)["text"])

    def fault(self, **fault: Any) -> None:
        self.order(fault={"command": CONFIRM, **fault}, device=self.address)

    def ended(self, answer: httpx.Response) -> None:
        url = answer.raise_for_status().json()["status_url"].removeprefix("/api/v1")
        end = time.monotonic() + 30
        while (row := self.api.get(url).json())["state"] in ("requested", "running"):
            assert time.monotonic() < end, row
            time.sleep(0.05)
        assert row["state"] == "succeeded", row

    def backups(self) -> list[str]:
        """The newest first."""
        rows = self.api.get("/config/backups", params={"device_id": self.id}).json()["items"]
        return [row["id"] for row in rows]


@pytest.fixture(scope="module")
def switch(product: Product) -> Iterator[OwnDevice]:
    """With two backups: what it ran at first, and with a change by a template."""
    with product.client() as api:
        device = OwnDevice(api)
        try:
            device.ended(api.post("/config/backup", json={"device_id": device.id}))
            template = {"name": f"clock {uuid4().hex[:8]}", "body": "ntp server 192.0.2.99\n"}
            made = api.post("/config/templates", json=template).raise_for_status().json()
            apply = {"template_id": made["id"], "device_ids": [device.id], "variables": {}}
            device.ended(api.post("/config/template/apply", json=apply))
            assert len(device.backups()) == 2
            yield device
        finally:
            device.stop()


def restore(page: Page, backup: str) -> None:
    page.goto(f"/configs/{backup}")
    page.get_by_role("button", name="Restore").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("ntp server 192.0.2.99").first).to_be_visible()
    expect(dialog.get_by_role("button", name="Restore", exact=True)).to_be_disabled()
    dialog.get_by_label("The device undoes it by itself").select_option("After 1 minute")
    dialog.get_by_label("Reason").fill("back to what worked")
    dialog.get_by_role("button", name="Restore", exact=True).click()
    expect(dialog.get_by_text(re.compile(r"undoes it by itself in \d+ s"))).to_be_visible()


def test_a_restore_is_confirmed_while_the_countdown_runs(open_as: Opener, switch: OwnDevice) -> None:
    switch.fault(kind="slow", delay_s=1.0)
    _, first = switch.backups()
    page = open_as("engineer", "/configs")
    restore(page, first)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("succeeded").first).to_be_visible(timeout=20_000)
    expect(dialog.get_by_text("undoes it by itself")).to_have_count(0)
    for step in ("intended", "sent", "confirmed", "observed"):
        expect(dialog.get_by_text(step, exact=True)).to_be_visible()
    assert "192.0.2.99" not in switch.running()


def test_one_that_is_not_confirmed_lapses_and_says_so(open_as: Opener, switch: OwnDevice) -> None:
    switch.fault(kind="reject", times=0, message="% Cannot commit: the configuration is locked")
    before = switch.running()
    changed = next(
        each for each in switch.backups() if "192.0.2.99" in switch.api.get(f"/config/backups/{each}").text
    )
    page = open_as("engineer", "/configs")
    restore(page, changed)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("refuses to confirm")).to_be_visible(timeout=20_000)
    expect(dialog.get_by_text("failed").first).to_be_visible()
    expect(dialog.get_by_text("undoes it by itself")).to_have_count(0)
    assert switch.running() == before
    switch.order(clear=switch.address)


def test_a_viewer_sees_the_backups_and_restores_nothing(
    open_as: Opener, product: Product, switch: OwnDevice
) -> None:
    page = open_as("viewer", f"/devices/{switch.id}?tab=configs")
    expect(page.get_by_role("table").get_by_role("link", name="Compare").first).to_be_visible()
    expect(page.get_by_role("button", name="Back up now")).to_have_count(0)
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("tab", name="Compare")).to_be_visible()
    expect(page.get_by_role("button", name="Restore")).to_have_count(0)
    with product.client("viewer", PASSWORD) as viewer:
        body = {"backup_id": switch.backups()[0]}
        assert viewer.post(f"/config/restore/{switch.id}", json=body).status_code == 403
