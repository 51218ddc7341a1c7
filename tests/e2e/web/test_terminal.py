"""A device's command line in the browser: asked why, typed into, replayed."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import PASSWORD, Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")


def test_it_opens_echoes_and_is_replayed(open_as: Opener, product: Product, api: httpx.Client) -> None:
    device = next(each for each in product.devices(api) if each["os"] == "arista_eos")
    page = open_as("engineer", f"/devices/{device['id']}")
    page.get_by_role("button", name="Terminal").click()
    connect = page.get_by_role("button", name="Connect")
    expect(connect).to_be_disabled()
    page.get_by_label("Reason").fill("a look at the clock")
    connect.click()
    session = page.get_by_role("region", name="Session")
    expect(session).to_contain_text("Host key", timeout=30_000)
    screen = page.locator(".xterm")
    expect(screen).to_contain_text(re.compile("[>#]"))
    page.keyboard.type("show version\n")
    expect(screen).to_contain_text("show version")
    page.get_by_role("button", name="Disconnect").click()
    expect(session).to_contain_text("The session was closed.")
    page.get_by_role("link", name="The recording").click()
    expect(page.locator(".xterm")).to_contain_text("show version", timeout=30_000)
    expect(page.get_by_role("button", name="Again")).to_be_visible(timeout=30_000)

    ends = api.get("/audit", params={"type": "terminal.ended.v1", "device_id": device["id"]}).json()["items"]
    assert ends[0]["reason"] == "a look at the clock"
    assert ends[0]["actor"]["name"] == "engineer"


def test_a_viewer_has_none(open_as: Opener, product: Product, api: httpx.Client) -> None:
    device = product.devices(api)[0]
    page = open_as("viewer", f"/devices/{device['id']}")
    expect(page.get_by_role("tab", name="Facts")).to_be_visible()
    expect(page.get_by_role("button", name="Terminal")).to_have_count(0)
    page.goto(f"/devices/{device['id']}/terminal")
    expect(page.get_by_text("Your role does not allow this")).to_be_visible()


def test_a_device_without_ssh_says_so(open_as: Opener, product: Product) -> None:
    with product.client("engineer", PASSWORD) as engineer:
        device = next(each for each in product.devices(engineer) if each["os"] == "brother")
    page = open_as("engineer", f"/devices/{device['id']}/terminal")
    page.get_by_label("Reason").fill("is there a door?")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("button", name="Connect again")).to_be_visible(timeout=30_000)
