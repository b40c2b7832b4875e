"""/admin: the list of products, and what can be done from it."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from factories.events import Http
from factories.visit import Visit
from gateway.web.pages.admin import desk, listing

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]


def names_in(page: str) -> list[str]:
    return [unescape(each).strip() for each in re.findall(r'class="unit__name">([^<]+)', page)]


class TestWhoMayEnter:
    PAGES = ("/admin", "/admin/products/new", "/admin/import")

    @pytest.mark.parametrize("path", PAGES)
    def test_nobody(self, nobody: Visit, path: str) -> None:
        reply = nobody.get(f"{path}?q=a%26b")
        assert reply.status == 303
        assert reply.headers["location"] == f"/login?next={path.replace('/', '%2F')}%3Fq%3Da%2526b"

    def test_nobody_comes_back_after_signing_in(self, nobody: Visit) -> None:
        to_login = nobody.get("/admin?q=mug").headers["location"]
        nobody.get(to_login)
        reply = nobody.post(to_login, {"email": "admin@example.com", "password": "admin123"})
        assert reply.headers["location"] == "/admin?q=mug"

    def test_nobody_posts(self, http: Http) -> None:
        reply = http("POST", "/admin/products/new", form={"name": "X"})
        assert (reply.status, reply.headers["location"]) == (303, "/login?next=%2Fadmin")

    @pytest.mark.parametrize("path", PAGES)
    def test_shopper(self, shopper: Visit, path: str) -> None:
        reply = shopper.get(path)
        assert reply.status == 403
        assert reply.headers["content-type"].startswith("text/html")

    @pytest.mark.parametrize("path", PAGES)
    def test_admin(self, admin: Visit, path: str) -> None:
        reply = admin.get(path)
        assert reply.status == 200
        assert reply.headers["cache-control"] == "private, no-cache"


class TestList:
    def test_empty(self, admin: Visit) -> None:
        assert "There is no product yet" in admin.get("/admin").text

    def test_inactive_ones_are_there_and_marked(self, admin: Visit, make_product: MakeProduct) -> None:
        make_product(name="Shown")
        make_product(name="Hidden", is_active=False)
        page = admin.get("/admin").text
        assert names_in(page) == ["Hidden", "Shown"]
        assert page.count("state--off") == 1

    def test_text_is_escaped(self, admin: Visit, make_product: MakeProduct) -> None:
        make_product(name="<b>Bold</b> & co", options={"Size": '<i>"L"</i>'})
        page = admin.get("/admin").text
        assert "<b>Bold" not in page
        assert "<i>" not in page
        assert "&lt;b&gt;Bold&lt;/b&gt; &amp; co" in page

    def test_search(self, admin: Visit, make_product: MakeProduct) -> None:
        make_product(name="Blue mug")
        make_product(name="Red vase")
        assert names_in(admin.get("/admin?q=mug").text) == ["Blue mug"]
        assert "No product is like that" in admin.get("/admin?q=teapot").text

    @pytest.mark.parametrize(
        ("state", "names"), [("on", ["Gone", "Shown"]), ("off", ["Hidden"]), ("sold-out", ["Gone"])]
    )
    def test_states(self, admin: Visit, make_product: MakeProduct, state: str, names: list[str]) -> None:
        make_product(name="Shown")
        make_product(name="Hidden", is_active=False)
        make_product(name="Gone", stock=0)
        assert names_in(admin.get(f"/admin?state={state}").text) == names

    def test_sorts(self, admin: Visit, make_product: MakeProduct) -> None:
        make_product(name="B", price="1.00")
        make_product(name="A", price="2.00")
        assert names_in(admin.get("/admin?sort=name").text) == ["A", "B"]
        assert names_in(admin.get("/admin?sort=-price").text) == ["A", "B"]

    @pytest.mark.parametrize(
        ("query", "said"),
        [("sort=luck", "Order should be "), ("cursor=broken", "This page does not belong to this list.")],
    )
    def test_an_address_that_means_nothing(self, admin: Visit, query: str, said: str) -> None:
        reply = admin.get(f"/admin?{query}")
        assert reply.status == 422
        assert "cannot be shown" in reply.text
        assert said in reply.text

    def test_pages(self, admin: Visit, make_product: MakeProduct, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listing, "ROWS", 2)
        for number in range(5):
            make_product(name=f"Mug {number}")
        seen, address = [], "/admin?q=mug&sort=name"
        while address:
            page = admin.get(address).text
            seen += names_in(page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = unescape(following[1]) if following else ""
        assert seen == [f"Mug {number}" for number in range(5)]
        back = re.search(r'rel="prev" href="([^"]+)"', page)
        assert back
        assert names_in(admin.get(unescape(back[1])).text) == ["Mug 2", "Mug 3"]

    def test_catalog_dead(self, admin: Visit, places: Places, dead_address: str) -> None:
        places(catalog=dead_address)
        reply = admin.get("/admin")
        assert reply.status == 503
        assert "catalog unavailable" in reply.text


class TestSwitch:
    def test_the_public_page_follows(self, admin: Visit, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product(handle="a-mug")
        for active, status in (("false", 404), ("true", 200)):
            admin.get("/admin")
            reply = admin.post(
                f"/admin/products/{product['id']}/active", {"is_active": active, "back": "q=mug&sort=name"}
            )
            assert reply.status == 303
            assert nobody.get("/products/a-mug").status == status

    def test_goes_back_to_the_list_as_it_was(self, admin: Visit, make_product: MakeProduct) -> None:
        product = make_product(name="Mug")
        admin.get("/admin")
        form = {"is_active": "false", "back": "q=mug&sort=name&unknown=x"}
        reply = admin.post(f"/admin/products/{product['id']}/active", form)
        expected = f"/admin?q=mug&sort=name&done=off#product-{product['id']}"
        assert reply.headers["location"] == expected
        page = admin.get(expected.partition("#")[0]).text
        assert names_in(page) == ["Mug"]
        assert desk.DONE["off"] in page

    def test_without_token(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/admin/products/{make_product()['id']}/active"
        assert http("POST", path, form={"is_active": "false"}, cookies=admin.cookies).status == 403

    def test_shopper(self, shopper: Visit, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product(handle="a-mug")
        shopper.get("/")
        assert shopper.post(f"/admin/products/{product['id']}/active", {"is_active": "false"}).status == 403
        assert nobody.get("/products/a-mug").status == 200

    def test_unknown(self, admin: Visit) -> None:
        admin.get("/admin")
        path = "/admin/products/00000000-0000-0000-0000-000000000000/active"
        assert admin.post(path, {"is_active": "true"}).status == 404


def test_a_made_up_message_is_not_shown(admin: Visit) -> None:
    assert "hacked" not in admin.get("/admin?done=hacked").text
