"""A guest's way through the cart: add, change how many, remove."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def add_first_product(page: Page, qty: int) -> str:
    """Add the first product of the list that is in stock; returns its name."""
    page.goto("/?in_stock=true")
    page.locator(".card-product__name a").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("Quantity").fill(str(qty))
    page.get_by_role("button", name="Add to cart").click()
    expect(page).to_have_url(re.compile(r"/cart$"))
    return name


def expect_count(page: Page, words: str) -> None:
    """What the header says is in the cart."""
    expect(page.get_by_role("navigation", name="Account and cart").get_by_role("link", name="Cart")).to_have_text(
        re.compile(rf"Cart\s*{words}$")
    )


def fits_the_screen(page: Page) -> bool:
    """Nothing sticks out to the right, which would make a phone scroll sideways."""
    wide: bool = page.locator("body").evaluate("body => body.scrollWidth <= window.innerWidth + 1")
    return wide


def test_cart_journey(page: Page) -> None:
    page.goto("/cart")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart is empty.")
    name = add_first_product(page, 1)
    expect(page.get_by_role("link", name=name)).to_be_visible()
    expect_count(page, "1 thing")
    assert fits_the_screen(page)
    page.get_by_label(f"Quantity of {name}").fill("3")
    page.get_by_role("button", name=f"Update {name}").click()
    expect_count(page, "3 things")
    expect(page.get_by_label(f"Quantity of {name}")).to_have_value("3")
    page.get_by_role("link", name="Go on shopping").click()
    expect_count(page, "3 things")
    page.goto("/cart")
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart is empty.")
    expect_count(page, "")


def test_what_a_guest_chose_is_there_after_signing_in(page: Page) -> None:
    name = add_first_product(page, 1)
    page.goto("/login")
    page.get_by_label("E-mail address").fill("admin@example.com")
    page.get_by_label("Password").fill("admin123")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("status")).to_have_text("1 product from before you signed in is in your cart.")
    assert fits_the_screen(page)
    page.goto("/cart")
    expect(page.get_by_role("status")).to_have_count(0)
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart is empty.")
