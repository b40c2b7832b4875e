"""From the shop window to a paid order and back, and an administrator who moves it on."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESS = {
    "Full name": "Ada Lovelace",
    "Street and number": "Hauptstr. 1",
    "Postcode": "10115",
    "Town or city": "Berlin",
}


def register(page: Page) -> None:
    """From the page that asks to sign in."""
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("E-mail address").fill(f"{uuid.uuid4()}@example.com")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Create account").click()


def choose_first_product(page: Page) -> str:
    """Put the first product of the list that is in stock into the cart; returns its name."""
    page.goto("/?in_stock=true")
    page.locator(".card-product__name a").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Add to cart").click()
    return name


def expect_state(page: Page, words: str) -> None:
    expect(page.locator(".order-head .state")).to_have_text(words)


def fits_the_screen(page: Page) -> bool:
    """Nothing sticks out to the right, which would make a phone scroll sideways."""
    wide: bool = page.locator("body").evaluate("body => body.scrollWidth <= window.innerWidth + 1")
    return wide


def place_order(page: Page) -> str:
    """As a guest who becomes a shopper at the checkout; returns the number of the order, which is to be picked up."""
    choose_first_product(page)
    page.get_by_role("link", name="Check out").click()
    register(page)
    page.get_by_role("button", name="Place the order").click()
    return page.get_by_role("heading", level=1).inner_text().removeprefix("Order ")


def test_checkout_journey(page: Page) -> None:
    name = choose_first_product(page)
    page.get_by_role("link", name="Check out").click()
    expect(page).to_have_url(re.compile(r"/login\?next="))
    register(page)
    expect(page).to_have_url(re.compile(r"/checkout$"))
    expect(page.get_by_text(name)).to_be_visible()
    expect(page.get_by_label("Full name")).to_be_hidden()
    page.get_by_label("Standard delivery").check()
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_label("Country")).to_have_attribute("aria-invalid", "true")
    assert fits_the_screen(page)
    for label, value in ADDRESS.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Country").select_option("Germany")
    page.get_by_role("button", name="Place the order").click()
    expect_state(page, "Waiting for payment")
    expect(page.get_by_text(re.compile(r"^Held for you until .* UTC\.$"))).to_be_visible()
    expect(page.get_by_role("link", name="Cart", exact=True)).to_be_visible()
    assert fits_the_screen(page)
    page.get_by_label("A card that is declined").check()
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_label("Visa").check()
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    expect_state(page, "Paid")
    expect(page.get_by_text("The payment arrived.")).to_be_visible()
    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    assert fits_the_screen(page)


def test_a_provider_that_answers_late(page: Page) -> None:
    """The page looks again by itself until the order is paid."""
    place_order(page)
    page.get_by_label("A card that answers late").check()
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    expect(page.get_by_role("status")).to_contain_text("Your payment is on its way")
    expect(page.locator(".order-head .state")).to_have_text("Paid", timeout=60_000)


def test_cancelling_is_confirmed_first(page: Page) -> None:
    place_order(page)
    page.get_by_role("link", name="Cancel this order").click()
    page.get_by_role("link", name="Keep it").click()
    expect_state(page, "Waiting for payment")
    page.get_by_role("link", name="Cancel this order").click()
    assert fits_the_screen(page)
    page.get_by_label("Why?").fill("Changed my mind")
    page.get_by_role("button", name="Cancel the order").click()
    expect_state(page, "Cancelled")
    expect(page.get_by_text("Changed my mind")).to_be_visible()


def test_an_administrator_moves_it_on(page: Page) -> None:
    number = place_order(page)
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    expect_state(page, "Paid")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/login?next=/admin/orders")
    page.get_by_label("E-mail address").fill("admin@example.com")
    page.get_by_label("Password").fill("admin123")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Search orders").fill(number)
    page.get_by_role("button", name="Show").click()
    assert fits_the_screen(page)
    page.get_by_role("link", name=number).click()
    page.get_by_role("button", name="Start preparing").click()
    expect_state(page, "Being prepared")
    page.get_by_text(re.compile("^Cancel and give")).click()
    page.get_by_label("Why?").fill("It broke")
    assert fits_the_screen(page)
    page.get_by_role("button", name=re.compile("^Give .* back$")).click()
    expect_state(page, "Cancelled")
    expect(page.get_by_text("It broke")).to_be_visible()
