"""The search `q`: words anywhere in name, SKU or description, found by an index."""

import pytest

from catalog.browsing import page_statement
from catalog.presentation import parameters
from catalog.searching import Filters, Shape
from factories.catalogue import STOCK_UP, Catalogue
from factories.product_files import Rows


class TestSearch:
    @pytest.fixture(autouse=True)
    def stocked(self, shop: Catalogue) -> None:
        shop.product(sku="KIT-1", name="Blue Mug", description="<p class='wide'>Holds <b>tea</b>.</p>")
        shop.product(sku="KIT-2", name="Blåbär jar", description="For jam & 100% joy")
        shop.product(sku="KIT_3", name=r"Back\slash", description="1000 joys")

    @pytest.mark.parametrize(
        ("q", "skus"),
        [
            ("mug", ["KIT-1"]),
            ("MUG blue", ["KIT-1"]),
            ("  blue   mug ", ["KIT-1"]),
            ("blue jam", []),
            ("kit-1", ["KIT-1"]),
            ("tea", ["KIT-1"]),
            ("mug tea kit", ["KIT-1"]),
            ("BLÅBÄR", ["KIT-2"]),
            ("wide", []),
            ("%", ["KIT-2"]),
            ("100%", ["KIT-2"]),
            ("_", ["KIT_3"]),
            ("t_3", ["KIT_3"]),
            ("\\", ["KIT_3"]),
            ("k\\s", ["KIT_3"]),
            ("'; DROP TABLE products --", []),
            ("%s {p} %(q)s", []),
            ("", ["KIT_3", "KIT-2", "KIT-1"]),
            ("u", ["KIT-1"]),
            ("a b c d e f g h i j k l m n o p q r s t u", []),
        ],
    )
    @pytest.mark.parametrize("group", [{}, {"group": "handle"}])
    def test_q(self, shop: Catalogue, q: str, skus: list[str], group: dict[str, str]) -> None:
        assert shop.skus(q=q, **group) == skus

    @pytest.mark.parametrize(("name", "skus"), [("%", []), ("_", []), ("k\\s", ["KIT_3"]), ("blå", ["KIT-2"])])
    def test_name(self, shop: Catalogue, name: str, skus: list[str]) -> None:
        assert shop.skus(name=name) == skus

    def test_follows_changes(self, shop: Catalogue) -> None:
        first = shop.product(handle="cup", description="porcelain")
        other = shop.product(handle="cup", options={"Size": "L"}, name="Tankard")
        assert shop.skus(q="porcelain") == [other["sku"], first["sku"]]
        shop.change(other, description="pewter")
        assert shop.skus(q="porcelain") == []
        assert shop.skus(q="pewter tankard") == [other["sku"]]
        shop.change(other, name="Stein", sku="STEIN")
        assert shop.skus(q="pewter tankard") == []
        assert shop.skus(q="pewter stein") == ["STEIN"]
        shop.change(other, handle="stein", description="glass")
        assert shop.skus(q="pewter") == [first["sku"]]

    def test_relevance(self, shop: Catalogue) -> None:
        shop.product(sku="A", name="Tray", description="for a lamp")
        shop.product(sku="B", name="Desk lamp")
        shop.product(sku="C", name="Lampshade")
        shop.product(sku="D", name="LAMP")
        shop.product(sku="Lamp", name="Z", description="-")
        ranked = ["Lamp", "D", "C", "B", "A"]
        assert shop.skus(q="lamp", sort="relevance") == ranked
        assert shop.skus(q="lamp", sort="relevance", group="handle") == ranked
        first = shop.listed(q="lamp", sort="relevance", limit=3)
        assert shop.skus(q="lamp", sort="relevance", limit=3, cursor=first["next_cursor"]) == ranked[3:]


@pytest.mark.parametrize(
    "filters", [Filters(q="mug"), Filters(q="blue mug"), Filters(name="mug")], ids=["word", "words", "name"]
)
@pytest.mark.parametrize("grouped", [False, True])
def test_finds_by_the_trigram_index(rows: Rows, filters: Filters, *, grouped: bool) -> None:
    rows.execute(STOCK_UP, [500, 2])
    rows.execute("VACUUM ANALYZE products")
    rows.execute("SET enable_seqscan = off")
    statement = page_statement(Shape(filters.given, "active", grouped, "relevance", continued=False)).as_string()
    plan = rows.execute(f"EXPLAIN {statement}".encode(), parameters(**filters.parameters, rows=25)).fetchall()
    assert any("Bitmap Index Scan on ix_products_search" in line for (line,) in plan), plan
