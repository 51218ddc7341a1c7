"""What a role may not do is not offered on any page, and the server refuses it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import PASSWORD, Opener
from tests.e2e.web.product import Product

pytestmark = pytest.mark.needs_package("chromium")
NOBODY = uuid4()
OFFERED: tuple[tuple[str, str, str, str, Any], ...] = (
    # page, what is offered there, the least role, what it asks of the server
    ("/devices", "Add a device", "engineer", "/inventory/devices", {"address": "2001:db8::1:1"}),
    ("/discovery", "Discover", "engineer", "/discovery/start", {"targets": ["127.64.0.1"]}),
    ("/configs", "Back up all", "engineer", "/config/backup", {"all": True}),
    ("/templates", "New template", "engineer", "/config/templates", {"name": "x", "body": "x"}),
    ("/customers", "New secret", "engineer", "/isolate", {"router_id": str(NOBODY), "username": "x", "isolated": True}),
    ("/alerts?tab=rules", "New rule", "engineer", "/alert-rules", {}),
    ("/alerts?tab=silences", "New silence", "engineer", "/silences", {}),
    ("/analytics?tab=models", "Learn anew", "engineer", "/models/retrain", {}),
    ("/audit", "Verify the ledger", "admin", "/users", {"username": "x"}),
)  # fmt: skip
RANK = ("viewer", "engineer", "admin")


@pytest.mark.parametrize("role", ["viewer", "engineer"])
def test_a_role_is_offered_what_it_may_do(open_as: Opener, product: Product, role: str) -> None:
    page = open_as(role, "/login")
    with product.client(role, PASSWORD) as client:
        for path, name, least, asked, body in OFFERED:
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.get_by_role("status", name="Loading")).to_have_count(0)
            shown = page.locator("main")
            offered = shown.get_by_role("button", name=name).or_(shown.get_by_role("link", name=name)).first
            if RANK.index(role) >= RANK.index(least):
                expect(offered).to_be_visible()
            else:
                expect(offered).to_have_count(0)
                assert client.post(asked, json=body).status_code == 403, asked


def test_admin_is_for_admins(open_as: Opener, product: Product, api: httpx.Client) -> None:
    page = open_as("engineer", "/admin?tab=workers")
    expect(page.get_by_text("Your role does not allow this")).to_be_visible()
    with product.client("engineer", PASSWORD) as engineer:
        for path in (
            *("/users", "/api-keys", "/credentials", "/settings", "/settings/descriptions"),
            *("/projections", "/workers", "/logs", "/audit/verify"),
        ):
            assert engineer.get(path).status_code == 403, path
            if path != "/audit/verify":
                assert api.get(path).status_code == 200, path
