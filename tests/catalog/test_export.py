"""The catalogue as a Shopify product CSV, and back."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from factories.catalogue import STOCK_UP, Catalogue, fields_named
from factories.events import Http
from factories.product_files import Importer, Rows, everything, results

SEED = Path(__file__).parents[2] / "localstack" / "seed" / "products.csv"
PATH = "/catalog/exports/products.csv"


@pytest.fixture
def exported(http: Http, admin_token: str) -> "Exported":
    return Exported(http, admin_token)


class Exported:
    def __init__(self, http: Http, token: str) -> None:
        self._http, self._token = http, token

    def content(self, **query: str) -> bytes:
        reply = self._http("GET", PATH, query=query, token=self._token)
        assert reply.status == 200, reply.text
        return reply.body

    def records(self, **query: str) -> list[dict[str, str]]:
        """Each row without its empty cells."""
        sheet = csv.DictReader(io.StringIO(self.content(**query).decode(), newline=""), strict=True)
        return [{column: cell for column, cell in row.items() if cell} for row in sheet]


class TestExport:
    def test_anonymous(self, http: Http) -> None:
        assert http("GET", PATH).status == 401

    def test_shopper(self, http: Http, shopper_token: str) -> None:
        assert http("GET", PATH, token=shopper_token).status == 403

    def test_answers_a_file(self, http: Http, admin_token: str) -> None:
        reply = http("GET", PATH, token=admin_token)
        assert reply.headers["content-type"] == "text/csv; charset=utf-8"
        assert reply.headers["content-disposition"] == 'attachment; filename="products.csv"'
        assert reply.headers["cache-control"] == "no-store"

    def test_has_shopifys_columns(self, exported: Exported) -> None:
        assert exported.content().splitlines() == SEED.read_bytes().splitlines()[:1]

    def test_of_a_product_with_variants_and_pictures(self, exported: Exported, do_import: Importer) -> None:
        do_import(
            b"Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,"
            b"Variant SKU,Variant Price,Image Src\n"
            b"mug,Mug,<p>x</p>,Potters,Kitchen,Gifts,Size,S,MUG-S,9.5,https://pictures.test/1.jpg\n"
            b"mug,,,,,,,L,MUG-L,11,https://pictures.test/2.jpg\n"
            b"mug,,,,,,,,,,https://pictures.test/3.jpg\n"
        )
        of_every_variant = {
            "Handle": "mug",
            "Published": "true",
            "Variant Inventory Tracker": "shopify",
            "Variant Inventory Qty": "0",
            "Variant Inventory Policy": "deny",
            "Variant Fulfillment Service": "manual",
            "Variant Requires Shipping": "true",
            "Variant Taxable": "true",
        }
        assert exported.records() == [
            {
                **of_every_variant,
                "Title": "Mug",
                "Body (HTML)": "<p>x</p>",
                "Vendor": "Potters",
                "Type": "Kitchen",
                "Tags": "Gifts",
                "Option1 Name": "Size",
                "Option1 Value": "S",
                "Variant SKU": "MUG-S",
                "Variant Price": "9.50",
                "Image Src": "https://pictures.test/1.jpg",
                "Image Position": "1",
                "Gift Card": "false",
            },
            {
                **of_every_variant,
                "Option1 Value": "L",
                "Variant SKU": "MUG-L",
                "Variant Price": "11.00",
                "Image Src": "https://pictures.test/2.jpg",
                "Image Position": "2",
            },
            {"Handle": "mug", "Image Src": "https://pictures.test/3.jpg", "Image Position": "3"},
        ]

    def test_lists_the_oldest_first(self, exported: Exported, make_product: Any) -> None:
        skus = [make_product()["sku"] for _ in range(3)]
        assert [record["Variant SKU"] for record in exported.records()] == skus

    def test_leaves_out_what_is_deleted(
        self, exported: Exported, make_product: Any, http: Http, admin_token: str
    ) -> None:
        gone, kept = make_product(), make_product(is_active=False)
        assert http("DELETE", f"/catalog/products/{gone['id']}", token=admin_token).status == 204
        assert [(each["Variant SKU"], each["Published"]) for each in exported.records()] == [(kept["sku"], "false")]

    def test_of_a_category(self, exported: Exported, make_product: Any, shop: Catalogue) -> None:
        shop.category("Kitchen")
        make_product()
        mug = make_product(categories=["kitchen"])
        assert [each["Variant SKU"] for each in exported.records(category="kitchen")] == [mug["sku"]]
        assert exported.records(category="nowhere") == []

    def test_of_no_category_at_all(self, http: Http, admin_token: str) -> None:
        assert fields_named(http("GET", PATH, query={"category": "\x00"}, token=admin_token)) == ["category"]

    def test_too_large(self, http: Http, admin_token: str, rows: Rows) -> None:
        rows.execute(STOCK_UP, [220, 1])
        rows.execute("UPDATE listings SET description = repeat('x', 30000)")
        reply = http("GET", PATH, token=admin_token)
        assert (reply.status, reply.json()["code"]) == (422, "answer_too_large")

    def test_disarms_formulas(self, exported: Exported, make_product: Any) -> None:
        make_product(name='=HYPERLINK("https://evil.test")', description="+49 is our prefix", options={"-": "@home"})
        (record,) = exported.records()
        assert record["Title"] == """'=HYPERLINK("https://evil.test")"""
        assert record["Body (HTML)"] == "'+49 is our prefix"
        assert (record["Option1 Name"], record["Option1 Value"]) == ("'-", "'@home")


class TestRoundTrip:
    def assert_changes_nothing(self, exported: Exported, do_import: Importer, rows: Rows) -> None:
        before, content = everything(rows), exported.content()
        report = do_import(content)
        assert set(results(report)) == {"unchanged"}, report
        assert everything(rows) == before
        assert exported.content() == content

    def test_of_the_demo_catalogue(self, exported: Exported, do_import: Importer, rows: Rows) -> None:
        do_import(SEED.read_bytes())
        self.assert_changes_nothing(exported, do_import, rows)

    def test_of_products_as_administrators_make_them(
        self, exported: Exported, do_import: Importer, rows: Rows, http: Http, admin_token: str, make_product: Any
    ) -> None:
        for name, slug in (("Home, Garden", None), ("Sale!", "a_promotion"), ("x" * 200, None)):
            body = {"name": name} | ({"slug": slug} if slug else {})
            assert http("POST", "/catalog/categories", json_body=body, token=admin_token).status == 201
        slugs = [slug for (slug,) in rows.execute("SELECT slug FROM categories ORDER BY slug").fetchall()]
        make_product(
            name="  =1+1  ",
            description='\n  <p>two\r\nlines, "quoted"</p>\t',
            categories=slugs,
            options={"Size": "S", "Colour": "'=red"},
            compare_at_price="12.00",
            stock=3,
            handle="shirt",
        )
        make_product(name="Another name", handle="shirt", options={}, is_active=False)
        make_product(name="Short", handle="shirt", options={"Size": "-1"})
        make_product(name="Turned", handle="shirt", options={"Colour": "'=red", "Size": "L"})
        make_product(name="Größe ♥")
        self.assert_changes_nothing(exported, do_import, rows)

    def test_of_pictures_in_our_bucket(
        self, exported: Exported, do_import: Importer, rows: Rows, make_product: Any
    ) -> None:
        make_product()
        for number in (1, 2):
            rows.execute(
                "INSERT INTO product_images (listing_id, storage_key, alt, position)"
                " SELECT id, %s, '@home', 7 FROM listings",
                [f"{number}.jpg"],
            )
        self.assert_changes_nothing(exported, do_import, rows)

    def test_into_an_empty_shop_brings_the_same_products(
        self, exported: Exported, do_import: Importer, rows: Rows
    ) -> None:
        do_import(SEED.read_bytes())
        content = exported.content()
        rows.execute("TRUNCATE listings, products, categories CASCADE")
        assert set(results(do_import(content))) == {"created"}
        assert exported.content() == content
