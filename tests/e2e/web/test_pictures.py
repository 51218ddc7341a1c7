"""The pages that the README shows, each with what it is there for; `DOCS_IMAGES=1` writes the pictures anew."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import Opener
from tests.e2e.web.product import Product
from tests.integration.workers.imagined import INTERVAL_S, polls

pytestmark = pytest.mark.needs_package("chromium")
IMAGES = Path(__file__).parents[3] / "docs/images"
DAY = 288
SIZE = {"width": 1280, "height": 800}


def _kept(page: Page, name: str, folder: Path) -> None:
    target = IMAGES if os.environ.get("DOCS_IMAGES") else folder
    target.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target / f"{name}.png")
    assert (target / f"{name}.png").stat().st_size > 10_000


def test_a_device_and_its_alert(open_as: Opener, product: Product, api: httpx.Client, tmp_path: Path) -> None:
    device = next(each for each in product.devices(api) if each["name"].startswith("cr2"))
    page = open_as("engineer", f"/devices/{device['id']}", viewport=SIZE)
    expect(page.get_by_role("heading", name=re.compile("cr2.ham1"))).to_be_visible()
    _kept(page, "device", tmp_path)
    moved = {"site": "HAM1", "reason": "into the new rack"}
    api.patch(f"/inventory/devices/{device['id']}", json=moved).raise_for_status()
    alert = {"severity": "critical", "title": "The uplink to Berlin loses packets", "device_id": device["id"]}
    page.goto(f"/alerts/{api.post('/alerts', json=alert).raise_for_status().json()['id']}")
    expect(page.get_by_text("into the new rack").first).to_be_visible()
    expect(page.get_by_role("heading", name="Why was I (not) told?")).to_be_visible()
    _kept(page, "alert", tmp_path)


def test_a_customer_who_is_isolated(open_as: Opener, api: httpx.Client, tmp_path: Path) -> None:
    page = open_as("engineer", "/customers?q=ber1-ce1-0011", viewport=SIZE)
    page.get_by_role("table", name="Customers").get_by_role("link").first.click(timeout=60_000)
    expect(page.get_by_role("heading", name="ber1-ce1-0011")).to_be_visible()
    customer = api.get(f"/customers/{page.url.rsplit('/', 1)[1]}").json()
    body = {
        "router_id": customer["router_id"],
        "username": customer["username"],
        "isolated": True,
        "reason": "unpaid since March",
    }
    api.post("/isolate", json=body).raise_for_status()
    evidence = page.get_by_role("region", name="Evidence of each step")
    expect(evidence).to_be_visible(timeout=30_000)
    evidence.scroll_into_view_if_needed()
    _kept(page, "customer", tmp_path)


def test_what_is_watched(open_as: Opener, tmp_path: Path) -> None:
    page = open_as("engineer", "/topology", viewport=SIZE)
    expect(page.get_by_role("img", name=re.compile("^Map of")).locator("canvas").first).to_be_visible()
    _kept(page, "topology", tmp_path)
    page.goto("/dashboard")
    expect(page.get_by_role("table").filter(has_text="Received")).to_contain_text("bit/s", timeout=90_000)
    _kept(page, "dashboard", tmp_path)


@pytest.fixture
def measured(product: Product, api: httpx.Client) -> Iterator[str]:
    """A device with a day of telemetry."""
    body = {"address": "192.0.2.90", "name": "edge1.ham1.example.net"}
    device: str = api.post("/inventory/devices", json=body).raise_for_status().json()["id"]
    product.publish(list(polls([device], DAY, start=time.time() - DAY * INTERVAL_S)))
    yield device
    api.request("DELETE", f"/inventory/devices/{device}", json={"reason": "the test is over"})


def test_what_was_measured(open_as: Opener, measured: str, tmp_path: Path) -> None:
    page = open_as("engineer", f"/telemetry?device={measured}&last=86400", viewport=SIZE)
    for number in range(4):
        expect(page.get_by_role("figure").nth(number).locator("canvas")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("figure").first).to_contain_text(re.compile(r"\d %"))
    _kept(page, "telemetry", tmp_path)
