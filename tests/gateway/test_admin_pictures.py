"""The pictures on a product's page."""

from collections.abc import Callable
from typing import Any

import pytest

from factories.events import Http, Reply
from factories.visit import HTML, Visit
from gateway import multipart

MakeProduct = Callable[..., dict[str, Any]]
PNG = bytes.fromhex("89504e470d0a1a0a") + b"not really a picture"


class Desk:
    """An administrator at a product's page."""

    def __init__(self, http: Http, admin: Visit, product: dict[str, Any]) -> None:
        self._http, self._admin, self.id = http, admin, product["id"]
        self.path = f"/admin/products/{self.id}"
        admin.get(self.path)

    def add(self, content: bytes = PNG, media_type: str = "image/png", name: str = "mug.png", **fields: str) -> Reply:
        token = {"csrf_token": self._admin.value_of("csrf_token")}
        content_type, body = multipart.encode({**token, **fields}, name, media_type, content)
        headers = {**HTML, "content-type": content_type}
        return self._http("POST", f"{self.path}/pictures", body=body, headers=headers, cookies=self._admin.cookies)

    @property
    def pictures(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http("GET", f"/api/products/{self.id}").json()["images"]
        return found


@pytest.fixture
def desk(http: Http, admin: Visit, make_product: MakeProduct) -> Desk:
    return Desk(http, admin, make_product())


class TestAdd:
    def test_valid(self, desk: Desk, bucket: Any) -> None:
        reply = desk.add(alt="A blue mug")
        assert (reply.status, reply.headers["location"]) == (303, f"{desk.path}?done=picture#pictures"), reply.text
        (picture,) = desk.pictures
        assert picture["alt"] == "A blue mug"
        (stored,) = bucket.objects.all()
        assert picture["url"] == f"https://pictures.test/{stored.key}"
        assert stored.get()["Body"].read() == PNG
        assert stored.get()["ContentType"] == "image/png"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"content": b""},
            {"media_type": "image/svg+xml"},
            {"media_type": "text/html"},
        ],
    )
    def test_invalid(self, desk: Desk, bucket: Any, wrong: dict[str, Any]) -> None:
        reply = desk.add(**wrong)
        assert reply.status == 400
        assert 'id="file-error"' in reply.text
        assert desk.pictures == []

    def test_too_large(self, desk: Desk, admin: Visit, bucket: Any) -> None:
        reply = desk.add(content=b"x" * (4 * 1024 * 1024 + 1))
        assert reply.status == 413
        assert reply.headers["content-type"].startswith("text/html")
        assert 'id="file-error">The picture may have at most 4 MB.' in reply.text
        assert desk.pictures == []

    def test_a_browser_knows_the_limit(self, admin: Visit, desk: Desk) -> None:
        assert 'data-megabytes="4"' in admin.get(desk.path).text

    def test_a_store_that_does_not_take_it(self, desk: Desk) -> None:
        reply = desk.add()
        assert reply.status == 503
        assert "could not be stored" in reply.text
        assert desk.pictures == []

    def test_without_token(self, desk: Desk, bucket: Any) -> None:
        assert desk.add(csrf_token="made.up").status == 403
        assert desk.pictures == []


class TestRemove:
    def test_valid(self, desk: Desk, admin: Visit, bucket: Any) -> None:
        desk.add()
        (picture,) = desk.pictures
        reply = admin.post(f"{desk.path}/pictures/{picture['id']}/delete", {})
        assert (reply.status, reply.headers["location"]) == (303, f"{desk.path}?done=no-picture#pictures")
        assert desk.pictures == []
        assert list(bucket.objects.all()) == []

    def test_unknown(self, desk: Desk, admin: Visit) -> None:
        path = f"{desk.path}/pictures/00000000-0000-0000-0000-000000000000/delete"
        assert admin.post(path, {}).status == 404
