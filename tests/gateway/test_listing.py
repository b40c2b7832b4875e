import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from factories.events import Http, LambdaContext, Reply, http_event
from factories.visit import Visit
from shopkit.clients import ServiceClient

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]

CARD = re.compile(r'<li class="card-product.*?</li>', re.DOTALL)
NAME = re.compile(r'<h3 class="card-product__name"><a href="[^"]*">(.*?)</a>')


def cards(page: Reply) -> dict[str, str]:
    """The cards of a page, as the text they show, by name."""
    found = CARD.findall(page.text)
    return {unescape(NAME.search(card)[1]): text_of(card) for card in found}  # type: ignore[index]


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def link(page: Reply, relation: str) -> str | None:
    found = re.search(rf'rel="{relation}" href="([^"]+)"', page.text)
    return unescape(found[1]) if found else None


class TestShopWindow:
    def test_empty_shop(self, nobody: Visit) -> None:
        page = nobody.get("/")

        assert page.status == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "The shelves are empty." in page.text

    def test_one_card_for_all_variants_of_a_product(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(name="Mug", handle="mug", options={"Size": "S"}, price="12.00", stock=1)
        make_product(name="Mug", handle="mug", options={"Size": "L"}, price="16.50", stock=20)
        make_product(name="Jug", price="1240.00")

        shown = cards(nobody.get("/"))

        assert shown == {"Jug": "Jug €1,240.00 Only 5 left", "Mug": "Mug from €12.00 2 choices"}

    def test_sale_and_sold_out(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(name="Rug", price="80.00", compare_at_price="119.00", stock=9)
        make_product(name="Kite", stock=0)

        shown = cards(nobody.get("/"))

        assert shown == {"Kite": "Sold out Kite €10.00", "Rug": "Sale Rug €80.00 instead of €119.00"}

    def test_former_price_that_was_lower_is_no_sale(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(name="Rug", price="80.00", compare_at_price="60.00", stock=9)

        assert cards(nobody.get("/")) == {"Rug": "Rug €80.00"}

    def test_what_is_switched_off_is_gone_at_once_for_administrators_too(
        self, admin: Visit, http: Http, admin_token: str, make_product: MakeProduct
    ) -> None:
        product = make_product(name="Mug")
        assert "Mug" in cards(admin.get("/"))

        http("PATCH", f"/api/products/{product['id']}", json_body={"is_active": False}, token=admin_token)

        page = admin.get("/")
        assert cards(page) == {}
        assert page.headers["cache-control"] == "private, no-cache"

    def test_names_are_text(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(name="<script>alert('a')</script>")

        page = nobody.get("/?q=%3Cscript%3E%22")

        assert "<script>alert" not in nobody.get("/").text
        assert '<script>"' not in page.text

    def test_asks_services_once(
        self, nobody: Visit, make_product: MakeProduct, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_product()
        asked = []
        request = ServiceClient.request

        async def counted(client: ServiceClient, method: str, path: str, **more: Any) -> Any:
            asked.append(path)
            return await request(client, method, path, **more)

        monkeypatch.setattr(ServiceClient, "request", counted)

        nobody.get("/?q=thing&sort=price")

        assert asked == ["/catalog/products"]


class TestFilters:
    @pytest.fixture(autouse=True)
    def shelf(self, http: Http, admin_token: str, make_product: MakeProduct) -> None:
        http("POST", "/api/categories", json_body={"name": "Kitchen", "slug": "kitchen"}, token=admin_token)
        make_product(name="Blue Mug", price="12.00", categories=["kitchen"])
        make_product(name="Pan", price="60.00", stock=0, categories=["kitchen"])
        make_product(name="Rug", price="119.00")

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("q=mug", ["Blue Mug"]),
            ("category=kitchen&sort=price", ["Blue Mug", "Pan"]),
            ("min_price=50", ["Rug", "Pan"]),
            ("max_price=60&min_price=", ["Pan", "Blue Mug"]),
            ("in_stock=true", ["Rug", "Blue Mug"]),
            ("sort=name", ["Blue Mug", "Pan", "Rug"]),
            ("sort=-price", ["Rug", "Pan", "Blue Mug"]),
        ],
    )
    def test_narrow_and_sort_the_list(self, nobody: Visit, query: str, names: list[str]) -> None:
        assert list(cards(nobody.get(f"/?{query}"))) == names

    def test_are_kept_by_the_form_and_can_be_taken_away(self, nobody: Visit) -> None:
        page = nobody.get("/?q=mug&min_price=5&sort=price")

        assert nobody.value_of("min_price") == "5"
        assert '<option value="price" selected>' in page.text
        assert 'class="chip" href="/?min_price=5"' in page.text
        assert 'class="chip" href="/?q=mug&amp;sort=price"' in page.text

    def test_categories_lead_to_their_products(self, nobody: Visit) -> None:
        page = nobody.get("/?category=kitchen")

        assert '<h1 class="h2">Kitchen</h1>' in page.text
        assert 'href="/?category=kitchen" aria-current="page"' in page.text

    def test_nothing_matches(self, nobody: Visit) -> None:
        page = nobody.get("/?q=elephant")

        assert page.status == 200
        assert "Nothing matches." in page.text
        assert '<a href="/">show all products</a>' in page.text

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("min_price=cheap", "Lowest price should be a valid decimal"),
            ("min_price=20&max_price=10", "Lowest price must not be above highest price."),
            ("sort=colour", "Order should be 'newest'"),
            ("cursor=broken", "This page does not belong to this list."),
        ],
    )
    def test_not_acceptable(self, nobody: Visit, query: str, said: str) -> None:
        page = nobody.get(f"/?{query}")

        assert page.status == 422
        assert cards(page) == {}
        assert said in text_of(page.text)


class TestPaging:
    def test_leads_forward_and_back_without_gaps_or_repeats(self, nobody: Visit, make_product: MakeProduct) -> None:
        names = [make_product(name=f"Thing {number:02}")["name"] for number in range(55)]

        pages = [nobody.get("/?sort=name")]
        while following := link(pages[-1], "next"):
            pages.append(nobody.get(following))

        assert [list(cards(page)) for page in pages] == [names[:24], names[24:48], names[48:]]
        assert link(pages[0], "prev") is None
        back = [nobody.get(link(page, "prev") or "") for page in pages[1:]]
        assert [cards(page) for page in back] == [cards(page) for page in pages[:2]]


class TestWithoutCatalog:
    def test_dead(self, nobody: Visit, places: Places, dead_address: str) -> None:
        places(catalog=dead_address)

        page = nobody.get("/")

        assert page.status == 200
        assert "Our shelves cannot be reached just now" in page.text
        assert cards(page) == {}

    def test_silent(self, http: Http, places: Places, silent_address: str) -> None:
        from gateway.handler import http as handler

        places(catalog=silent_address)

        answer = handler(http_event("GET", "/"), LambdaContext(milliseconds=1_500))

        assert answer["statusCode"] == 200
        assert "Our shelves cannot be reached just now" in answer["body"]
