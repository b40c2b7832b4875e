"""What a cart costs: nothing but arithmetic."""

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from cart.domain import MOST_LINES, MOST_UNITS, Cart, Line, Seen
from cart.pricing import Offer, PricedCart, priced
from shopkit import money

PRICES = st.decimals(min_value=0, max_value=money.LARGEST, places=2)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, Offer | None]:
    """A line, and what catalog says of its product."""
    seen = Seen("SKU", "Name", draw(PRICES), "EUR")
    line = Line(draw(st.uuids()), draw(st.integers(1, MOST_UNITS)), seen)
    if draw(st.booleans()):
        now = Seen("SKU", "New name", draw(st.one_of(st.just(seen.price), PRICES)), "EUR")
        stock = draw(st.integers(0, 2 * MOST_UNITS))
        return line, Offer(now, "name", {}, None, stock, is_active=draw(st.booleans()))
    return line, None


CARTS = st.lists(lines(), max_size=MOST_LINES, unique_by=lambda drawn: drawn[0].product_id)


def at_todays_prices(drawn: list[tuple[Line, Offer | None]]) -> PricedCart:
    cart = Cart(uuid4(), 1, tuple(line for line, _ in drawn))
    return priced(cart, {line.product_id: offer for line, offer in drawn}, "EUR")


def in_cents(amount: Decimal) -> int:
    return int(amount * 100)


@given(CARTS)
def test_the_total_is_the_sum_of_what_can_be_bought(drawn: list[tuple[Line, Offer | None]]) -> None:
    cart = at_todays_prices(drawn)
    expected = sum(
        in_cents(offer.seen.price) * line.qty for line, offer in drawn if offer and offer.is_active and offer.stock
    )
    assert in_cents(cart.total) == expected
    assert cart.total.as_tuple().exponent == -2


@given(CARTS)
def test_lines(drawn: list[tuple[Line, Offer | None]]) -> None:
    cart = at_todays_prices(drawn)
    assert [item.product_id for item in cart.items] == [line.product_id for line, _ in drawn]
    for item in cart.items:
        assert in_cents(item.line_total) == in_cents(item.unit_price) * item.qty
        assert item.line_total.as_tuple().exponent == -2
        changed = item.unit_price != item.price_seen
        assert (item.notice is None) == (item.available and item.left is None and not changed)
        assert item.left is None or item.left < item.qty
        assert item.available or item.left in (None, 0)


@given(CARTS)
def test_without_catalog(drawn: list[tuple[Line, Offer | None]]) -> None:
    """What was seen counts, and every line says that it is not certain."""
    cart = priced(Cart(uuid4(), 1, tuple(line for line, _ in drawn)), None, "EUR")
    assert not cart.checked
    assert in_cents(cart.total) == sum(in_cents(line.seen.price) * line.qty for line, _ in drawn)
    assert all(item.notice and item.unit_price == item.price_seen for item in cart.items)


def test_another_currency_is_another_price() -> None:
    product_id = UUID(int=1)
    cart = Cart(uuid4(), 1, (Line(product_id, 1, Seen("SKU", "Name", Decimal("9.00"), "EUR")),))
    now = Offer(Seen("SKU", "Name", Decimal("9.00"), "CHF"), "name", {}, None, 5, is_active=True)
    notice = priced(cart, {product_id: now}, "CHF").items[0].notice
    assert notice == "The price was 9.00 EUR when you added this; now it is 9.00 CHF."


@given(st.decimals(min_value=0, max_value=10**6, places=4))
def test_half_a_cent_goes_up(amount: Decimal) -> None:
    rounded = money.rounded(amount)
    assert rounded == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal("-0.005") < rounded - amount <= Decimal("0.005")
