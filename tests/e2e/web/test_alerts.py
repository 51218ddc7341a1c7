"""Alerts in the browser: acknowledged, silenced, resolved, explained; rules made from templates and brought back."""

import re
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import PHONE, Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")


def test_an_alert_is_acknowledged_silenced_explained_and_resolved(
    open_as: Opener, api: httpx.Client, product: Product
) -> None:
    title = f"the fan rattles {uuid4().hex[:6]}"
    device = product.devices(api)[0]
    body = {"severity": "high", "title": title, "device_id": device["id"]}
    page = open_as("engineer", "/alerts?severity=high")
    expect(page.get_by_role("heading", name="Alerts")).to_be_visible()
    raised = api.post("/alerts", json=body).raise_for_status().json()
    page.get_by_role("table").get_by_role("link", name=title).click()  # it came by itself
    expect(page).to_have_url(re.compile(raised["id"]))
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("somebody is on the way")
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    told = (
        page.get_by_role("region")
        .filter(has_text="Why was I (not) told?")
        .or_(page.locator("section").filter(has_text="Why was I (not) told?"))
    )
    expect(told.first).to_contain_text("acknowledged")
    expect(told.first).to_contain_text("somebody is on the way")
    page.get_by_role("button", name="Silence").click()
    silence = page.get_by_role("dialog", name="Silence")
    silence.get_by_label("Why").fill("a new fan is ordered")
    silence.get_by_role("button", name="Silence").click()
    expect(silence).to_have_count(0)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    page.goto("/alerts?tab=silences")
    row = page.get_by_role("row").filter(has_text="a new fan is ordered")
    expect(row).to_contain_text("active")
    row.get_by_role("button", name="End").click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(row).to_contain_text("ended")


def test_a_rule_from_a_template_and_an_older_version_brought_back(open_as: Opener) -> None:
    page = open_as("engineer", "/alerts?tab=rules")
    page.get_by_role("button", name="New rule").click()
    dialog = page.get_by_role("dialog")
    name = f"my own {uuid4().hex[:6]}"
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Create").click()
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Change").click()
    dialog.get_by_label("Condition").fill("{")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_text("This is no JSON")).to_be_visible()
    dialog.get_by_label("Condition").fill('{"kind": "device_down", "for_s": 120}')
    dialog.get_by_label("Severity").select_option("critical")
    dialog.get_by_role("button", name="Change").click()
    expect(page.get_by_text("version 2")).to_be_visible()
    expect(page.get_by_text("device down for 2 min").first).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("version 3")).to_be_visible()


def test_a_viewer_is_offered_no_command(open_as: Opener, api: httpx.Client) -> None:
    raised = api.post("/alerts", json={"severity": "low", "title": "just so"}).raise_for_status().json()
    page = open_as("viewer", "/alerts")
    expect(page.get_by_role("link", name="just so")).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge all")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.goto(f"/alerts/{raised['id']}")
    expect(page.get_by_role("heading", name="just so")).to_be_visible()
    for verb in ("Acknowledge", "Resolve", "Silence"):
        expect(page.get_by_role("button", name=verb)).to_have_count(0)


def test_what_changed_just_before_is_reverted_from_the_alert(
    open_as: Opener, api: httpx.Client, product: Product
) -> None:
    device = next(each for each in product.devices(api) if each["name"].startswith("as3"))
    change = {"name": "renamed by mistake", "reason": "the wrong window"}
    api.patch(f"/inventory/devices/{device['id']}", json=change).raise_for_status()
    alert = {"severity": "medium", "title": "nobody finds the switch", "device_id": device["id"]}
    raised = api.post("/alerts", json=alert).raise_for_status().json()
    viewer = open_as("viewer", f"/alerts/{raised['id']}")
    changes = viewer.get_by_role("list", name="Changes in the hour before").get_by_role("listitem")
    mistake = changes.filter(has_text="the wrong window")
    expect(mistake).to_be_visible()
    expect(mistake.get_by_role("button", name="Revert")).to_have_count(0)
    page = open_as("engineer", f"/alerts/{raised['id']}")
    changes = page.get_by_role("list", name="Changes in the hour before").get_by_role("listitem")
    changes.filter(has_text="the wrong window").get_by_role("button", name="Revert").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("renamed by mistake")
    asked.get_by_label("Reason").fill("as it was")
    asked.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back").first).to_be_visible()
    assert api.get(f"/inventory/devices/{device['id']}").json()["name"] == device["name"]
    api.post(f"/alerts/{raised['id']}/resolve", json={"reason": "found"}).raise_for_status()


IN_THE_BACKGROUND = """
Object.defineProperty(document, "hidden", { get: () => true });
window.told = [];
window.Notification = class {
  static permission = "granted";
  constructor(title, { body }) { window.told.push(`${title}: ${body}`); }
};
"""
"""A tab behind others, whose notifications a person allowed: a headless browser shows none."""


def test_a_critical_alert_says_so_wherever_one_is(open_as: Opener, api: httpx.Client) -> None:
    page = open_as("viewer", "/login")
    page.add_init_script(IN_THE_BACKGROUND)
    page.goto("/audit")
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible()
    quiet, loud = (f"{kind} {uuid4().hex[:6]}" for kind in ("quiet", "loud"))
    api.post("/alerts", json={"severity": "high", "title": quiet}).raise_for_status()
    raised = api.post("/alerts", json={"severity": "critical", "title": loud}).raise_for_status().json()
    toast = page.get_by_role("region", name=re.compile("^Notifications")).get_by_role("listitem")
    expect(toast.filter(has_text=quiet)).to_be_visible()
    expect(toast.filter(has_text=loud)).to_be_visible()
    assert page.evaluate("window.told") == [f"{loud}: critical alert"]
    toast.filter(has_text=loud).get_by_role("link", name="Show").click()
    expect(page).to_have_url(re.compile(raised["id"]))
    expect(page.get_by_role("heading", name=loud)).to_be_visible()
    api.post("/alerts/acknowledge-all", json={"filter": {}}).raise_for_status()


HOSTILE = {
    "a script": "<script>window.broken=1</script><img src=x onerror=window.broken=1>",
    "right to left": "\u202etxet\u202d \u2066abc",
    "long": "n" * 5_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_are_text_on_alerts_and_the_map(open_as: Opener, api: httpx.Client, kind: str) -> None:
    name = HOSTILE[kind]
    body = {"address": f"2001:db8::{uuid4().hex[:4]}:{uuid4().hex[:4]}", "name": name[:255]}
    device = api.post("/inventory/devices", json=body).raise_for_status().json()
    alert = {"severity": "info", "title": name[:300], "device_id": device["id"], "detail": {"said": name}}
    raised = api.post("/alerts", json=alert).raise_for_status().json()
    page = open_as("engineer", f"/alerts?device_id={device['id']}", viewport=PHONE)
    for path in (f"/alerts/{raised['id']}", f"/topology?selected={device['id']}"):
        page.goto(path)
        expect(page.get_by_role("heading").first).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        shown = page.locator("main")
        expect(shown).to_contain_text(
            "<script>" if kind == "a script" else name[:1] if kind == "long" else "abc"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate("window.broken") is None
        assert "\u202e" not in shown.inner_text()
    api.delete(f"/inventory/devices/{device['id']}").raise_for_status()
