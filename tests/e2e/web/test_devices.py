"""Devices in the browser: the table, one device then and now, undoing a change, hostile names."""

import csv
import re
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import PHONE, Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")


def test_the_table_filters_sorts_and_is_restored_by_its_address(open_as: Opener) -> None:
    page = open_as("engineer", "/devices")
    rows = page.get_by_role("rowgroup").nth(1).get_by_role("row")
    expect(rows.first).to_contain_text("ap1")
    page.get_by_role("button", name="Address").click()
    expect(rows.first).to_contain_text("127.64.0.1")
    page.get_by_label("Type", exact=True).select_option("router")
    page.get_by_role("searchbox", name="Search devices").fill("mikrotik")
    expect(page).to_have_url(re.compile(r"sort=address.*type=router.*q=mikrotik"))
    expect(rows.first).to_contain_text("MikroTik")
    count = rows.count()
    address = page.url
    again = open_as("viewer", address)
    found = again.get_by_role("rowgroup").nth(1).get_by_role("row")
    expect(found).to_have_count(count)
    expect(again.get_by_role("searchbox", name="Search devices")).to_have_value("mikrotik")


def test_a_view_follows_its_user_to_another_browser(open_as: Opener) -> None:
    page = open_as("viewer", "/devices?type=switch&sort=-name")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    page.get_by_role("textbox", name="Name").fill("all switches")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("View “all switches” saved", exact=True)).to_be_visible()
    other = open_as("viewer", "/login")
    older = '[{"name": "routers", "search": {"type": "router"}, "hidden": {}}]'
    other.evaluate("older => localStorage.setItem('netledger.views.devices', older)", older)
    other.goto("/devices")
    other.get_by_role("button", name="Views").click()
    other.get_by_role("menuitem", name="all switches", exact=True).click()
    expect(other).to_have_url(re.compile(r"(?=.*type=switch)(?=.*sort=-name)"))
    # what an earlier version kept in this browser is taken over
    page.goto("/devices")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="routers", exact=True).click()
    expect(page).to_have_url(re.compile(r"type=router"))
    assert other.evaluate("localStorage.getItem('netledger.views.devices')") is None


def test_what_is_shown_is_exported(open_as: Opener) -> None:
    page = open_as("viewer", "/devices?type=router&sort=name")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - a path of playwright
        rows = list(csv.DictReader(file))
    assert len(rows) > 3
    assert {row["Type"] for row in rows} == {"router"}
    assert [row["Name"] for row in rows] == sorted(row["Name"] for row in rows)


def test_many_are_labelled_at_once(open_as: Opener, api: httpx.Client) -> None:
    label = f"l{uuid4().hex[:8]}"
    page = open_as("engineer", "/devices?type=switch")
    boxes = page.get_by_role("checkbox", name="Select this row")
    expect(boxes.first).to_be_visible()
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Label").click()
    page.get_by_label("Labels to add").fill(label)
    page.get_by_role("button", name="Add labels").click()
    expect(page.get_by_text("Labelled: 2").first).to_be_visible()
    assert api.get("/inventory/devices", params={"label": label}).json()["total"] == 2


def test_a_change_is_seen_in_the_past_and_undone(
    open_as: Opener, product: Product, api: httpx.Client
) -> None:
    device = next(each for each in product.devices(api) if each["name"].startswith("as4"))
    page = open_as("engineer", f"/devices/{device['id']}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Name", exact=True).fill("renamed switch")
    page.get_by_label("Reason").fill("moved to another rack")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="renamed switch")).to_be_visible()

    page.goto(f"/devices/{device['id']}?at={device['first_seen'].replace('+', '%2B')}")
    expect(page.get_by_text("As it was on")).to_be_visible()
    expect(page.get_by_text("now: renamed switch")).to_be_visible()

    page.goto(f"/devices/{device['id']}?tab=history")
    expect(page.get_by_text("moved to another rack")).to_be_visible()
    page.get_by_role("feed").get_by_role("button").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("renamed switch").first).to_be_visible()
    expect(drawer.get_by_role("heading", name="Cause and effect")).to_be_visible()
    drawer.get_by_role("button", name="Revert").click()
    asked = page.get_by_role("dialog").last
    expect(asked).to_contain_text("renamed switch")
    asked.get_by_label("Reason").fill("it was the other switch")
    asked.get_by_role("button", name="Revert").click()
    page.goto(f"/devices/{device['id']}")
    expect(page.get_by_role("heading", name=device["name"])).to_be_visible()


HOSTILE = {
    "a script": "<script>window.broken=1</script><img src=x onerror=window.broken=1>",
    "right to left": "core\u202egpj.exe\u2066",
    "long": "x" * 255,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_are_text(open_as: Opener, api: httpx.Client, kind: str) -> None:
    name = HOSTILE[kind]
    body = {
        "address": f"2001:db8::{uuid4().hex[:4]}:{uuid4().hex[:4]}",
        "name": name,
        "notes": name,
        "owner": name,
    }
    device = api.post("/inventory/devices", json=body).raise_for_status().json()
    page = open_as("engineer", f"/devices?q={device['address']}", viewport=PHONE)
    row = page.get_by_role("link").filter(has_text=name[:4] if kind != "a script" else "<script>")
    expect(row.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/devices/{device['id']}")
    expect(page.get_by_role("tab", name="Facts")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("window.broken") is None
    assert "\u202e" not in page.inner_text("main")
