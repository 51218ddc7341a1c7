"""The map, charts, configurations and the dashboard in the browser, with what the lab's devices say."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")


@pytest.fixture(scope="module")
def backup(product: Product) -> dict[str, Any]:
    """Of a RouterOS router, from a reading of all devices."""
    end = time.monotonic() + 90
    with product.client() as client:
        client.post("/config/backup", json={"all": True, "reason": "to look at"}).raise_for_status()
        while True:
            for each in client.get("/config/backups", params={"limit": 500}).json()["items"]:
                if each["platform"] == "routeros":
                    return dict(each)
            assert time.monotonic() < end, "no router was backed up"
            time.sleep(0.2)


def test_the_map_is_drawn_and_moved_back_in_time(open_as: Opener) -> None:
    page = open_as("viewer", "/topology")
    drawing = page.get_by_role("img", name=re.compile("^Map of"))
    expect(drawing.locator("canvas").first).to_be_visible()
    box = drawing.locator("canvas").first.bounding_box()
    assert box is not None and box["height"] > 300
    page.get_by_role("button", name=re.compile("cr2.ham1")).click()
    expect(page.get_by_role("link", name="Open the device")).to_be_visible()
    slider = page.get_by_role("slider", name="Moment shown")
    slider.focus()
    slider.press("Home")
    expect(page).to_have_url(re.compile("as_of="))
    moment = page.get_by_role("textbox", name="Date and time shown")
    expect(moment).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"))
    then = moment.input_value()
    page.get_by_role("button", name="Now").click()
    expect(page).not_to_have_url(re.compile("as_of="))
    moment.fill("11/02/2026")
    expect(moment).to_have_attribute("aria-invalid", "true")
    moment.fill(then)
    moment.press("Enter")
    expect(page).to_have_url(re.compile("as_of="))


def test_the_dashboard_shows_what_moves_most(open_as: Opener) -> None:
    page = open_as("viewer", "/dashboard")
    for title in ("Firing alerts", "Top talkers", "Running operations", "Detectors", "Latest changes"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    talkers = page.get_by_role("table").filter(has_text="Received")
    expect(talkers).to_contain_text("bit/s", timeout=90_000)


def test_a_backup_is_tagged_compared_found_and_its_restore_planned(
    open_as: Opener, backup: dict[str, Any]
) -> None:
    page = open_as("engineer", f"/configs/{backup['id']}")
    page.get_by_role("button", name="Tag and note").click()
    page.get_by_role("dialog").get_by_label("Tag").select_option("stable")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("stable").first).to_be_visible()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Against").select_option("running")
    expect(page.get_by_text("The device runs this very configuration")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("dialog").get_by_text("Nothing to restore")).to_be_visible(timeout=30_000)
    page.goto("/configs?tab=search")
    page.get_by_label("Contains").fill("/snmp community")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("link", name=backup["device_name"])).to_be_visible()
    viewer = open_as("viewer", f"/configs/{backup['id']}")
    expect(viewer.get_by_role("tab", name="Compare")).to_be_visible()
    for verb in ("Tag and note", "Restore"):
        expect(viewer.get_by_role("button", name=verb)).to_have_count(0)
