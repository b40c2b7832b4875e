"""The pages that make, edit, restock and delete one product."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from factories.events import Http
from factories.visit import Visit
from gateway.web.forms import LARGEST, NOT_GENUINE

MakeProduct = Callable[..., dict[str, Any]]
NEW = {"name": "Stoneware mug", "sku": "MUG-1", "price": "14,50", "stock": "3", "is_active": "true"}
UNKNOWN = "/admin/products/00000000-0000-0000-0000-000000000000"


def errors_in(page: str) -> set[str]:
    """The fields that have a message, each joined to it for assistive technology."""
    described = set(re.findall(r'aria-describedby="(\w+)-error', page))
    assert described == set(re.findall(r'id="(\w+)-error"', page))
    return described


class TestCreate:
    def test_the_form(self, admin: Visit) -> None:
        page = admin.get("/admin/products/new").text
        assert errors_in(page) == set()
        assert 'name="name"' in page

    def test_valid(self, admin: Visit, http: Http) -> None:
        admin.get("/admin/products/new")
        options = {"option_name_1": "Size", "option_value_1": "L"}
        reply = admin.post("/admin/products/new", {**NEW, **options, "description": "<p>Good</p>"})
        assert reply.status == 303
        address = reply.headers["location"]
        assert re.fullmatch(r"/admin/products/[0-9a-f-]{36}\?done=created", address)
        assert "in the catalogue" in admin.get(address).text
        made = http("GET", "/api/products", query="sku=MUG-1").json()["items"][0]
        assert (made["name"], made["price"], made["stock"]) == ("Stoneware mug", "14.50", 3)
        assert (made["options"], made["description"], made["is_active"]) == ({"Size": "L"}, "<p>Good</p>", True)

    def test_invalid(self, admin: Visit) -> None:
        admin.get("/admin/products/new")
        reply = admin.post("/admin/products/new", {"name": "", "sku": "", "price": "much", "stock": "some"})
        assert reply.status == 400
        assert errors_in(reply.text) == {"name", "sku", "price", "stock"}

    def test_what_catalog_refuses(self, admin: Visit) -> None:
        admin.get("/admin/products/new")
        reply = admin.post("/admin/products/new", {**NEW, "sku": "S" * 65, "stock": "-1", "handle": "No Handle!"})
        assert reply.status == 400
        assert errors_in(reply.text) == {"sku", "stock", "handle"}
        assert 'id="handle-error">Use small letters, digits, and hyphens between them.' in reply.text
        assert admin.value_of("name") == "Stoneware mug"

    def test_sku_taken(self, admin: Visit, make_product: MakeProduct) -> None:
        make_product(sku="MUG-1")
        admin.get("/admin/products/new")
        reply = admin.post("/admin/products/new", NEW)
        assert reply.status == 409
        assert errors_in(reply.text) == {"sku"}

    def test_variant_exists(self, admin: Visit, make_product: MakeProduct) -> None:
        make_product(handle="mug")
        admin.get("/admin/products/new")
        reply = admin.post("/admin/products/new", {**NEW, "handle": "mug"})
        assert reply.status == 409
        assert errors_in(reply.text) == {"options"}

    def test_old_page(self, admin: Visit) -> None:
        admin.get("/admin/products/new")
        reply = admin.post("/admin/products/new", {**NEW, "csrf_token": "made.up"})
        assert reply.status == 403
        assert NOT_GENUINE in reply.text
        assert admin.value_of("name") == "Stoneware mug"
        assert admin.post("/admin/products/new", NEW).status == 303

    def test_shopper(self, shopper: Visit) -> None:
        shopper.get("/")
        assert shopper.post("/admin/products/new", NEW).status == 403


class TestEdit:
    def test_unknown(self, admin: Visit) -> None:
        assert admin.get(UNKNOWN).status == 404
        assert admin.get("/admin/products/no-id").status == 404

    def test_shows_what_is(self, admin: Visit, make_product: MakeProduct) -> None:
        product = make_product(name='A "good" mug', compare_at_price="20.00", options={"Colour": "Blue"})
        admin.get(f"/admin/products/{product['id']}")
        assert admin.value_of("name") == 'A "good" mug'
        assert admin.value_of("compare_at_price") == "20.00"
        assert (admin.value_of("option_name_1"), admin.value_of("option_value_1")) == ("Colour", "Blue")

    def test_save(self, admin: Visit, http: Http, make_product: MakeProduct) -> None:
        product = make_product(compare_at_price="20.00", is_active=True)
        path = f"/admin/products/{product['id']}"
        admin.get(path)
        form = {"name": "Renamed", "sku": product["sku"], "price": "9", "etag": admin.value_of("etag")}
        reply = admin.post(path, form)
        assert (reply.status, reply.headers["location"]) == (303, f"{path}?done=saved")
        saved = http("GET", f"/api/products/{product['id']}", cookies=admin.cookies).json()
        assert (saved["name"], saved["price"], saved["compare_at_price"]) == ("Renamed", "9.00", None)
        assert (saved["is_active"], saved["stock"], saved["handle"]) == (False, 5, product["handle"])

    def test_invalid(self, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/admin/products/{make_product()['id']}"
        admin.get(path)
        reply = admin.post(path, {"name": "", "sku": "S", "price": "1", "etag": admin.value_of("etag")})
        assert reply.status == 400
        assert errors_in(reply.text) == {"name"}

    def test_a_description_that_is_much_too_long(self, admin: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        path, long = f"/admin/products/{product['id']}", "\u6f22" * 110_000
        admin.get(path)
        form = {"name": "Mug", "sku": product["sku"], "price": "1", "etag": admin.value_of("etag")}
        reply = admin.post(path, {**form, "description": long})
        assert reply.status == 400
        assert errors_in(reply.text) == {"description"}
        assert long in reply.text

    def test_a_form_that_is_too_large(self, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/admin/products/{make_product()['id']}"
        admin.get(path)
        reply = admin.post(path, {"description": "x" * LARGEST})
        assert reply.status == 413
        assert reply.headers["content-type"].startswith("text/html")
        assert "That is too much at once." in reply.text

    def test_changed_meanwhile(self, admin: Visit, http: Http, make_product: MakeProduct) -> None:
        product = make_product(name="First")
        path = f"/admin/products/{product['id']}"
        admin.get(path)
        form = {"name": "Mine", "sku": product["sku"], "price": "10.00", "is_active": "true"}
        read = admin.value_of("etag")
        http("PATCH", f"/api/products/{product['id']}", json_body={"name": "Theirs"}, cookies=admin.cookies)
        reply = admin.post(path, {**form, "etag": read})
        assert reply.status == 412
        assert "Somebody changed this product" in reply.text
        assert "<td>Theirs</td><td>Mine</td>" in reply.text
        assert admin.value_of("name") == "Mine"
        assert admin.post(path, {**form, "etag": admin.value_of("etag")}).status == 303
        assert http("GET", f"/api/products/{product['id']}").json()["name"] == "Mine"

    @pytest.mark.parametrize("etag", ["x\r\nx-smuggled: yes", '"x\r\nx-smuggled: yes"', "漢", '"', "*"])
    def test_a_tag_that_no_version_has(self, admin: Visit, make_product: MakeProduct, etag: str) -> None:
        product = make_product()
        path = f"/admin/products/{product['id']}"
        admin.get(path)
        assert admin.post(path, {"name": "Mine", "sku": product["sku"], "price": "1", "etag": etag}).status == 412


class TestCategories:
    def test_several(self, admin: Visit, http: Http) -> None:
        for name in ("Kitchen", "Garden", "Other"):
            http("POST", "/api/categories", json_body={"name": name}, cookies=admin.cookies)
        token = {"csrf_token": admin.value_of("csrf_token")} if admin.get("/admin/products/new") else {}
        body = "&".join(f"{name}={value}" for name, value in {**NEW, **token, "price": "14.50"}.items())
        reply = http(
            "POST",
            "/admin/products/new",
            body=f"{body}&categories=garden&categories=kitchen".encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
            cookies=admin.cookies,
        )
        assert reply.status == 303, reply.text
        made = http("GET", "/api/products", query="sku=MUG-1").json()["items"][0]
        assert set(made["categories"]) == {"garden", "kitchen"}
        page = admin.get(reply.headers["location"]).text
        assert set(re.findall(r'name="categories"[^>]* value="(\w+)" checked', page)) == {"garden", "kitchen"}


class TestStock:
    def test_change(self, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/admin/products/{make_product(stock=5)['id']}"
        admin.get(path)
        reply = admin.post(f"{path}/stock", {"delta": "+10", "reason": "delivery"})
        assert (reply.status, reply.headers["location"]) == (303, f"{path}?done=stock#stock")
        page = admin.get(path).text
        assert "Stock: 15" in page
        assert "delivery" in page

    def test_from_the_list_back_to_it(self, admin: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        admin.get("/admin?q=thing")
        form = {"delta": "1", "reason": "Counted", "list": admin.value_of("list")}
        reply = admin.post(f"/admin/products/{product['id']}/stock", form)
        assert reply.headers["location"] == f"/admin?q=thing&done=stock#product-{product['id']}"

    def test_below_zero(self, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/admin/products/{make_product(stock=2)['id']}"
        admin.get(path)
        reply = admin.post(f"{path}/stock", {"delta": "-3", "reason": "broken"})
        assert reply.status == 409
        assert errors_in(reply.text) == {"delta"}
        assert "Stock: 2" in reply.text

    @pytest.mark.parametrize(("delta", "reason", "wrong"), [("", "", {"delta", "reason"}), ("0", "x", {"delta"})])
    def test_invalid(self, admin: Visit, make_product: MakeProduct, delta: str, reason: str, wrong: set[str]) -> None:
        path = f"/admin/products/{make_product()['id']}"
        admin.get(path)
        reply = admin.post(f"{path}/stock", {"delta": delta, "reason": reason})
        assert reply.status == 400
        assert errors_in(reply.text) == wrong


class TestDelete:
    def test_asks_first(self, admin: Visit, http: Http, make_product: MakeProduct) -> None:
        product = make_product(name="Mug")
        path = f"/admin/products/{product['id']}/delete"
        assert "Delete “Mug”?" in admin.get(path).text
        assert http("GET", f"/api/products/{product['id']}").status == 200

    def test_delete(self, admin: Visit, http: Http, make_product: MakeProduct) -> None:
        product = make_product()
        path = f"/admin/products/{product['id']}/delete"
        admin.get(path)
        reply = admin.post(path, {})
        assert (reply.status, reply.headers["location"]) == (303, "/admin?done=deleted")
        assert http("GET", f"/api/products/{product['id']}").status == 404
        assert admin.post(path, {}).status == 404

    def test_without_token(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        assert http("POST", f"/admin/products/{product['id']}/delete", form={}, cookies=admin.cookies).status == 403
        assert http("GET", f"/api/products/{product['id']}").status == 200
