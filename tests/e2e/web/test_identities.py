"""Records that may be of one device: judged in the browser, merged, split and kept apart."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import PHONE, Opener
from tests.e2e.web.product import axe_source, told

pytestmark = pytest.mark.needs_package("chromium")


@pytest.fixture
def pair(api: httpx.Client) -> Iterator[tuple[str, list[str]]]:
    """Two records of one name, at two sites."""
    name = f"twin-{uuid4().hex[:8]}"
    bodies = [
        {"address": f"2001:db8:77::{uuid4().hex[:4]}", "name": name, "site": site} for site in ("a", "b")
    ]
    ids = [api.post("/inventory/devices", json=body).raise_for_status().json()["id"] for body in bodies]
    yield name, ids
    for each in ids:
        api.request("DELETE", f"/inventory/devices/{each}", json={"reason": "the test is over"})


def test_they_are_merged_split_and_kept_apart(
    open_as: Opener, api: httpx.Client, pair: tuple[str, list[str]]
) -> None:
    name, (one, _) = pair
    viewer = open_as("viewer", "/discovery?tab=candidates")
    shown = viewer.locator("section").filter(has=viewer.get_by_role("link", name=name))
    expect(shown).to_contain_text(f"both are called {name}")
    expect(shown).to_contain_text("site: a and b")
    expect(shown.get_by_role("button")).to_have_count(0)
    viewer.set_viewport_size(PHONE)
    viewer.evaluate(axe_source())
    violations = viewer.evaluate("axe.run().then((done) => done.violations)")
    assert violations == [], told(violations)

    page = open_as("engineer", "/discovery?tab=candidates")
    both = page.locator("section").filter(has=page.get_by_role("link", name=name))
    both.get_by_role("button", name="Merge…").click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_role("button", name="Merge")).to_be_disabled()
    asked.get_by_label("Reason").fill("it was moved")
    asked.get_by_role("button", name="Merge").click()
    expect(both).to_have_count(0)
    expect(shown).to_have_count(0)  # nor for anybody else who looks

    page.goto(f"/devices/{one}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Split off").click()
    split = page.get_by_role("dialog")
    expect(split).to_contain_text(f"both are called {name}")  # the evidence of then
    split.get_by_role("radio").check()
    split.get_by_label("Reason").fill("there are two after all")
    split.get_by_role("button", name="Split").click()
    expect(split).to_have_count(0)
    assert api.get(f"/inventory/devices/{one}").json()["merged_into"] is None


def test_two_that_only_look_alike_are_kept_apart(
    open_as: Opener, api: httpx.Client, pair: tuple[str, list[str]]
) -> None:
    name, (one, other) = pair
    page = open_as("engineer", "/discovery?tab=candidates")
    both = page.locator("section").filter(has=page.get_by_role("link", name=name))
    both.get_by_role("button", name="They are two…").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("a pair by design")
    page.get_by_role("dialog").get_by_role("button", name="They are two").click()
    expect(both).to_have_count(0)
    for device in (one, other):
        [said] = api.get("/audit", params={"device_id": device, "type": "device.kept_apart.v1"}).json()[
            "items"
        ]
        assert said["reason"] == "a pair by design"
