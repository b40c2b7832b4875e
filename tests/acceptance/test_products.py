"""Products at /api and at /catalog: reading, searching, paging, and the administrator's changes."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from factories.problems import assert_problem

Make = Callable[..., dict[str, Any]]


class TestCreate:
    def test_anonymous(self, nobody: httpx.Client) -> None:
        assert_problem(nobody.post("/api/products", json={}), 401, "unauthenticated")

    def test_shopper(self, shopper: httpx.Client) -> None:
        answer = shopper.post("/api/products", json={"sku": "X", "name": "X", "price": "1.00"})
        assert_problem(answer, 403, "forbidden")

    def test_admin_by_cookie(self, admin: httpx.Client) -> None:
        sku = f"TEST-{uuid.uuid4()}"
        answer = admin.post("/api/products", json={"sku": sku, "name": "Blue Mug", "price": "9.90", "stock": 3})
        assert answer.status_code == 201, answer.text
        product = answer.json()
        assert product["sku"] == sku
        assert product["price"] == "9.90"
        assert product["currency"] == "EUR"
        assert product["stock"] == 3
        assert product["is_active"] is True
        fields = {"id", "sku", "name", "handle", "options", "description", "price", "compare_at_price", "currency"}
        fields |= {"stock", "is_active", "categories", "images", "created_at", "updated_at"}
        assert fields <= product.keys()
        assert product["created_at"].endswith("Z")

    def test_admin_by_bearer(self, admin: httpx.Client, base_url: str) -> None:
        token = admin.cookies["access_token"]
        with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}) as client:
            body = {"sku": f"TEST-{uuid.uuid4()}", "name": "Jug", "price": "20.00"}
            assert client.post("/catalog/products", json=body).status_code == 201

    def test_duplicate_sku(self, admin: httpx.Client, make_product: Make) -> None:
        product = make_product()
        answer = admin.post("/api/products", json={"sku": product["sku"], "name": "Other", "price": "1.00"})
        assert_problem(answer, 409, "sku_taken")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("price", "-1.00"), ("price", "1.001"), ("price", "dear"), ("name", ""), ("stock", -1), ("colour", "blue")],
    )
    def test_bad_field_is_named(self, admin: httpx.Client, field: str, value: object) -> None:
        body = {"sku": f"TEST-{uuid.uuid4()}", "name": "Jug", "price": "20.00", field: value}
        problem = assert_problem(admin.post("/api/products", json=body), 422, "invalid_request")
        assert problem["errors"][0]["loc"][-1] == field

    def test_from_another_site(self, admin: httpx.Client) -> None:
        answer = admin.post("/api/products", json={}, headers={"Origin": "https://evil.example"})
        assert_problem(answer, 403, "forbidden")


class TestRead:
    def test_by_id(self, nobody: httpx.Client, make_product: Make) -> None:
        product = make_product()
        assert nobody.get(f"/api/products/{product['id']}").json()["sku"] == product["sku"]

    def test_unknown(self, nobody: httpx.Client) -> None:
        assert_problem(nobody.get(f"/api/products/{uuid.uuid4()}"), 404, "not_found")

    def test_not_an_id(self, nobody: httpx.Client) -> None:
        assert_problem(nobody.get("/api/products/seven"), 422, "invalid_request")

    def test_inactive_is_hidden_from_the_public(
        self, nobody: httpx.Client, admin: httpx.Client, make_product: Make
    ) -> None:
        product = make_product(is_active=False)
        assert_problem(nobody.get(f"/api/products/{product['id']}"), 404, "not_found")
        assert admin.get(f"/api/products/{product['id']}").status_code == 200

    def test_all_variants_of_a_handle(self, nobody: httpx.Client, make_product: Make) -> None:
        handle = f"shirt-{uuid.uuid4()}"
        for size in ("S", "M"):
            make_product(handle=handle, options={"Size": size}, name="Shirt")
        variants = nobody.get(f"/catalog/products/by-handle/{handle}").json()["variants"]
        assert [variant["options"] for variant in variants] == [{"Size": "S"}, {"Size": "M"}]


class TestList:
    def test_pages_join_without_gaps(self, nobody: httpx.Client) -> None:
        seen: list[str] = []
        cursor = None
        for _ in range(50):
            query: dict[str, str] = {"limit": "10", "sort": "price", **({"cursor": cursor} if cursor else {})}
            page = nobody.get("/api/products", params=query).json()
            seen += [product["id"] for product in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert cursor is None
        assert len(seen) == len(set(seen)) >= 60

    def test_search(self, nobody: httpx.Client, make_product: Make) -> None:
        word = f"zebrawood{uuid.uuid4().hex[:8]}"
        product = make_product(name=f"A {word} board")
        found = nobody.get("/api/products", params={"q": word}).json()["items"]
        assert [each["id"] for each in found] == [product["id"]]

    def test_a_wildcard_is_just_a_character(self, nobody: httpx.Client) -> None:
        assert nobody.get("/api/products", params={"q": "%%%"}).json()["items"] == []

    def test_facets(self, nobody: httpx.Client) -> None:
        facets = nobody.get("/api/products", params={"facets": "true"}).json()["facets"]
        assert {"slug", "name", "count"} <= facets["categories"][0].keys()
        assert facets["price"].keys() == {"min", "max"}

    def test_prices_and_stock(self, nobody: httpx.Client) -> None:
        query = {"min_price": "20", "max_price": "30", "in_stock": "true", "limit": "100"}
        items = nobody.get("/api/products", params=query).json()["items"]
        assert items
        assert all(20 <= float(each["price"]) <= 30 and each["stock"] > 0 for each in items)

    def test_is_never_cached(self, nobody: httpx.Client) -> None:
        assert "no-" in nobody.get("/api/products").headers["cache-control"]

    @pytest.mark.parametrize(
        ("field", "query"),
        [
            ("limit", {"limit": "0"}),
            ("limit", {"limit": "101"}),
            ("sort", {"sort": "cheapest"}),
            ("cursor", {"cursor": "broken"}),
            ("min_price", {"min_price": "5", "max_price": "4"}),
            ("min_price", {"min_price": "many"}),
        ],
    )
    def test_bad_parameter_is_named(self, nobody: httpx.Client, field: str, query: dict[str, str]) -> None:
        problem = assert_problem(nobody.get("/api/products", params=query), 422, "invalid_request")
        assert field in [error["loc"][-1] for error in problem["errors"]]

    def test_active_is_for_admins(self, nobody: httpx.Client, shopper: httpx.Client, admin: httpx.Client) -> None:
        assert nobody.get("/api/products", params={"active": "all"}).status_code == 401
        assert shopper.get("/api/products", params={"active": "all"}).status_code == 403
        assert admin.get("/api/products", params={"active": "false"}).status_code == 200


class TestChange:
    def test_with_the_etag_that_was_read(self, admin: httpx.Client, make_product: Make) -> None:
        path = f"/api/products/{make_product()['id']}"
        tag = admin.get(path).headers["etag"]
        changed = admin.patch(path, json={"price": "7.00"}, headers={"If-Match": tag})
        assert changed.json()["price"] == "7.00"
        stale = admin.patch(path, json={"price": "8.00"}, headers={"If-Match": tag})
        assert_problem(stale, 412, "precondition_failed")

    def test_switched_off_and_on(self, admin: httpx.Client, nobody: httpx.Client, make_product: Make) -> None:
        path = f"/api/products/{make_product()['id']}"
        for active, status in ((False, 404), (True, 200)):
            assert admin.patch(path, json={"is_active": active}).json()["is_active"] is active
            assert nobody.get(path).status_code == status

    def test_deleted_for_everybody(self, admin: httpx.Client, make_product: Make) -> None:
        path = f"/api/products/{make_product()['id']}"
        assert admin.delete(path).status_code == 204
        assert admin.get(path).status_code == 404
        assert admin.delete(path).status_code == 404

    def test_stock_moves_but_never_below_zero(self, admin: httpx.Client, make_product: Make) -> None:
        path = f"/api/products/{make_product(stock=2)['id']}/stock"
        assert admin.post(path, json={"delta": 3, "reason": "delivery"}).json()["stock"] == 5
        problem = assert_problem(admin.post(path, json={"delta": -6, "reason": "lost"}), 409, "out_of_stock")
        assert problem["left"] == 5

    def test_permissions(self, nobody: httpx.Client, shopper: httpx.Client, make_product: Make) -> None:
        path = f"/api/products/{make_product()['id']}"
        for client, status in ((nobody, 401), (shopper, 403)):
            assert client.patch(path, json={"price": "1.00"}).status_code == status
            assert client.delete(path).status_code == status
            assert client.post(f"{path}/stock", json={"delta": 1, "reason": "x"}).status_code == status


class TestCategories:
    def test_listed_for_all_and_changed_by_admins(self, admin: httpx.Client, nobody: httpx.Client) -> None:
        name = f"Category {uuid.uuid4().hex[:8]}"
        assert nobody.post("/api/categories", json={"name": name}).status_code == 401
        made = admin.post("/api/categories", json={"name": name})
        assert made.status_code == 201
        category = made.json()
        listed = nobody.get("/api/categories").json()["items"]
        assert category["slug"] in [each["slug"] for each in listed]
        assert_problem(admin.post("/api/categories", json={"name": name}), 409, "slug_taken")
        assert admin.delete(f"/api/categories/{category['id']}").status_code == 204


class TestTransfer:
    def test_import_is_repeatable_and_exported(self, admin: httpx.Client) -> None:
        handle = f"import-{uuid.uuid4().hex[:8]}"
        csv = (
            "Handle,Title,Body (HTML),Type,Tags,Published,Option1 Name,Option1 Value,"
            "Variant Inventory Qty,Variant Price\n"
            f"{handle},Imported Pot,<p>Clay.</p>,Garden,,true,Size,Small,4,9.50\n"
            f"{handle},,,,,,,Large,2,12.50\n"
            f"{handle}-bad,Broken,,,,true,Title,Default Title,1,cheap\n"
        )
        reports = [
            admin.post(f"/api/imports?dry_run={dry}", files={"file": ("p.csv", csv, "text/csv")}).json()
            for dry in ("true", "false", "false")
        ]
        assert [report["created"] for report in reports] == [2, 2, 0]
        assert [report["failed"] for report in reports] == [1, 1, 1]
        assert reports[2]["unchanged"] == 2
        assert [row["line"] for row in reports[1]["rows"] if row["result"] == "failed"] == [4]
        exported = admin.get("/api/exports/products.csv")
        assert exported.headers["content-type"].startswith("text/csv")
        assert exported.text.count(handle) >= 2

    def test_too_large_is_told_at_once(self, admin: httpx.Client) -> None:
        answer = admin.post("/api/imports?dry_run=true", files={"file": ("p.csv", b"x" * 4_500_000, "text/csv")})
        assert_problem(answer, 413, "content_too_large")

    def test_permissions(self, nobody: httpx.Client, shopper: httpx.Client) -> None:
        for client, status in ((nobody, 401), (shopper, 403)):
            answer = client.post("/api/imports", files={"file": ("p.csv", b"Handle,Title\n", "text/csv")})
            assert answer.status_code == status
            assert client.get("/api/exports/products.csv").status_code == status


class TestImages:
    def test_presigned_upload(self, admin: httpx.Client, nobody: httpx.Client, make_product: Make) -> None:
        product = make_product()
        pixel = bytes.fromhex("89504e470d0a1a0a")
        body = {"content_type": "image/png", "size": len(pixel), "alt": "A dot"}
        answer = admin.post(f"/api/products/{product['id']}/images", json=body)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        upload = made["upload"]
        sent = httpx.post(upload["url"], data=upload["fields"], files={"file": ("dot.png", pixel, "image/png")})
        assert sent.status_code in {200, 201, 204}
        assert httpx.get(made["image"]["url"]).content == pixel
        images = nobody.get(f"/api/products/{product['id']}").json()["images"]
        assert [image["alt"] for image in images] == ["A dot"]
        assert admin.delete(f"/api/products/{product['id']}/images/{made['image']['id']}").status_code == 204
