"""What an import makes of single rows: SKUs, pictures, and rows that cannot be used."""

from catalog.transfer.planning import made_skus
from factories.product_files import Importer, Rows, csv_of, details, everything, mug, one, results


class TestMadeSku:
    def rows_of(self, *sizes: str, handle: str = "camp-mug") -> bytes:
        return csv_of(
            *(
                mug(Handle=handle, **{"Variant SKU": "", "Option1 Name": "Size", "Option1 Value": size})
                for size in sizes
            )
        )

    def test_of_handle_and_options(self, do_import: Importer) -> None:
        report = do_import(self.rows_of("Small", "Extra large"))
        assert [row["sku"] for row in report["rows"]] == ["CAMP-MUG-SMALL", "CAMP-MUG-EXTRA-LARGE"]

    def test_of_a_handle_alone(self, do_import: Importer) -> None:
        report = do_import(
            csv_of(mug(**{"Variant SKU": "", "Option1 Name": "Title", "Option1 Value": "Default Title"}))
        )
        assert report["rows"][0]["sku"] == "MUG"

    def test_is_unique(self, do_import: Importer) -> None:
        report = do_import(self.rows_of("1/2", "1-2", "♥", "♦"))
        skus = [row["sku"] for row in report["rows"]]
        assert results(report) == ["created"] * 4
        assert len(set(skus)) == 4
        assert results(do_import(self.rows_of("1/2", "1-2", "♥", "♦"))) == ["unchanged"] * 4

    def test_is_not_one_that_another_handle_has(self, do_import: Importer) -> None:
        do_import(csv_of(mug(Handle="other", **{"Variant SKU": "CAMP-MUG-SMALL"})))
        (row,) = do_import(self.rows_of("Small"))["rows"]
        assert row["result"] == "created"
        assert row["sku"].startswith("CAMP-MUG-SMALL-")

    def test_leaves_a_sku_to_the_row_that_gives_it(self, do_import: Importer) -> None:
        given = mug(Handle="other", **{"Variant SKU": "MUG"})
        report = do_import(csv_of(mug(**{"Variant SKU": ""}), given))
        assert results(report) == ["created", "created"]
        assert report["rows"][1]["sku"] == "MUG"

    def test_is_short_and_stable(self) -> None:
        long = {"Size": "x" * 100}
        readable, distinct = made_skus("handle", long)
        assert readable == distinct
        assert len(readable) <= 64
        assert made_skus("handle", long) == (readable, distinct)
        assert made_skus("handle", {"Size": "x" * 101})[0] != readable

    def test_is_not_needed_where_the_unit_is_known(self, do_import: Importer) -> None:
        do_import(csv_of(mug(**{"Option1 Name": "Size", "Option1 Value": "Small"})))
        (row,) = do_import(self.rows_of("Small", handle="mug"))["rows"]
        assert (row["sku"], row["result"]) == ("MUG", "unchanged")


class TestPictures:
    def picture(self, number: int, **cells: str) -> dict[str, str]:
        return {"Handle": "mug", "Image Src": f"https://pictures.test/{number}.jpg", **cells}

    def test_of_rows_that_carry_nothing_else(self, do_import: Importer, rows: Rows) -> None:
        content = csv_of(
            mug(**self.picture(1)), self.picture(2), self.picture(3, **{"Image Position": "7"}), self.picture(4)
        )
        report = do_import(content)
        assert results(report) == ["created", "image", "image", "image"]
        assert (report["created"], report["images"]) == (1, 3)
        found = rows.execute("SELECT url, position FROM product_images ORDER BY position").fetchall()
        assert found == [
            (f"https://pictures.test/{number}.jpg", position) for number, position in ((1, 1), (2, 2), (3, 7), (4, 8))
        ]
        before = everything(rows)
        assert results(do_import(content)) == ["unchanged"] * 4
        assert everything(rows) == before

    def test_count_once_in_a_handle(self, do_import: Importer, rows: Rows) -> None:
        content = csv_of(mug(**self.picture(1, **{"Image Alt Text": "A mug"})), self.picture(1))
        assert results(do_import(content)) == ["created", "unchanged"]
        assert results(do_import(content)) == ["unchanged", "unchanged"]
        assert one(rows, "SELECT alt FROM product_images") == "A mug"

    def test_take_over_text_and_position(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug(), self.picture(1, **{"Image Alt Text": "", "Image Position": "1"})))
        report = do_import(csv_of(mug(), self.picture(1, **{"Image Alt Text": "A mug", "Image Position": "3"})))
        assert results(report) == ["unchanged", "image"]
        assert one(rows, "SELECT alt, position FROM product_images") == ("A mug", 3)

    def test_of_our_own_bucket_are_known_by_their_address(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug()))
        rows.execute(
            "INSERT INTO product_images (listing_id, storage_key, position) SELECT id, 'mug.jpg', 1 FROM listings"
        )
        content = csv_of(mug(**{"Image Src": "https://pictures.test/mug.jpg", "Image Alt Text": "A mug"}))
        assert results(do_import(content)) == ["updated"]
        assert one(rows, "SELECT storage_key, url, alt FROM product_images") == ("mug.jpg", None, "A mug")


class TestBadRows:
    def test_change_nothing_else(self, do_import: Importer, rows: Rows) -> None:
        jug = mug(Handle="jug", **{"Variant SKU": "JUG"})
        report = do_import(csv_of(mug(), mug(Handle="bowl", **{"Variant SKU": "BOWL", "Variant Price": "-1"}), jug))
        assert results(report) == ["created", "failed", "created"]
        assert report["rows"][1]["line"] == 3
        assert one(rows, "SELECT count(*) FROM listings") == 2

    def test_of_a_variant_too_many(self, do_import: Importer, rows: Rows) -> None:
        sizes = ({"Variant SKU": f"MUG-{n}", "Option1 Name": "Size", "Option1 Value": str(n)} for n in range(101))
        report = do_import(csv_of(*(mug(**size) for size in sizes)))
        assert (report["created"], details(report)) == (100, ["A handle may have at most 100 variants."])
        assert one(rows, "SELECT count(*) FROM products") == 100

    def test_of_a_picture_too_many(self, do_import: Importer, rows: Rows) -> None:
        pictures = [{"Handle": "mug", "Image Src": f"https://pictures.test/{n}.jpg"} for n in range(51)]
        large = {"Variant SKU": "MUG-L", "Option1 Name": "Size", "Option1 Value": "L"}
        report = do_import(csv_of(mug(), *pictures, mug(**large, **pictures[50]), mug(**large, **pictures[0])))
        assert (report["created"], report["images"]) == (2, 50)
        assert details(report) == ["A handle may have at most 50 pictures."] * 2
        assert one(rows, "SELECT count(*) FROM product_images") == 50

    def test_of_one_sku_twice(self, do_import: Importer, rows: Rows) -> None:
        report = do_import(csv_of(mug(), mug(Handle="jug")))
        assert results(report) == ["created", "failed"]
        assert details(report) == ["Line 2 already has the SKU MUG."]
        assert one(rows, "SELECT handle FROM listings") == "mug"

    def test_of_the_same_options_twice(self, do_import: Importer) -> None:
        report = do_import(csv_of(mug(), mug(**{"Variant SKU": "MUG-2"})))
        assert details(report) == ["MUG of this handle already has these options."]

    def test_with_the_sku_of_another_handle(self, do_import: Importer) -> None:
        do_import(csv_of(mug()))
        assert details(do_import(csv_of(mug(Handle="jug")))) == ["The SKU MUG belongs to mug."]

    def test_of_a_new_unit_without_price(self, do_import: Importer) -> None:
        assert details(do_import(csv_of({"Handle": "mug", "Title": "Mug"}))) == ["Variant Price is missing."]

    def test_that_lead_take_their_variants_with_them(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug()))
        report = do_import(
            csv_of(
                mug(Handle="jug", **{"Image Src": ""}),
                mug(Handle="jug", **{"Variant SKU": "JUG-L"}),
                {"Handle": "jug", "Image Src": "https://pictures.test/jug.jpg"},
                mug(Handle="bowl", **{"Variant SKU": "BOWL"}),
            )
        )
        assert results(report) == ["failed", "failed", "failed", "created"]
        assert details(report)[1] == "The first row of this handle, line 2, cannot be used."
        assert one(rows, "SELECT array_agg(handle ORDER BY handle) FROM listings") == ["bowl", "mug"]

    def test_of_a_deleted_product_are_free_again(self, do_import: Importer, rows: Rows) -> None:
        do_import(csv_of(mug()))
        rows.execute("UPDATE products SET deleted_at = now(), listing_id = NULL")
        rows.execute("DELETE FROM listings")
        assert results(do_import(csv_of(mug()))) == ["created"]
