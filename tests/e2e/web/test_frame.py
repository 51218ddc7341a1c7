"""The frame of the web application: logging in, roles, search, live connection."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import Opener
from tests.e2e.web.product import ADMIN, Product

pytestmark = pytest.mark.needs_package("chromium")


def log_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def test_a_login_leads_back_to_where_one_wanted(open_as: Opener) -> None:
    page = open_as(None, "/devices?q=ap1&sort=-address")
    log_in(page, "admin", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("wrong user name, password")
    log_in(page, "admin", ADMIN)
    expect(page).to_have_url(re.compile(r"/devices\?q=ap1&sort=-address$"))
    expect(page.get_by_role("searchbox", name="Search devices")).to_have_value("ap1")
    page.get_by_role("button", name="Account of admin").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))
    assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize(
    "target", ["//example.org/", "/\\example.org", "https://example.org", "javascript:alert(1)"]
)
def test_a_login_leads_to_no_other_site(open_as: Opener, target: str) -> None:
    page = open_as(None, f"/login?next={target}")
    log_in(page, "admin", ADMIN)
    expect(page).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/dashboard$"))


def test_no_script_can_read_the_tokens(open_as: Opener) -> None:
    page = open_as("viewer", "/dashboard")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    assert "netledger_access" not in page.evaluate("document.cookie")
    assert "eyJ" not in page.evaluate("JSON.stringify(localStorage)")


def test_what_a_role_may_not_do_is_not_offered(open_as: Opener, product: Product, api: httpx.Client) -> None:
    device = product.devices(api)[0]["id"]
    page = open_as("viewer", "/devices")
    expect(page.get_by_role("row").nth(3)).to_be_visible()
    expect(page.get_by_role("button", name="Add a device")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("link", name="Admin", exact=True)).to_have_count(0)
    page.goto(f"/devices/{device}")
    expect(page.get_by_role("tab", name="Facts")).to_be_visible()
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    page.goto("/admin")
    expect(page.get_by_text("Your role does not allow this")).to_be_visible()
    page.goto("/discovery")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(page.get_by_role("button", name="Discover")).to_have_count(0)
    engineer = open_as("engineer", "/devices")
    expect(engineer.get_by_role("button", name="Add a device")).to_be_visible()
    expect(engineer.get_by_role("link", name="Admin", exact=True)).to_have_count(0)


def test_the_palette_leads_to_a_device_by_keyboard_alone(open_as: Opener) -> None:
    page = open_as("viewer", "/dashboard")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("cr2.ham1")
    expect(page.get_by_role("option", name=re.compile("cr2.ham1"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/devices/[0-9a-f-]{36}"))
    expect(page.get_by_role("heading", name="cr2.ham1.example.net")).to_be_visible()


def test_the_theme_is_remembered(open_as: Opener) -> None:
    page = open_as("engineer", "/devices")
    expect(page.locator("html")).not_to_have_class(re.compile("dark"))
    page.get_by_role("button", name="Account of engineer").click()
    page.get_by_role("menuitemcheckbox", name="Dark").click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    elsewhere = open_as("engineer", "/devices")
    expect(elsewhere.locator("html")).to_have_class(re.compile("dark"))


def test_an_unknown_page_says_so(open_as: Opener) -> None:
    page = open_as("viewer", "/no/such/page")
    expect(page.get_by_text("No such page")).to_be_visible()


def test_a_restart_of_the_server_is_outlived(open_as: Opener, product: Product) -> None:
    page = open_as("engineer", "/audit")
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible()
    product.stop()
    expect(page.get_by_role("status", name=re.compile("^Not live"))).to_be_visible()
    product.start()
    with product.client() as client:  # what happens before the page is back is not missed
        client.post("/alerts", json={"severity": "low", "title": "while you were away"}).raise_for_status()
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible(timeout=40_000)
    expect(page.get_by_text("while you were away").first).to_be_visible()
