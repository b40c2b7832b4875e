from typing import Any

import pytest

from gateway.web import presenters


def product(**facts: Any) -> presenters.Product:
    return {
        "id": "1",
        "sku": "SKU",
        "name": "Mug",
        "handle": "mug",
        "options": {},
        "price": "12.00",
        "compare_at_price": None,
        "currency": "EUR",
        "stock": 10,
        "categories": [],
        "images": [],
        **facts,
    }


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "shown"),
        [
            ("24.00", "EUR", "€24.00"),
            ("1240.50", "GBP", "£1,240.50"),
            ("0.99", "USD", "$0.99"),
            ("1234567.00", "CHF", "1,234,567.00 CHF"),
        ],
    )
    def test_as_shoppers_read_it(self, amount: str, currency: str, shown: str) -> None:
        assert presenters.money(amount, currency) == shown


class TestStock:
    @pytest.mark.parametrize(
        ("left", "level", "words"),
        [(0, "out", "Sold out"), (1, "low", "Only 1 left"), (5, "low", "Only 5 left"), (6, "good", "In stock")],
    )
    def test_in_words(self, left: int, level: str, words: str) -> None:
        assert presenters.stock_of(left) == presenters.Stock(level, words)


class TestPictures:
    def test_drawing_tells_title_categories_and_colour(self) -> None:
        address = presenters.drawing_address(product(options={"Colour": "Moss"}, categories=["new-in", "kitchen"]))

        assert address == "/placeholder/mug.svg?t=Mug&w=new-in+kitchen&c=Moss"

    def test_addresses_stay_within_what_is_drawn(self) -> None:
        long = product(name="x" * 200, categories=["y" * 150] * 3, options={"Color": "z" * 100}, handle="ä/b")

        address = presenters.drawing_address(long)

        assert address == f"/placeholder/%C3%A4%2Fb.svg?t={'x' * 160}&w={'y' * 150}+{'y' * 49}&c={'z' * 40}"

    def test_photographs_in_their_order_with_the_name_for_want_of_words(self) -> None:
        images = [{"url": "https://a.test/1.jpg", "alt": "Above"}, {"url": "https://a.test/2.jpg", "alt": ""}]

        pictures = presenters.pictures_of(product(images=images))

        assert [(picture.photo, picture.alt) for picture in pictures] == [
            ("https://a.test/1.jpg", "Above"),
            ("https://a.test/2.jpg", "Mug"),
        ]


class TestChosen:
    def test_by_id_even_if_sold_out(self) -> None:
        variants = [product(id="1"), product(id="2", stock=0)]

        assert presenters.chosen_of(variants, "2")["id"] == "2"

    def test_all_sold_out(self) -> None:
        variants = [product(id="1", stock=0), product(id="2", stock=0)]

        assert presenters.chosen_of(variants, "")["id"] == "1"
