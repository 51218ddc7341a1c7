"""Templates in the browser: written, previewed for a device, applied as a dry run and for good, brought back."""

import re
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import PHONE, Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")

BODY = "ntp server {{ server }}\n"


def _device(product: Product, api: httpx.Client, os: str) -> dict[str, str]:
    return next({"id": each["id"], "name": each["name"]} for each in product.devices(api) if each["os"] == os)


def _pick(page: Page, name: str) -> None:
    page.get_by_role("searchbox", name="Search devices").fill(name)
    page.get_by_role("group", name="Devices").get_by_role("checkbox", name=name).check()
    expect(page.get_by_text("1 chosen")).to_be_visible()


def test_one_is_made_previewed_and_applied(open_as: Opener, product: Product, api: httpx.Client) -> None:
    name, device = f"time {uuid4().hex[:8]}", _device(product, api, "arista_eos")
    page = open_as("engineer", "/templates")
    page.get_by_role("link", name="New template").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("textbox", name="Text of the template").click()
    page.keyboard.type(BODY.strip())
    page.get_by_role("button", name="Declare server").click()
    page.get_by_label("Type").select_option("ip")
    preview = page.get_by_label("server", exact=True)
    preview.fill("no address")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_text("expected an IPv4 or IPv6 address")).to_be_visible()
    preview.fill("192.0.2.77")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("textbox", name="Preview")).to_contain_text("ntp server 192.0.2.77")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()

    page.get_by_role("tab", name="Preview").click()
    page.get_by_label("server", exact=True).fill("192.0.2.78")
    page.get_by_role("button", name="Device to preview for").click()
    page.get_by_placeholder("Name or address").fill(device["name"])
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("textbox", name="Preview")).to_contain_text("ntp server 192.0.2.78")

    page.get_by_role("tab", name="Apply").click()
    expect(page.get_by_label("server", exact=True)).to_have_value("192.0.2.78")  # what was typed stays
    _pick(page, device["name"])
    page.get_by_role("button", name="Dry run").click()
    plan = page.get_by_role("region", name="Dry run")
    expect(plan).to_contain_text("1 of 1 would change", timeout=60_000)
    expect(plan).to_contain_text("ntp server 192.0.2.78")

    page.get_by_role("button", name="Apply…").click()
    asked = page.get_by_role("dialog")
    asked.get_by_label("Reason").fill("a new clock")
    asked.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("operation="))
    expect(page.get_by_text("1 succeeded, in 1 wave.")).to_be_visible(timeout=90_000)
    again = open_as("viewer", re.sub(r"\?.*", "", page.url))
    expect(again.get_by_role("heading", name=name)).to_be_visible()
    expect(again.get_by_role("tab", name="Apply")).to_have_count(0)
    expect(again.get_by_role("button", name="Change")).to_have_count(0)


def test_an_old_version_is_brought_back(open_as: Opener, api: httpx.Client) -> None:
    body = {"name": f"t {uuid4().hex[:8]}", "body": "first text\n"}
    made = api.post("/config/templates", json=body).raise_for_status().json()
    api.put(f"/config/templates/{made['id']}", json={**body, "body": "second text\n"}).raise_for_status()
    page = open_as("engineer", f"/templates/{made['id']}?tab=versions")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Version 1 and the present one")).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("version 3,")).to_be_visible()
    page.get_by_role("tab", name="Template").click()
    expect(page.get_by_role("textbox", name="Text of the template")).to_contain_text("first text")


def test_what_is_wrong_is_said_where_it_is(open_as: Opener) -> None:
    page = open_as("engineer", "/templates/new", viewport=PHONE)
    page.get_by_label("Name", exact=True).fill("broken")
    page.get_by_role("textbox", name="Text of the template").click()
    page.keyboard.type("{% if x %} never ended")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("[Ll]ine 1"))
