"""States, moves and totals: nothing but rules."""

import json
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.ordering import ADDRESS
from orders import shipping
from orders.domain import MOVES, CartLine, Line, Role, Status, in_cart_order, may_move, next_look, price_changes, totals
from orders.errors import InvalidAddress
from orders.events import OrderCancelled, OrderCompleted, OrderCreated, OrderPaid
from shopkit.money import CENT

prices = st.decimals(min_value=0, max_value=99_999, places=4)
cents = st.decimals(min_value=0, max_value=99_999, places=2)
lines = st.lists(
    st.builds(
        Line,
        product_id=st.uuids(),
        sku=st.just("SKU"),
        name=st.just("Name"),
        qty=st.integers(min_value=1, max_value=999),
        unit_price=prices,
    ),
    max_size=100,
    unique_by=lambda line: line.product_id,
)


class TestTotals:
    @given(lines, cents)
    def test_add_up_to_the_cent(self, bought: list[Line], shipping: Decimal) -> None:
        costs = totals(bought, shipping=shipping)
        assert costs.subtotal == sum((line.line_total for line in bought), Decimal(0))
        assert costs.total == costs.subtotal + shipping
        assert costs.total == costs.total.quantize(CENT)

    @given(lines, cents)
    def test_order_of_lines_does_not_matter(self, bought: list[Line], shipping: Decimal) -> None:
        assert totals(bought, shipping=shipping) == totals(reversed(bought), shipping=shipping)

    @given(lines)
    def test_each_line_is_rounded_half_up_once(self, bought: list[Line]) -> None:
        for line in bought:
            exact = line.unit_price * line.qty
            assert line.line_total == exact.quantize(CENT, ROUND_HALF_UP)
            assert abs(line.line_total - exact) <= Decimal("0.005")

    @given(lines, cents, cents)
    def test_a_discount_is_taken_off(self, bought: list[Line], shipping: Decimal, discount: Decimal) -> None:
        with_discount = totals(bought, shipping=shipping, discount=discount)
        assert with_discount.total == totals(bought, shipping=shipping).total - discount

    def test_half_a_cent(self) -> None:
        line = Line(UUID(int=1), "SKU", "Name", 1, Decimal("0.125"))
        assert line.line_total == Decimal("0.13")

    def test_nothing(self) -> None:
        assert totals([], shipping=Decimal("4.90")).total == Decimal("4.90")


class TestPrices:
    @given(lines)
    def test_those_that_differ(self, bought: list[Line]) -> None:
        seen = [
            CartLine(line.product_id, line.sku, line.name, line.qty, line.unit_price + number % 2)
            for number, line in enumerate(bought)
        ]
        changed = price_changes(seen, bought)
        assert [change.product_id for change in changed] == [line.product_id for line in bought[1::2]]
        assert all(change.old == change.new + 1 for change in changed)

    @given(lines)
    def test_lines_stand_as_in_the_cart(self, bought: list[Line]) -> None:
        cart = [CartLine(line.product_id, line.sku, line.name, line.qty, line.unit_price) for line in bought]
        assert in_cart_order(sorted(bought, key=lambda line: line.product_id), cart) == bought


class TestMoves:
    def test_all_there_are(self) -> None:
        """Design: created, paid, processing, completed; cancelled from the first two, and by administrators later."""
        assert {(str(was), str(to)): set(map(str, roles)) for (was, to), roles in MOVES.items()} == {
            ("created", "paid"): {"payments"},
            ("created", "cancelled"): {"shopper", "admin", "clock"},
            ("paid", "processing"): {"admin"},
            ("paid", "cancelled"): {"shopper", "admin"},
            ("processing", "completed"): {"admin"},
            ("processing", "cancelled"): {"admin"},
        }

    @given(st.sampled_from(Status), st.sampled_from(Role))
    def test_nothing_leaves_the_ends(self, to: Status, role: Role) -> None:
        assert not may_move(Status.completed, to, role)
        assert not may_move(Status.cancelled, to, role)


class TestNextLook:
    @pytest.mark.parametrize(("left", "seconds"), [(1800, 900), (60, 60), (0.2, 1), (-5, 1)])
    def test_not_later_than_sqs_can_wait(self, left: float, seconds: float) -> None:
        assert next_look(left, longest=timedelta(minutes=15)) == timedelta(seconds=seconds)


class TestAddress:
    @pytest.mark.parametrize(
        ("country", "postcode"),
        [("DE", "10115"), ("NL", "1012 ab"), ("GB", "sw1a 1aa"), ("US", "10001-1234"), ("HK", ""), ("AE", "")],
    )
    def test_good(self, country: str, postcode: str) -> None:
        shipping.check(shipping.Address(**{**ADDRESS, "country": country, "postcode": postcode}))

    @pytest.mark.parametrize(
        ("country", "postcode", "field"),
        [
            ("DE", "1011", "postcode"),
            ("DE", "", "postcode"),
            ("GB", "12345", "postcode"),
            ("US", "SW1A 1AA", "postcode"),
            ("ZZ", "1", "country"),
            ("XK", "10000", "country"),
            ("QQ", "1", "country"),
        ],
    )
    def test_bad(self, country: str, postcode: str, field: str) -> None:
        with pytest.raises(InvalidAddress) as refused:
            shipping.check(shipping.Address(**{**ADDRESS, "country": country, "postcode": postcode}))
        assert [error["loc"] for error in refused.value.errors] == [["body", "shipping_address", field]]


@pytest.mark.parametrize("fact", [OrderCreated, OrderPaid, OrderCancelled, OrderCompleted])
def test_examples_are_what_is_sent(fact: type[OrderCreated]) -> None:
    assert json.loads(fact(**fact.EXAMPLE).model_dump_json()) == fact.EXAMPLE
