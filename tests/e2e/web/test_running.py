"""Discovery and administration in the browser."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Opener

pytestmark = pytest.mark.needs_package("chromium")


def test_a_discovery_is_started_and_followed(open_as: Opener) -> None:
    page = open_as("engineer", "/discovery")
    targets = page.get_by_label("Targets")
    targets.fill("10.0.0.0/33")
    expect(page.get_by_text("not a network")).to_be_visible()
    expect(page.get_by_role("button", name="Discover")).to_be_disabled()
    targets.fill("127.64.0.1-127.64.0.9")
    expect(page.get_by_text("9 addresses")).to_be_visible()
    page.get_by_label("Reason").fill("after the move")
    page.get_by_role("button", name="Discover").click()
    run = page.get_by_role("link", name="127.64.0.1-127.64.0.9").last
    expect(run).to_be_visible()
    run.click()
    expect(page).to_have_url(re.compile("/discovery/[0-9a-f-]{36}"))
    expect(page.get_by_text("succeeded").first).to_be_visible(timeout=40_000)
    page.get_by_role("button", name=re.compile("^Operations")).click()
    expect(page.get_by_role("dialog", name="Operations").get_by_text("after the move")).to_be_visible()


def test_a_user_is_added_and_changed(open_as: Opener, api: httpx.Client) -> None:
    page = open_as("admin", "/admin?tab=users")
    page.get_by_role("button", name="Add a user").click()
    page.get_by_label("User name").fill("grace")
    page.get_by_label("Password").fill("a long enough password of hers")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="grace").click()
    page.get_by_label("Role").select_option("engineer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    users = {each["username"]: each["role"] for each in api.get("/users").json()["items"]}
    assert users["grace"] == "engineer"


def test_a_key_is_shown_once(open_as: Opener, product: object) -> None:
    page = open_as("admin", "/admin?tab=keys")
    page.get_by_role("button", name="Make a key").click()
    page.get_by_label("Name").fill("monitoring")
    page.get_by_role("button", name="Make it").click()
    key = page.get_by_role("dialog").locator("code").inner_text()
    assert (
        httpx.get(f"{page.url.split('/admin')[0]}/api/v1/users/me", headers={"X-App-Key": key}).status_code
        == 200
    )
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("button", name="monitoring")).to_be_visible()
    assert key not in page.content()


def test_a_credential_is_added_and_tried(open_as: Opener) -> None:
    page = open_as("admin", "/admin?tab=credentials")
    page.get_by_role("button", name="Add a credential").click()
    page.get_by_label("Name").fill("wrong community")
    page.get_by_label("Community").fill("not-the-community")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="wrong community").click()
    page.get_by_label("Try it on a device").fill("127.64.0.1")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("Not accepted")
    assert "not-the-community" not in page.content()


def test_a_setting_is_changed_with_its_preview(open_as: Opener, api: httpx.Client) -> None:
    before = api.get("/settings").json()["routers"]["sync_s"]
    page = open_as("admin", "/admin?tab=settings")
    expect(
        page.get_by_text("How often the secrets on a router are compared with the ledger.")
    ).to_be_visible()
    page.get_by_label("Sync", exact=True).fill(str(before + 60))
    page.get_by_role("button", name="Save").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text(str(before + 60))
    asked.get_by_label("Reason").fill("the routers are busy")
    asked.get_by_role("button", name="Change").click()
    expect(page.get_by_text("workers take it up").first).to_be_visible()
    assert api.get("/settings").json()["routers"]["sync_s"] == before + 60


def test_a_projection_is_rebuilt(open_as: Opener, api: httpx.Client) -> None:
    page = open_as("admin", "/admin?tab=projections")
    row = page.get_by_role("row").filter(has_text="audit")
    row.get_by_role("button", name="Rebuild").click()
    page.get_by_role("dialog").get_by_role("button", name="Rebuild").click()
    expect(page.get_by_text("reads go on meanwhile").first).to_be_visible()
    expect(row.get_by_role("button", name="Rebuild")).to_be_visible(timeout=40_000)


def test_the_workers_are_told(open_as: Opener) -> None:
    page = open_as("admin", "/admin?tab=workers")
    worker = page.get_by_role("region", name="Workers").get_by_role("row").nth(1)
    expect(worker).to_contain_text("projector")
    expect(worker).to_contain_text("just now")


def test_the_ledger_is_verified_and_the_logs_are_read(open_as: Opener) -> None:
    page = open_as("admin", "/audit")
    page.get_by_role("button", name="Verify the ledger").click()
    expect(page.get_by_text("Intact: nothing was changed")).to_be_visible(timeout=40_000)
    page.goto("/admin?tab=logs&level=any")
    expect(page.get_by_text("request", exact=True).first).to_be_visible()
