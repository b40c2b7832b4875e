import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from factories.events import Http, Reply
from factories.visit import Visit
from gateway.web.sanitising import harmless

MakeProduct = Callable[..., dict[str, Any]]
CHOICE = re.compile(r'<a class="(choice[^"]*)" href="([^"]+)"( aria-current="true")?>\s*([^<]+)')


def choices(page: Reply) -> dict[str, tuple[str, bool, bool]]:
    """Address, whether it is chosen and whether it is to be had, by value."""
    return {
        unescape(value).strip(): (unescape(address), bool(chosen), "out" not in style)
        for style, address, chosen, value in CHOICE.findall(page.text)
    }


class TestProductPage:
    def test_unknown(self, nobody: Visit) -> None:
        page = nobody.get("/products/nowhere")

        assert page.status == 404
        assert "We looked everywhere." in page.text

    def test_switched_off(self, admin: Visit, make_product: MakeProduct) -> None:
        make_product(handle="mug", is_active=False)

        assert admin.get("/products/mug").status == 404

    def test_shows_what_there_is_to_know(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(name="Mug", handle="mug", sku="MUG-1", price="12.00", compare_at_price="15.00", stock=3)

        page = nobody.get("/products/mug")

        assert page.status == 200
        assert "<title>Mug · Serverless Shop</title>" in page.text
        for shown in ("€12.00", "€15.00", "Only 3 left", "MUG-1"):
            assert shown in page.text

    def test_chooses_the_first_variant_in_stock(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(handle="mug", options={"Size": "S"}, stock=0)
        make_product(handle="mug", options={"Size": "L"}, stock=9, price="16.00")

        page = nobody.get("/products/mug")

        assert "€16.00" in page.text
        assert {value: chosen for value, (_, chosen, _) in choices(page).items()} == {"S": False, "L": True}

    def test_every_choice_has_an_address(self, nobody: Visit, make_product: MakeProduct) -> None:
        for size, colour, stock in [("S", "Red", 9), ("L", "Red", 0), ("S", "Blue", 9)]:
            make_product(handle="mug", options={"Size": size, "Colour": colour}, stock=stock, sku=f"{size}-{colour}")

        page = nobody.get("/products/mug")
        large = nobody.get(choices(page)["L"][0])

        assert {value: there for value, (_, _, there) in choices(page).items()} == {
            "S": True,
            "L": False,
            "Red": True,
            "Blue": True,
        }
        assert "L-Red" in large.text
        assert "Sold out" in large.text
        assert choices(large)["Blue"][2] is False

    def test_an_old_address_of_a_variant_shows_another(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(handle="mug", sku="MUG-1")

        page = nobody.get("/products/mug?variant=gone")

        assert page.status == 200
        assert "MUG-1" in page.text

    def test_a_product_without_photograph_has_a_drawing(
        self, nobody: Visit, http: Http, make_product: MakeProduct
    ) -> None:
        make_product(name="Blue Mug", handle="mug")

        page = nobody.get("/products/mug")
        drawing = re.search(r'class="picture__drawing" src="([^"]+)" alt="Blue Mug"', page.text)

        assert drawing is not None
        path, _, query = unescape(drawing[1]).partition("?")
        assert http("GET", path, query=query).headers["content-type"].startswith("image/svg+xml")
        assert "picture__photo" not in page.text

    def test_a_photograph_stands_before_the_drawing(
        self, nobody: Visit, http: Http, admin_token: str, make_product: MakeProduct
    ) -> None:
        product = make_product(handle="mug")
        picture = {"content_type": "image/jpeg", "size": 1000, "alt": "Seen from above"}
        made = http("POST", f"/api/products/{product['id']}/images", json_body=picture, token=admin_token)
        assert made.status == 201, made.text

        page = nobody.get("/products/mug")

        assert f'class="picture__photo" src="{made.json()["image"]["url"]}" alt=""' in page.text
        assert 'alt="Seen from above"' in page.text

    def test_shows_others_of_its_category(
        self, nobody: Visit, http: Http, admin_token: str, make_product: MakeProduct
    ) -> None:
        http("POST", "/api/categories", json_body={"name": "Kitchen"}, token=admin_token)
        make_product(name="Mug", handle="mug", categories=["kitchen"])
        make_product(name="Pan", handle="pan", categories=["kitchen"])
        make_product(name="Rug", handle="rug")

        page = nobody.get("/products/mug")

        assert '<a href="/?category=kitchen">Kitchen</a>' in page.text
        assert '<a href="/products/pan">Pan</a>' in page.text
        assert "/products/rug" not in page.text

    def test_catalog_dead(self, nobody: Visit, places: Callable[..., None], dead_address: str) -> None:
        places(catalog=dead_address)

        page = nobody.get("/products/mug")

        assert page.status == 503
        assert page.headers["retry-after"] == "1"
        assert "catalog unavailable" in page.text


class TestDescription:
    def test_is_shown_without_what_could_harm(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(handle="mug", description="<p onclick='a()'>Good <b>clay</b><script>alert(1)</script></p>")

        page = nobody.get("/products/mug")

        assert "<p>Good <b>clay</b></p>" in page.text
        assert "alert(1)" not in page.text

    @pytest.mark.parametrize(
        "html",
        [
            "<script>bad()</script>",
            "<img src=x onerror=bad()>",
            "<iframe src='https://bad.test'></iframe>",
            "<a href='javascript:bad()'>x</a>",
            "<p style='background:url(//bad.test)'>x</p>",
            "<svg><a xlink:href='javascript:bad()'>x</a></svg>",
            "<form action='//bad.test'><input></form>",
            "<base href='//bad.test'>",
        ],
    )
    def test_leaves_nothing_of(self, html: str) -> None:
        assert "bad" not in harmless(html)

    def test_keeps_links_and_lists(self) -> None:
        html = '<ul><li><a href="https://good.test">More</a></li></ul>'

        assert harmless(html) == ('<ul><li><a href="https://good.test" rel="nofollow noopener">More</a></li></ul>')
