"""Importing product files through the service."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalog.transfer.importing import MOST_ROWS
from factories.events import Http, Reply
from factories.product_files import (
    SOMEBODY_WAITS,
    Importer,
    Rows,
    csv_of,
    details,
    everything,
    mug,
    multipart,
    one,
    results,
)
from factories.waiting import eventually

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "shopify"
SEED = ROOT / "localstack" / "seed" / "products.csv"
PATH = "/catalog/imports"
MEGABYTE = 1024 * 1024


class TestImport:
    def test_anonymous(self, http: Http) -> None:
        assert http("POST", PATH).status == 401

    def test_shopper(self, http: Http, shopper_token: str) -> None:
        assert Importer(http, shopper_token).send(csv_of(mug())).status == 403

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "missing: Handle, Title"),
            (b"\x89PNG\r\n\x1a\n\xff", "not UTF-8"),
            (b"SKU,Name\n1,Mug\n", "missing: Handle, Title"),
            (b'Handle,Title\nmug,"Mug', "not CSV: line 2"),
            (b"Handle,Title\n" + b"mug,Mug\n" * MOST_ROWS + b'one,too many\nread,"no further', "more than"),
            (b"Handle,Title" + b",x" * 2, "names x more than once"),
            (b"Handle,Title," + b",".join(b"%d" % n for n in range(199)), "at most 200 columns"),
        ],
    )
    def test_no_product_csv(self, do_import: Importer, content: bytes, sentence: str) -> None:
        reply = do_import.send(content)
        assert reply.status == 422
        assert sentence in reply.json()["detail"]
        assert reply.json()["errors"][0]["loc"] == ["body", "file"]

    def test_no_file(self, do_import: Importer, http: Http, admin_token: str) -> None:
        for reply in (
            http("POST", PATH, json_body={}, token=admin_token),
            http("POST", PATH, headers={"content-type": "multipart/form-data"}, body=b"x", token=admin_token),
            do_import.send(csv_of(mug()), field="other"),
            do_import.send(csv_of(mug()), filename=None),
        ):
            assert reply.status == 422
            assert reply.json()["errors"][0]["loc"] == ["body", "file"]

    def test_dry_run_that_is_neither_true_nor_false(self, do_import: Importer) -> None:
        reply = do_import.send(csv_of(mug()), query="dry_run=maybe")
        assert reply.status == 422
        assert reply.json()["errors"][0]["loc"] == ["query", "dry_run"]

    def test_too_large_by_its_length(self, http: Http, admin_token: str) -> None:
        body, content_type = multipart(csv_of(mug()))
        headers = {"content-type": content_type, "content-length": str(5 * MEGABYTE)}
        reply = http("POST", PATH, body=body, headers=headers, token=admin_token)
        assert (reply.status, reply.json()["code"], reply.json()["limit"]) == (413, "content_too_large", 4 * MEGABYTE)

    def test_too_large_without_saying_so(self, http: Http, admin_token: str) -> None:
        for size in (4 * MEGABYTE + 1, 5 * MEGABYTE):
            body, content_type = multipart(b"x" * size)
            reply = http(
                "POST", PATH, body=body, headers={"content-type": content_type, "content-length": ""}, token=admin_token
            )
            assert reply.status == 413

    def test_as_large_as_allowed(self, do_import: Importer) -> None:
        content = csv_of(mug(**{"SEO Description": ""}))
        filled = content[:-2] + b"x" * (4 * MEGABYTE - len(content)) + b"\r\n"
        reply = do_import.send(filled)
        assert (reply.status, reply.json()["created"]) == (200, 1)

    def test_dry_run_reports_and_stores_nothing(self, do_import: Importer, rows: Rows) -> None:
        report = do_import(csv_of(mug(), mug(**{"Variant SKU": "", "Variant Price": "x"})), dry_run=True)
        assert report == {
            "dry_run": True,
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "images": 0,
            "failed": 1,
            "rows": [
                {"line": 2, "handle": "mug", "sku": "MUG", "result": "created"},
                {
                    "line": 3,
                    "handle": "mug",
                    "sku": "",
                    "result": "failed",
                    "detail": "Variant Price must be an amount such as 12.50.",
                },
            ],
        }
        assert not any(everything(rows).values())

    def test_creates_a_product(self, do_import: Importer, rows: Rows) -> None:
        report = do_import(
            csv_of(
                mug(
                    **{
                        "Body (HTML)": "<p>For tea</p>",
                        "Vendor": "Potters",
                        "Type": "Kitchen",
                        "Tags": "New in, Kitchen",
                        "Published": "false",
                        "Option1 Name": "Size",
                        "Option1 Value": "S",
                        "Variant Compare At Price": "12",
                        "Image Src": "https://pictures.test/mug.jpg",
                        "Image Alt Text": "A mug",
                    }
                )
            )
        )
        assert results(report) == ["created"]
        assert one(
            rows, "SELECT sku, name, options, price::text, compare_at_price::text, stock, is_active FROM products"
        ) == (*("MUG", "Mug", {"Size": "S"}, "9.50", "12.00", 5, False),)
        assert one(rows, "SELECT handle, description, vendor FROM listings") == ("mug", "<p>For tea</p>", "Potters")
        assert rows.execute(
            "SELECT name, slug FROM categories c JOIN product_categories p ON c.id = p.category_id ORDER BY p.position"
        ).fetchall() == [("Kitchen", "kitchen"), ("New in", "new-in")]
        assert one(rows, "SELECT url, alt, position FROM product_images") == (
            "https://pictures.test/mug.jpg",
            "A mug",
            1,
        )
        assert one(rows, "SELECT delta, stock_after, reason, by <> '', correlation_id FROM stock_movements") == (
            *(5, 5, "import", True, "edge-request-id"),
        )

    def test_without_stock_writes_no_movement(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug(**{"Variant Inventory Qty": ""})))
        assert one(rows, "SELECT count(*) FROM stock_movements") == 0

    def test_twice_changes_nothing(self, do_import: Importer, rows: Rows) -> None:
        do_import(SEED.read_bytes())
        before = everything(rows)
        report = do_import(SEED.read_bytes())
        assert set(results(report)) == {"unchanged"}
        assert everything(rows) == before

    def test_keeps_the_order_of_the_file_in_age(self, do_import: Importer, rows: Rows) -> None:
        handles = [f"thing-{n}" for n in (3, 1, 2)]
        do_import(csv_of(*(mug(Handle=handle, **{"Variant SKU": handle}) for handle in handles)))
        for table, column in (("listings", "handle"), ("products", "sku")):
            found = rows.execute(f"SELECT {column} FROM {table} ORDER BY created_at".encode()).fetchall()  # noqa: S608
            assert [name for (name,) in found] == handles

    def test_takes_thousands_of_rows_in_the_time_of_one_request(self, do_import: Importer) -> None:
        content = csv_of(
            *(
                mug(
                    Handle=f"thing-{n // 2}",
                    **{
                        "Variant SKU": f"SKU-{n}",
                        "Option1 Name": "Size",
                        "Option1 Value": str(n),
                        "Tags": f"Tag {n % 40}, All",
                        "Image Src": f"https://pictures.test/{n}.jpg",
                    },
                )
                for n in range(2000)
            )
        )
        assert do_import(content)["created"] == 2000
        assert do_import(content.replace(b"9.50", b"9.60"))["updated"] == 2000
        assert do_import(content.replace(b"9.50", b"9.60"))["unchanged"] == 2000


class TestUpdate:
    def test_by_sku(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug(), mug(Handle="jug", **{"Variant SKU": "JUG"})))
        before = dict(rows.execute("SELECT sku, updated_at FROM products").fetchall())
        report = do_import(
            csv_of(mug(Title="Big mug", **{"Variant Price": "8"}), mug(Handle="jug", **{"Variant SKU": "JUG"}))
        )
        assert results(report) == ["updated", "unchanged"]
        assert one(rows, "SELECT name, price::text, stock FROM products WHERE sku = 'MUG'") == ("Big mug", "8.00", 5)
        after = dict(rows.execute("SELECT sku, updated_at FROM products").fetchall())
        assert after["MUG"] > before["MUG"]
        assert after["JUG"] == before["JUG"]

    def test_writes_stock_into_the_ledger(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug()))
        do_import(csv_of(mug(**{"Variant Inventory Qty": "2"})))
        movements = rows.execute("SELECT delta, stock_after FROM stock_movements ORDER BY created_at").fetchall()
        assert movements == [(5, 5), (-3, 2)]

    def test_leaves_what_the_file_does_not_mention(self, do_import: Importer, rows: Rows) -> None:
        full = {"Body (HTML)": "<p>x</p>", "Vendor": "Potters", "Tags": "Gifts", "Published": "false"}
        do_import(csv_of(mug(**full, **{"Image Src": "https://pictures.test/1.jpg", "Image Alt Text": "One"})))
        before = everything(rows)
        report = do_import(csv_of({"Handle": "mug", "Title": "Mug", "Variant SKU": "MUG"}))
        assert results(report) == ["unchanged"]
        assert everything(rows) == before

    def test_clears_what_is_blank(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug(**{"Body (HTML)": "x", "Tags": "Gifts", "Variant Compare At Price": "12"})))
        report = do_import(csv_of(mug(**{"Body (HTML)": "", "Tags": "", "Variant Compare At Price": ""})))
        assert results(report) == ["updated"]
        assert one(rows, "SELECT description, (SELECT count(*) FROM product_categories) FROM listings") == ("", 0)
        assert one(rows, "SELECT compare_at_price FROM products") is None

    def test_new_categories_count_as_a_change(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug(Tags="Gifts")))
        before = one(rows, "SELECT updated_at FROM listings")
        assert results(do_import(csv_of(mug(Tags="Gifts, New in")))) == ["updated"]
        assert one(rows, "SELECT updated_at FROM listings") > before
        assert one(rows, "SELECT count(*) FROM categories") == 2

    def test_adds_variants_behind_the_stored_ones(self, do_import: Importer, rows: Rows) -> None:
        sized = {"Option1 Name": "Size"}
        do_import(csv_of(mug(**sized, **{"Option1 Value": "S"})))
        report = do_import(
            csv_of(
                mug(**sized, **{"Option1 Value": "L", "Variant SKU": "MUG-L"}),
                mug(**sized, **{"Option1 Value": "S", "Variant SKU": "MUG"}),
            )
        )
        assert results(report) == ["created", "unchanged"]
        found = rows.execute("SELECT sku FROM products ORDER BY position").fetchall()
        assert [sku for (sku,) in found] == ["MUG", "MUG-L"]


class TestMeanwhile:
    def test_of_stock_while_shoppers_buy(self, do_import: Importer, rows: Rows) -> None:
        """What is bought while an import waits to set the stock stands in the ledger all the same."""
        do_import(csv_of(mug()))
        reports: list[dict[str, Any]] = []
        with psycopg.connect(rows.info.dsn, password="only-for-tests") as shopper:
            shopper.execute("UPDATE products SET stock = stock - 1")
            importing = threading.Thread(
                target=lambda: reports.append(do_import(csv_of(mug(**{"Variant Inventory Qty": "9"}))))
            )
            importing.start()
            asyncio.run(eventually(lambda: one(rows, SOMEBODY_WAITS)))
            shopper.commit()
            importing.join()
        assert results(reports[0]) == ["updated"]
        assert one(rows, "SELECT delta, stock_after FROM stock_movements ORDER BY created_at DESC LIMIT 1") == (5, 9)

    def test_when_somebody_else_is_quicker(self, do_import: Importer, rows: Rows) -> None:
        """A handle that another transaction is about to take: it is seen by the constraint alone."""
        replies: list[Reply] = []
        with psycopg.connect(rows.info.dsn, password="only-for-tests") as other:
            other.execute("INSERT INTO listings (handle) VALUES ('mug')")
            importing = threading.Thread(target=lambda: replies.append(do_import.send(csv_of(mug()))))
            importing.start()
            asyncio.run(eventually(lambda: one(rows, SOMEBODY_WAITS)))
            other.commit()
            importing.join()
        assert (replies[0].status, replies[0].json()["code"]) == (409, "conflict")
        assert one(rows, "SELECT count(*) FROM products") == 0


class TestDemoCatalogue:
    def test_imports_whole(self, do_import: Importer, rows: Rows) -> None:
        report = do_import(SEED.read_bytes())
        assert (report["created"], report["failed"]) == (149, 0), json.dumps(details(report))
        assert one(rows, "SELECT count(*) FROM listings") == 83


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sample exports beside the project are not here")
class TestSampleExports:
    def test_import_twice_without_a_change(self, do_import: Importer, rows: Rows) -> None:
        files = {name: (SHARED / name).read_bytes() for name in ("apparel.csv", "home-and-garden.csv")}
        created = {name: do_import(content) for name, content in files.items()}
        assert {name: report["created"] for name, report in created.items()} == {
            "apparel.csv": 22,
            "home-and-garden.csv": 21,
        }
        assert one(rows, "SELECT count(*) FROM listings") == 40
        before = everything(rows)
        for content in files.values():
            assert set(results(do_import(content))) == {"unchanged"}
        assert everything(rows) == before
