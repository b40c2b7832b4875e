"""The issue's own story: sign in, create a product, switch it off and on, and see the public page follow."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def sign_in(page: Page) -> None:
    page.goto("/login?next=/admin")
    page.get_by_label("E-mail address").fill("admin@example.com")
    page.get_by_label("Password").fill("admin123")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/admin$"))


def create(page: Page, name: str) -> None:
    page.get_by_role("link", name="New product").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Price", exact=True).fill("24.50")
    page.get_by_label("SKU").fill(f"JOURNEY-{uuid.uuid4().hex[:12]}")
    page.get_by_label("In stock").fill("7")
    page.get_by_label("Active: shoppers see it").check()
    page.get_by_role("button", name="Create product").click()


def fits_the_screen(page: Page) -> bool:
    """Nothing sticks out to the right, which would make a phone scroll sideways."""
    wide: bool = page.locator("body").evaluate("body => body.scrollWidth <= window.innerWidth + 1")
    return wide


def test_admin_journey(page: Page) -> None:
    name = f"Walnut Kite {uuid.uuid4().hex[:6]}"
    sign_in(page)
    create(page, name)
    page.goto(f"/?q={name.rsplit(maxsplit=1)[-1]}")
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    public_page = page.url
    for button, status in (("Switch off", 404), ("Switch on", 200)):
        page.goto(f"/admin?q={name.rsplit(maxsplit=1)[-1]}")
        page.get_by_role("button", name=re.compile(f"^{button}")).click()
        expect(page.get_by_text(name).first).to_be_visible()
        answer = page.request.get(public_page, headers={"Accept": "text/html", "Cookie": ""})
        assert answer.status == status
    page.goto(public_page)
    expect(page.get_by_text("€24.50").first).to_be_visible()


def test_a_mistake_is_told_beside_its_field(page: Page) -> None:
    sign_in(page)
    page.goto("/admin/products/new")
    page.get_by_label("Name", exact=True).fill("Half a product")
    page.get_by_label("Price", exact=True).fill("cheap")
    page.get_by_role("button", name="Create product").click()
    price = page.get_by_label("Price", exact=True)
    expect(price).to_have_attribute("aria-invalid", "true")
    described_by = price.get_attribute("aria-describedby")
    assert described_by
    expect(page.locator(f"#{described_by.split()[0]}")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half a product")


@pytest.mark.parametrize("path", ["/", "/?q=linen&sort=price", "/login", "/register"])
def test_pages_fit_the_screen(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert fits_the_screen(page)
