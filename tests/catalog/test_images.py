"""Images: a permission to upload, the picture's address, and its end."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest

from factories.catalogue import NOWHERE, PRODUCTS, Catalogue, fields_named, path_of
from factories.events import Http
from factories.product_files import Rows

PICTURE = {"content_type": "image/png", "size": 7, "alt": "A mug"}


@pytest.fixture
def bucket(aws: str) -> Iterator[Any]:
    """The bucket of our pictures, empty."""
    made = boto3.resource("s3").Bucket("pictures")
    made.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield made
    made.objects.delete()
    made.delete()


def announced(http: Http, product: dict[str, Any], token: str, **fields: Any) -> dict[str, Any]:
    reply = http("POST", f"{path_of(product)}/images", json_body=PICTURE | fields, token=token)
    assert reply.status == 201, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


class TestAnnounceImage:
    def test_anonymous(self, http: Http, shop: Catalogue) -> None:
        assert http("POST", f"{path_of(shop.product())}/images", json_body=PICTURE).status == 401

    def test_shopper(self, http: Http, shop: Catalogue, shopper_token: str) -> None:
        assert http("POST", f"{path_of(shop.product())}/images", json_body=PICTURE, token=shopper_token).status == 403

    @pytest.mark.parametrize(
        ("field", "value"),
        [("content_type", "image/svg+xml"), ("content_type", None), ("size", 0), ("size", 10 * 1024 * 1024 + 1),
         ("alt", "\x00"), ("alt", "x" * 501), ("url", "https://elsewhere.test")],
    )  # fmt: skip
    def test_invalid(self, http: Http, shop: Catalogue, admin_token: str, field: str, value: Any) -> None:
        path = f"{path_of(shop.product())}/images"
        assert fields_named(http("POST", path, json_body=PICTURE | {field: value}, token=admin_token)) == [field]

    def test_missing(self, http: Http, admin_token: str) -> None:
        assert http("POST", f"{PRODUCTS}/{NOWHERE}/images", json_body=PICTURE, token=admin_token).status == 404

    def test_one_too_many(self, http: Http, shop: Catalogue, rows: Rows, admin_token: str) -> None:
        product = shop.product()
        rows.execute(
            "INSERT INTO product_images (listing_id, url, position)"
            " SELECT id, 'https://elsewhere.test/' || n, n FROM listings, generate_series(1, 50) n"
        )
        reply = http("POST", f"{path_of(product)}/images", json_body=PICTURE, token=admin_token)
        assert (reply.status, reply.json()["detail"]) == (422, "A handle may have at most 50 pictures.")

    def test_valid(self, http: Http, shop: Catalogue, admin_token: str, aws: str) -> None:
        product = shop.product()
        answer = announced(http, product, admin_token)
        image, upload = answer["image"], answer["upload"]
        assert (image["alt"], image["position"]) == ("A mug", 1)
        assert image["url"] == f"https://pictures.test/{upload['fields']['key']}"
        assert upload["url"] == f"{aws}/pictures"
        assert upload["fields"]["Content-Type"] == "image/png"
        assert http("GET", path_of(product)).json()["images"] == [image]

    def test_permission(self, http: Http, shop: Catalogue, admin_token: str, bucket: Any) -> None:
        upload = announced(http, shop.product(), admin_token)["upload"]
        file = {"file": ("mug.png", b"picture", "image/png")}
        assert httpx.post(upload["url"], data=upload["fields"], files=file).status_code == 204
        [stored] = bucket.objects.all()
        assert (stored.key, stored.get()["ContentType"]) == (upload["fields"]["key"], "image/png")

    def test_what_the_permission_is_for(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        """S3 checks the signed policy; an emulator does not, so the test reads it."""
        fields = announced(http, shop.product(), admin_token)["upload"]["fields"]
        policy = json.loads(base64.b64decode(fields["policy"]))
        assert {"Content-Type": "image/png"} in policy["conditions"]
        assert ["content-length-range", 7, 7] in policy["conditions"]
        assert {"key": fields["key"]} in policy["conditions"]
        left = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
        assert timedelta(minutes=9) < left <= timedelta(minutes=10)

    def test_all_variants_show_it(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        shop.product(handle="mug")
        other = shop.product(handle="mug", options={"Size": "L"})
        images = [announced(http, other, admin_token)["image"] for _ in range(2)]
        assert [image["position"] for image in images] == [1, 2]
        listing = http("GET", f"{PRODUCTS}/by-handle/mug").json()
        assert [listing["images"], *(variant["images"] for variant in listing["variants"])] == [images] * 3


class TestRemoveImage:
    def test_anonymous(self, http: Http, shop: Catalogue) -> None:
        assert http("DELETE", f"{path_of(shop.product())}/images/{NOWHERE}").status == 401

    def test_shopper(self, http: Http, shop: Catalogue, shopper_token: str) -> None:
        assert http("DELETE", f"{path_of(shop.product())}/images/{NOWHERE}", token=shopper_token).status == 403

    def test_invalid(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        assert fields_named(http("DELETE", f"{path_of(shop.product())}/images/1", token=admin_token)) == ["image_id"]

    def test_missing(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        image = announced(http, shop.product(), admin_token)["image"]
        for product, identity in [(shop.product(), image["id"]), (shop.product(), NOWHERE), ({"id": NOWHERE}, NOWHERE)]:
            assert http("DELETE", f"{path_of(product)}/images/{identity}", token=admin_token).status == 404

    def test_valid(self, http: Http, shop: Catalogue, admin_token: str, bucket: Any) -> None:
        product = shop.product()
        answer = announced(http, product, admin_token)
        bucket.put_object(Key=answer["upload"]["fields"]["key"], Body=b"picture")
        path = f"{path_of(product)}/images/{answer['image']['id']}"
        assert http("DELETE", path, token=admin_token).status == 204
        assert http("GET", path_of(product)).json()["images"] == []
        assert list(bucket.objects.all()) == []

    def test_that_lies_elsewhere(
        self, http: Http, shop: Catalogue, admin_token: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only our own files are ours to remove: S3 is not asked."""
        monkeypatch.delenv("IMAGE_BUCKET")
        product = shop.product()
        rows.execute(
            "INSERT INTO product_images (listing_id, url, position) SELECT id, 'https://else.test/mug.png', 1"
            " FROM listings"
        )
        [image] = http("GET", path_of(product)).json()["images"]
        assert image["url"] == "https://else.test/mug.png"
        assert http("DELETE", f"{path_of(product)}/images/{image['id']}", token=admin_token).status == 204

    def test_without_its_bucket(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        """A file that S3 does not remove stays behind, and the image goes all the same."""
        product = shop.product()
        image = announced(http, product, admin_token)["image"]
        assert http("DELETE", f"{path_of(product)}/images/{image['id']}", token=admin_token).status == 204

    def test_with_its_product(self, http: Http, shop: Catalogue, admin_token: str, bucket: Any) -> None:
        first, last = shop.product(handle="mug"), shop.product(handle="mug", options={"Size": "L"})
        key = announced(http, first, admin_token)["upload"]["fields"]["key"]
        bucket.put_object(Key=key, Body=b"picture")
        shop.remove(first)
        assert len(list(bucket.objects.all())) == 1
        shop.remove(last)
        assert list(bucket.objects.all()) == []

    def test_follows_its_product(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        product = shop.product(handle="mug")
        image = announced(http, product, admin_token)["image"]
        assert shop.change(product, handle="cup")["images"] == [image]
