"""/admin/import: check a file, then bring exactly that one in."""

from collections.abc import Callable

from factories.events import Http, Reply
from factories.visit import Visit
from gateway import multipart

Places = Callable[..., None]
CSV = b"Handle,Title,Body (HTML),Variant SKU,Variant Price\nmug,Mug,<p>Good</p>,MUG-1,9.50\nvase,Vase,,VASE-1,much\n"


def upload(http: Http, admin: Visit, csv: bytes, **fields: str) -> Reply:
    token = {"csrf_token": admin.value_of("csrf_token")}
    content_type, body = multipart.encode({**token, **fields}, "products.csv", "text/csv", csv)
    admin.page = http("POST", "/admin/import", body=body, headers={"content-type": content_type}, cookies=admin.cookies)
    return admin.page


def products(http: Http) -> list[str]:
    return [each["sku"] for each in http("GET", "/api/products").json()["items"]]


def test_checking_changes_nothing(http: Http, admin: Visit) -> None:
    admin.get("/admin/import")
    reply = upload(http, admin, CSV)
    assert reply.status == 200, reply.text
    assert "What the import would do" in reply.text
    assert "would fail" in reply.text
    assert products(http) == []


def test_what_was_checked_is_imported(http: Http, admin: Visit) -> None:
    admin.get("/admin/import")
    upload(http, admin, CSV)
    form = {"csrf_token": admin.value_of("csrf_token"), "checked": admin.value_of("checked")}
    content_type, body = multipart.encode(form, "", "application/octet-stream", b"")
    reply = http("POST", "/admin/import", body=body, headers={"content-type": content_type}, cookies=admin.cookies)
    assert reply.status == 200, reply.text
    assert "What the import did" in reply.text
    assert products(http) == ["MUG-1"]


def test_a_file_that_is_there_already(http: Http, admin: Visit) -> None:
    good = CSV.replace(b"much", b"20")
    admin.get("/admin/import")
    upload(http, admin, good)
    upload(http, admin, b"", checked=admin.value_of("checked"))
    admin.get("/admin/import")
    assert "nothing to import" in upload(http, admin, good).text


def test_no_file(http: Http, admin: Visit) -> None:
    admin.get("/admin/import")
    token = {"csrf_token": admin.value_of("csrf_token")}
    content_type, body = multipart.encode(token, "", "application/octet-stream", b"")
    reply = http("POST", "/admin/import", body=body, headers={"content-type": content_type}, cookies=admin.cookies)
    assert reply.status == 400
    assert "Choose a file" in reply.text


def test_no_product_file(http: Http, admin: Visit) -> None:
    admin.get("/admin/import")
    reply = upload(http, admin, b"\x89PNG not a table")
    assert reply.status == 400
    assert 'id="file-error"' in reply.text


def test_too_large(http: Http, admin: Visit) -> None:
    admin.get("/admin/import")
    reply = upload(http, admin, b"x" * (4 * 1024 * 1024 + 1))
    assert reply.status == 413
    assert "at most 4 MB" in reply.text


def test_a_checked_file_that_was_tampered_with(http: Http, admin: Visit) -> None:
    admin.get("/admin/import")
    for packed in ("%%%", "bm90IGd6aXA="):
        reply = upload(http, admin, b"", checked=packed)
        assert reply.status == 400
        assert "Choose the file again" in reply.text


def test_without_token(http: Http, admin: Visit) -> None:
    content_type, body = multipart.encode({}, "products.csv", "text/csv", CSV)
    reply = http("POST", "/admin/import", body=body, headers={"content-type": content_type}, cookies=admin.cookies)
    assert reply.status == 403
    assert products(http) == []


def test_not_even_a_form(http: Http, admin: Visit) -> None:
    reply = http("POST", "/admin/import", body=b"{}", headers={"content-type": "text/plain"}, cookies=admin.cookies)
    assert reply.status == 403
