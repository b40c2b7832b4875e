"""Between a product and the form that edits it."""

import pytest

from gateway.web import product_form
from gateway.web.forms import Form

COMPLETE = {"name": ["Mug"], "sku": ["MUG-1"], "price": ["12.50"]}
ODD_NUMBERS = ["NaN", "Infinity", "1e2", "1_000", "\uff11\uff12", "\u0663"]
"""What Python takes for numbers, and people do not write."""
PRODUCT = {
    "name": "Mug",
    "sku": "MUG-1",
    "handle": "mug",
    "price": "12.50",
    "compare_at_price": None,
    "description": "<p>Good</p>",
    "options": {"Size": "L", "Colour": "Blue"},
    "categories": ["kitchen", "sale"],
    "is_active": True,
}


def form(**fields: str) -> Form:
    return Form(COMPLETE | {name: [value] for name, value in fields.items()})


class TestToProduct:
    def test_what_was_shown_and_not_changed_is_the_product(self) -> None:
        shown = product_form.of_product(PRODUCT)
        assert product_form.to_product(shown) == PRODUCT
        assert not shown.is_refused

    @pytest.mark.parametrize("name", ["name", "sku", "price"])
    @pytest.mark.parametrize("left", ["", "   "])
    def test_required(self, name: str, left: str) -> None:
        sent = form(**{name: left})
        product_form.to_product(sent)
        assert sent.errors.keys() == {name}
        assert sent.status == 400

    @pytest.mark.parametrize(
        ("written", "price"), [("12", "12.00"), ("12,5", "12.50"), ("0", "0.00"), (" 7.05 ", "7.05")]
    )
    def test_prices(self, written: str, price: str) -> None:
        assert product_form.to_product(form(price=written))["price"] == price

    @pytest.mark.parametrize("written", ["-1", "+1", "1.005", ".5", "5.", "1,000.00", "9" * 60, "a few", *ODD_NUMBERS])
    def test_no_prices(self, written: str) -> None:
        sent = form(price=written, compare_at_price=written)
        product_form.to_product(sent)
        assert sent.errors.keys() == {"price", "compare_at_price"}

    def test_without_a_handle_none_is_set(self) -> None:
        assert "handle" not in product_form.to_product(form(handle=" "))

    @pytest.mark.parametrize(
        "fields",
        [
            {"option_name_1": "Size"},
            {"option_value_2": "M"},
            {"option_name_1": "Size", "option_value_1": "M", "option_name_3": "Size", "option_value_3": "L"},
        ],
    )
    def test_incomplete_options(self, fields: dict[str, str]) -> None:
        sent = form(**fields)
        product_form.to_product(sent)
        assert sent.errors.keys() == {"options"}


class TestWholeNumber:
    @pytest.mark.parametrize(("written", "number"), [("+10", 10), ("-2", -2), ("0", 0)])
    def test_numbers(self, written: str, number: int) -> None:
        assert product_form.whole_number(form(delta=written), "delta") == number

    @pytest.mark.parametrize("written", ["", "1.5", "ten", "--1", "9" * 60, *ODD_NUMBERS])
    def test_others(self, written: str) -> None:
        sent = form(delta=written)
        product_form.whole_number(sent, "delta")
        assert sent.errors.keys() == {"delta"}


class TestDifferences:
    def test_none(self) -> None:
        assert product_form.differences(PRODUCT, PRODUCT) == []

    def test_order_of_categories_is_none(self) -> None:
        assert product_form.differences(PRODUCT, {**PRODUCT, "categories": ["sale", "kitchen"]}) == []

    def test_each_with_both_sides(self) -> None:
        mine = {**PRODUCT, "name": "Cup", "is_active": False, "options": {"Size": "S"}, "compare_at_price": "20.00"}
        assert product_form.differences(PRODUCT, mine) == [
            ("Name", "Mug", "Cup"),
            ("Former price", "", "20.00"),
            ("Options", "Size: L, Colour: Blue", "Size: S"),
            ("Active", "yes", "no"),
        ]
