"""Placing orders: what comes of a cart."""

from factories.ordering import ADDRESS, Shop, told


class TestPlaceOrder:
    def test_valid(self, shop: Shop) -> None:
        mug, bowl = shop.products.make(price="12.50"), shop.products.make(price="3.33")
        shopper = shop.buyer(mug, bowl, qty=3)
        reply = shopper.place({"shipping_method": "standard", "shipping_address": ADDRESS})
        placed = told(reply, 201)
        assert placed["status"] == "created"
        assert [(item["sku"], item["qty"], item["line_total"]) for item in placed["items"]] == [
            (mug["sku"], 3, "37.50"),
            (bowl["sku"], 3, "9.99"),
        ]
        assert [placed[each] for each in ("subtotal", "discount", "shipping", "total")] == [
            "47.49",
            "0.00",
            "4.90",
            "52.39",
        ]
        assert reply.headers["location"] == f"/order/{placed['order_id']}"
        assert shopper.order(placed) == placed
        assert shop.stock(mug) == shop.stock(bowl) == 2
        assert shop.cart(shopper)["items"] == []
