"""What the gateway offers below /api: catalog's answers, byte for byte, and nothing besides its table."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from factories.events import Http, LambdaContext, Reply, http_event
from factories.visit import Visit

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]
Answering = Callable[[bytes], tuple[str, list[bytes]]]
NEW = {"sku": "MUG-1", "name": "Stoneware mug", "price": "14.50", "stock": 3}


def assert_problem(reply: Reply, status: int, code: str) -> dict[str, Any]:
    assert reply.status == status, reply.text
    assert reply.headers["content-type"].startswith("application/problem+json")
    problem: dict[str, Any] = reply.json()
    assert problem["code"] == code
    return problem


class TestCreateProduct:
    def test_nobody(self, http: Http) -> None:
        assert_problem(http("POST", "/api/products", json_body=NEW), 401, "unauthenticated")

    def test_shopper(self, http: Http, shopper: Visit) -> None:
        assert_problem(http("POST", "/api/products", json_body=NEW, cookies=shopper.cookies), 403, "forbidden")

    def test_bad_bearer(self, http: Http) -> None:
        assert http("POST", "/api/products", json_body=NEW, token="nonsense").status == 401

    def test_bearer_counts_more_than_cookies(self, http: Http, admin: Visit) -> None:
        reply = http("POST", "/api/products", json_body=NEW, token="nonsense", cookies=admin.cookies)
        assert reply.status == 401

    def test_admin_by_cookie(self, http: Http, admin: Visit) -> None:
        reply = http("POST", "/api/products", json_body=NEW, cookies=admin.cookies)
        assert reply.status == 201, reply.text
        product = reply.json()
        assert reply.headers["location"] == f"/api/products/{product['id']}"
        assert reply.headers["etag"]
        assert reply.headers["x-request-id"] == "edge-request-id"
        assert reply.cookies == []

    def test_admin_by_bearer(self, http: Http, admin_token: str) -> None:
        assert http("POST", "/api/products", json_body=NEW, token=admin_token).status == 201

    def test_from_another_site(self, http: Http, admin: Visit) -> None:
        for said in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            reply = http("POST", "/api/products", json_body=NEW, cookies=admin.cookies, headers=said)
            assert_problem(reply, 403, "forbidden")

    def test_invalid(self, http: Http, admin: Visit) -> None:
        reply = http("POST", "/api/products", json_body={**NEW, "price": "-1"}, cookies=admin.cookies)
        problem = assert_problem(reply, 422, "invalid_request")
        assert problem["errors"][0]["loc"] == ["body", "price"]

    def test_sku_taken(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        make_product(sku=NEW["sku"])
        reply = http("POST", "/api/products", json_body=NEW, cookies=admin.cookies)
        assert_problem(reply, 409, "sku_taken")


class TestOneProduct:
    def test_bytes_pass_through(self, http: Http, services: Any, make_product: MakeProduct) -> None:
        product = make_product(name="Crème brûlée dish")
        shown = http("GET", f"/api/products/{product['id']}")
        assert shown.json() == product
        assert shown.headers["content-type"] == "application/json"
        assert shown.headers["cache-control"] == "no-cache"

    def test_not_modified(self, http: Http, make_product: MakeProduct) -> None:
        path = f"/api/products/{make_product()['id']}"
        etag = http("GET", path).headers["etag"]
        reply = http("GET", path, headers={"if-none-match": etag})
        assert (reply.status, reply.body) == (304, b"")

    def test_head_tells_what_get_would(self, http: Http, make_product: MakeProduct) -> None:
        path = f"/api/products/{make_product()['id']}"
        shown, told = http("GET", path), http("HEAD", path)
        assert (told.status, told.headers) == (200, shown.headers)
        assert int(told.headers["content-length"]) == len(shown.body)

    def test_stale_if_match(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/api/products/{make_product()['id']}"
        stale = {"if-match": '"stale"'}
        reply = http("PATCH", path, json_body={"name": "Other"}, headers=stale, cookies=admin.cookies)
        assert_problem(reply, 412, "precondition_failed")

    def test_delete(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/api/products/{make_product()['id']}"
        assert http("DELETE", path, cookies=admin.cookies).status == 204
        assert_problem(http("GET", path, cookies=admin.cookies), 404, "not_found")

    def test_inactive_is_for_admins(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/api/products/{make_product(is_active=False)['id']}"
        assert http("GET", path).status == 404
        assert http("GET", path, cookies=admin.cookies).status == 200


class TestTable:
    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("/api/products", "limit=2&sort=price&facets=true&q=caf%C3%A9%20%25"),
            ("/api/products/by-handle/a-mug", ""),
            ("/api/categories", ""),
        ],
    )
    def test_public_reads(self, http: Http, make_product: MakeProduct, path: str, query: str) -> None:
        make_product(handle="a-mug")
        reply = http("GET", path, query=query)
        assert reply.status == 200, reply.text
        assert reply.headers["content-type"] == "application/json"

    def test_lists_are_never_stored(self, http: Http) -> None:
        assert http("GET", "/api/products").headers["cache-control"] in {"no-store", "no-cache"}

    def test_stock(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        path = f"/api/products/{make_product(stock=3)['id']}/stock"
        moved = http("POST", path, json_body={"delta": -2, "reason": "broken"}, cookies=admin.cookies)
        assert moved.json()["stock"] == 1
        assert http("GET", path, cookies=admin.cookies).json()["items"][0]["delta"] == -2

    def test_categories(self, http: Http, admin: Visit) -> None:
        made = http("POST", "/api/categories", json_body={"name": "Kitchen"}, cookies=admin.cookies)
        assert made.status == 201
        path = f"/api/categories/{made.json()['id']}"
        assert http("PATCH", path, json_body={"name": "Cooking"}, cookies=admin.cookies).status == 200
        assert http("DELETE", path, cookies=admin.cookies).status == 204

    def test_export(self, http: Http, admin: Visit, make_product: MakeProduct) -> None:
        make_product(sku="EXPORTED-1")
        reply = http("GET", "/api/exports/products.csv", cookies=admin.cookies)
        assert reply.headers["content-type"].startswith("text/csv")
        assert "attachment" in reply.headers["content-disposition"]
        assert "EXPORTED-1" in reply.text

    @pytest.mark.parametrize(
        "path",
        [
            "/api",
            "/api/",
            "/api/users",
            "/api/health",
            "/api/internal/reservations/1",
            "/api/products/",
            "/api//products",
            "/api/products//stock",
            "/api/products/../users",
            "/api/./products",
            "/api/%2e%2e/auth/users",
            "/api/products/%2E%2E/users",
            "/api/products/1%2fstock",
            "/api/products/1%252fstock",
            "/api/products/1%5cstock",
            "/api/products/1\\stock",
            "/api/products/1;a=b",
            "/api/products/a%0d%0ab",
            "/api/products/1/unknown",
        ],
    )
    def test_whatever_is_not_in_it_is_not_found(self, http: Http, path: str) -> None:
        assert_problem(http("GET", path), 404, "not_found")

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("PUT", "/api/products", "HEAD, GET, POST"),
            ("DELETE", "/api/products", "HEAD, GET, POST"),
            ("POST", "/api/products/by-handle/a-mug", "HEAD, GET"),
            ("GET", "/api/imports", "POST"),
            ("OPTIONS", "/api/categories", "HEAD, GET, POST"),
            ("FOO", "/api/categories", "HEAD, GET, POST"),
        ],
    )
    def test_methods_that_are_not_in_it(self, http: Http, method: str, path: str, allowed: str) -> None:
        reply = http(method, path)
        assert_problem(reply, 405, "method_not_allowed")
        assert reply.headers["allow"] == allowed


class TestImport:
    def test_a_file_passes_through(self, http: Http, admin: Visit) -> None:
        csv = "Handle,Title,Variant SKU,Variant Price\nmug,Mug,MUG-9,9.50\n".encode("utf-8-sig")
        body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + csv + b"\r\n--x--\r\n"
        form = {"content-type": "multipart/form-data; boundary=x"}
        reply = http("POST", "/api/imports", query="dry_run=true", body=body, headers=form, cookies=admin.cookies)
        assert reply.status == 200, reply.text
        assert reply.json()["created"] == 1

    def test_too_large_for_lambda(self, http: Http, admin: Visit) -> None:
        told = {"content-length": "4500001", "content-type": "multipart/form-data; boundary=x"}
        assert_problem(http("POST", "/api/imports", headers=told, cookies=admin.cookies), 413, "content_too_large")


class TestCatalogUnavailable:
    def test_dead(self, http: Http, places: Places, dead_address: str) -> None:
        places(catalog=dead_address)
        reply = http("GET", "/api/products")
        assert assert_problem(reply, 503, "unavailable")["detail"] == "catalog unavailable"
        assert reply.headers["retry-after"]

    def test_silent(self, http: Http, places: Places, silent_address: str) -> None:
        from gateway.handler import http as handler

        places(catalog=silent_address)
        answer = handler(http_event("GET", "/api/products"), LambdaContext(milliseconds=1_500))
        assert answer["statusCode"] == 503
        assert json.loads(answer["body"])["detail"] == "catalog unavailable"

    def test_failing(self, http: Http, places: Places, answering: Answering) -> None:
        address, _ = answering(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops")
        places(catalog=address)
        assert_problem(http("GET", "/api/products"), 503, "unavailable")

    def test_comes_back_by_itself(self, http: Http, places: Places, dead_address: str) -> None:
        places(catalog=dead_address)
        assert http("GET", "/api/products").status == 503
        places()
        assert http("GET", "/api/products").status == 200


class TestWhatCatalogIsAsked:
    def test_nothing_of_the_visitor_but_what_it_needs(self, http: Http, places: Places, answering: Answering) -> None:
        address, heard = answering(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\nX-Powered-By: tests\r\n\r\n[]"
        )
        places(catalog=address)
        reply = http(
            "GET",
            "/api/products",
            query="q=a b",
            headers={
                "accept": "application/json",
                "cookie": "a=b",
                "x-user-id": "1",
                "x-internal-token": "forged",
                "x-forwarded-for": "6.6.6.6",
                "origin": "https://shop.test",
                "connection": "upgrade",
            },
        )
        head = heard[0].decode().lower()
        assert head.startswith("get /catalog/products?q=a%20b http/1.1\r\n")
        assert "accept: application/json\r\n" in head
        assert "x-correlation-id: edge-request-id\r\n" in head
        for name in ("cookie", "x-user-id", "x-forwarded-for", "origin", "connection", "authorization"):
            assert f"\n{name}:" not in head
        assert "forged" not in head
        assert (reply.status, reply.cookies) == (200, [])
        assert "x-powered-by" not in reply.headers
