"""Reading Shopify's product CSV, without a database."""

from decimal import Decimal

import pytest

from catalog.transfer import sheet, shopify
from catalog.transfer.shopify import BadRow, FurtherPicture, Unit
from factories.product_files import csv_of
from shopkit.errors import InvalidRequest


def mug(**cells: str) -> dict[str, str]:
    return {"Handle": "mug", "Title": "Mug", "Variant SKU": "MUG", "Variant Price": "9.50", **cells}


def unit_of(**cells: str) -> Unit:
    (row,) = shopify.parse(csv_of(mug() | cells))
    assert isinstance(row, Unit), row
    return row


def failure_of(**cells: str) -> str:
    (row,) = shopify.parse(csv_of(mug() | cells))
    assert isinstance(row, BadRow), row
    return row.detail


class TestFile:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "missing: Handle, Title"),
            (b"\xff\xfe\x00binary", "not UTF-8"),
            (b'{"products": []}', "missing: Handle, Title"),
            (b"Handle;Title\nmug;Mug\n", "missing: Handle, Title"),
            (b"Title,Variant SKU\nMug,MUG\n", "missing: Handle."),
            (b"Handle,Title,Title\nmug,Mug,Mug\n", "Title more than once"),
            (b'Handle,Title\nmug,"Mug\n', "not CSV: line 2"),
            (b'Handle,Title\nmug,Mug\njug,"Jug"s\n', "not CSV: line 3"),
        ],
    )
    def test_that_is_no_product_csv(self, content: bytes, sentence: str) -> None:
        with pytest.raises(InvalidRequest, match=sentence) as refused:
            list(shopify.parse(content))
        assert refused.value.errors[0]["loc"] == ["body", "file"]

    def test_with_a_byte_order_mark(self) -> None:
        (row,) = shopify.parse(b"\xef\xbb\xbf" + csv_of(mug()))
        assert row.handle == "mug"

    def test_of_a_header_alone(self) -> None:
        assert list(shopify.parse(csv_of(columns=["Handle", "Title"]))) == []

    def test_counts_physical_lines(self) -> None:
        text = (
            "Handle,Title,Body (HTML),Variant Price\r\n"
            'mug,Mug,"<p>one\r\ntwo\r\nthree</p>",9\r\n'
            "\r\n"
            ",,,\r\n"
            "jug,Jug,,8\r\n"
        )
        assert [row.line for row in shopify.parse(text.encode())] == [2, 7]

    def test_may_hold_long_descriptions(self) -> None:
        unit = unit_of(**{"Body (HTML)": "x" * 30_000})
        assert len(unit.shared["description"]) == 30_000

    def test_rows_may_be_short(self) -> None:
        (row,) = shopify.parse(b"Handle,Title,Variant Price,Vendor,Tags\nmug,Mug,9\n")
        assert isinstance(row, Unit)
        assert row.shared == {"vendor": ""}

    def test_rows_may_not_be_long(self) -> None:
        (row,) = shopify.parse(b"Handle,Title,Variant Price\nmug,Mug,9,5\n")
        assert isinstance(row, BadRow)
        assert "more cells" in row.detail


class TestUnit:
    def test_of_a_plain_product(self) -> None:
        unit = unit_of(
            **{
                "Body (HTML)": "<p>For tea</p> ",
                "Vendor": "Potters",
                "Type": "Kitchen",
                "Tags": "Ceramic, Gifts,, Kitchen",
                "Published": "TRUE",
                "Option1 Name": "Title",
                "Option1 Value": "Default Title",
                "Variant Inventory Qty": "7",
                "Variant Compare At Price": "12",
                "Image Src": "https://pictures.test/mug.jpg",
                "Image Position": "2",
                "Image Alt Text": "A mug",
            }
        )
        assert unit == Unit(
            line=2,
            handle="mug",
            sku="MUG",
            options={},
            values={
                "name": "Mug",
                "price": Decimal("9.50"),
                "compare_at_price": Decimal(12),
                "stock": 7,
                "is_active": True,
            },
            shared={"description": "<p>For tea</p> ", "vendor": "Potters"},
            categories={"kitchen": "Kitchen", "ceramic": "Ceramic", "gifts": "Gifts"},
            picture=shopify.Picture("https://pictures.test/mug.jpg", "A mug", 2),
            leads=True,
        )

    def test_says_nothing_of_columns_that_the_file_lacks(self) -> None:
        (row,) = shopify.parse(csv_of({"Handle": "mug", "Title": "Mug"}, columns=["Handle", "Title"]))
        assert isinstance(row, Unit)
        assert (row.values, row.shared, row.categories) == ({"name": "Mug"}, {}, None)

    def test_blank_cells_clear(self) -> None:
        unit = unit_of(**{"Body (HTML)": "", "Tags": "", "Variant Compare At Price": ""})
        assert unit.shared == {"description": ""}
        assert unit.categories == {}
        assert unit.values["compare_at_price"] is None

    def test_has_a_picture_at_any_web_address(self) -> None:
        picture = unit_of(**{"Image Src": "HTTPS://pictures.test/mug.jpg"}).picture
        assert picture == shopify.Picture("HTTPS://pictures.test/mug.jpg", None, None)

    def test_is_hidden_by_published_and_by_status(self) -> None:
        assert unit_of(Published="false").values["is_active"] is False
        assert unit_of(Published="true", Status="draft").values["is_active"] is False
        assert unit_of(Published="true", Status="active").values["is_active"] is True
        assert "is_active" not in unit_of(Published="").values

    @pytest.mark.parametrize(
        ("cells", "sentence"),
        [
            ({"Handle": ""}, "Handle must be"),
            ({"Handle": "Not A Handle"}, "Handle must be"),
            ({"Handle": "a/b"}, "Handle must be"),
            ({"Title": ""}, "Title is missing"),
            ({"Title": "x" * 201}, "Title may have at most 200"),
            ({"Title": "nul\x00"}, "Title must not contain control characters"),
            ({"Body (HTML)": "nul\x00"}, "Body (HTML) must not contain control characters"),
            ({"Body (HTML)": "漢" * 10_001}, "Body (HTML) may have at most 30000 bytes"),
            ({"Variant SKU": "x" * 65}, "Variant SKU may have at most 64"),
            ({"Variant Price": ""}, "Variant Price is missing"),
            ({"Variant Price": "cheap"}, "Variant Price must be an amount"),
            ({"Variant Price": "-1"}, "Variant Price must be an amount"),
            ({"Variant Price": "1.234"}, "Variant Price must be an amount"),
            ({"Variant Price": "1,50"}, "Variant Price must be an amount"),
            ({"Variant Price": "NaN"}, "Variant Price must be an amount"),
            ({"Variant Price": "٣"}, "Variant Price must be an amount"),
            ({"Variant Compare At Price": "x"}, "Variant Compare At Price must be an amount"),
            ({"Variant Inventory Qty": "-3"}, "Variant Inventory Qty must be a whole number"),
            ({"Variant Inventory Qty": "1.5"}, "Variant Inventory Qty must be a whole number"),
            ({"Variant Inventory Qty": "1000000001"}, "Variant Inventory Qty may be at most"),
            ({"Published": "maybe"}, "Published must be true or false"),
            ({"Tags": "Gifts, ♥"}, "The category ♥ has no letters or digits"),
            ({"Tags": ",".join(f"t{n}" for n in range(51))}, "at most 50 categories"),
            ({"Tags": "x" * 201}, "name may have at most 200"),
            ({"Image Src": "javascript:alert(1)"}, "Image Src must be an http"),
            ({"Image Src": "https://x.test/a b"}, "Image Src must be an http"),
            ({"Option1 Name": "Size"}, "Option1 has no value for Size"),
            ({"Option1 Value": "Small"}, "Option1 has a value but no name"),
            (
                {"Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "Size", "Option2 Value": "M"},
                "Option2 Name repeats Size",
            ),
        ],
    )
    def test_cannot_be_used(self, cells: dict[str, str], sentence: str) -> None:
        assert sentence in failure_of(**cells)


class TestVariants:
    def rows(self, *variants: dict[str, str], **first: str) -> list[shopify.Row]:
        lead = mug(**{"Option1 Name": "Size", "Option1 Value": "S", **first})
        return list(shopify.parse(csv_of(lead, *({"Handle": "mug", **variant} for variant in variants))))

    def test_take_names_title_and_publication_from_the_first_row(self) -> None:
        _, variant = self.rows({"Option1 Value": "L", "Variant Price": "11", "Published": ""}, Published="false")
        assert isinstance(variant, Unit)
        assert variant.options == {"Size": "L"}
        assert variant.values == {"name": "Mug", "price": Decimal(11), "is_active": False}
        assert (variant.shared, variant.categories, variant.leads) == ({}, None, False)

    def test_may_have_options_of_their_own(self) -> None:
        _, plain, colour = self.rows(
            {"Option1 Name": "Title", "Option1 Value": "Default Title", "Variant Price": "1"},
            {"Option1 Name": "Colour", "Option1 Value": "Red", "Variant Price": "2"},
        )
        assert isinstance(plain, Unit)
        assert isinstance(colour, Unit)
        assert (plain.options, colour.options) == ({}, {"Colour": "Red"})

    def test_rows_with_a_picture_alone(self) -> None:
        _, picture = self.rows({"Image Src": "https://pictures.test/2.jpg"})
        assert picture == FurtherPicture(3, "mug", shopify.Picture("https://pictures.test/2.jpg", None, None))

    def test_rows_with_nothing_fail(self) -> None:
        _, nothing = self.rows({})
        assert isinstance(nothing, BadRow)

    def test_a_bad_variant_fails_alone(self) -> None:
        good, bad, other = self.rows(
            {"Option1 Value": "M", "Variant Price": "x"}, {"Option1 Value": "L", "Variant Price": "11"}
        )
        assert isinstance(good, Unit)
        assert isinstance(bad, BadRow)
        assert isinstance(other, Unit)

    def test_fail_with_their_first_row(self) -> None:
        content = csv_of(
            mug(**{"Variant Price": "x"}),
            {"Handle": "mug", "Option1 Value": "L", "Variant Price": "11"},
            {"Handle": "mug", "Image Src": "https://pictures.test/2.jpg"},
            {"Handle": "jug", "Title": "Jug", "Variant Price": "8"},
        )
        rows = list(shopify.parse(content))
        assert [type(row) for row in rows] == [BadRow, BadRow, BadRow, Unit]
        assert isinstance(rows[1], BadRow)
        assert "line 2" in rows[1].detail


class TestFormulas:
    @pytest.mark.parametrize("cell", ["=1+1", "+49", "-20 °C", "@home", "\tx", "\rx", "＝1", "'=1+1", "''@x"])  # noqa: RUF001
    def test_are_disarmed_and_come_back(self, cell: str) -> None:
        written = sheet.protect(cell)
        assert written == f"'{cell}"
        assert sheet.unprotect(written) == cell

    @pytest.mark.parametrize("cell", ["", "Mug", "'t Zand", "1-2", "a=b"])
    def test_other_cells_stay_as_they_are(self, cell: str) -> None:
        assert sheet.protect(cell) == sheet.unprotect(cell) == cell
