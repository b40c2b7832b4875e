"""What the mails say."""

import uuid
from typing import Any

import pytest

from factories.mails import about_order
from notifications.mails import OCCASIONS, compose
from shopkit.aws.mail import Mail

USER = str(uuid.uuid4())
ORDER = about_order(USER)
REFERENCE = ORDER["order_id"][:8].upper()
LINK = f"https://shop.test/orders/{ORDER['order_id']}"
LINES = [
    {"sku": "MUG", "name": "Mug", "qty": 100, "unit_price": "12.50", "line_total": "1250.00"},
    {"sku": "T&C", "name": "<script>alert('x')</script> & tea", "qty": 1, "unit_price": "3.00", "line_total": "3.00"},
]
PAID = {**ORDER, "subtotal": "1253.00", "shipping": "4.90", "total": "1257.90", "items": LINES}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "shop@example.com")
    monkeypatch.setenv("PUBLIC_URL", "https://shop.test/")


def written(kind: str, data: dict[str, Any]) -> Mail:
    occasion = OCCASIONS[kind]
    return compose(occasion, occasion.facts.model_validate(data), "ada@example.com")


EVERY: dict[str, dict[str, Any]] = {
    "user.registered": {"user_id": USER, "email": "ada@example.com"},
    "order.paid": PAID,
    "order.cancelled": {**ORDER, "total": "29.90", "was": "paid", "reason": "expired"},
    "order.completed": {**ORDER, "total": "29.90"},
    "payment.failed": {**ORDER, "amount": "29.90"},
}


@pytest.mark.parametrize(("kind", "data"), EVERY.items())
class TestEveryMail:
    def test_is_complete(self, kind: str, data: dict[str, Any]) -> None:
        mail = written(kind, data)
        assert (mail.sender, mail.recipient) == ("shop@example.com", "ada@example.com")
        for text in (mail.text, mail.html):
            assert "Serverless Shop" in text
            assert "You get this mail because" in text
            assert "{" not in text.partition("<body")[0]
        assert f"<title>{mail.subject}</title>" in mail.html

    def test_subject_is_one_line_without_what_others_wrote(self, kind: str, data: dict[str, Any]) -> None:
        subject = written(kind, data).subject
        assert subject.isprintable()
        assert "Mug" not in subject
        assert "@" not in subject

    def test_leads_to_the_shop(self, kind: str, data: dict[str, Any]) -> None:
        mail = written(kind, data)
        link = LINK if "order_id" in data else "https://shop.test/"
        assert f'href="{link}"' in mail.html
        assert f": {link}\n" in mail.text

    def test_loads_nothing(self, kind: str, data: dict[str, Any]) -> None:
        html = written(kind, data).html
        assert not [each for each in ("<img", "<link", "<script", "url(", "src=") if each in html]


def test_every_event_that_makes_a_mail_is_tried() -> None:
    assert EVERY.keys() == OCCASIONS.keys()


class TestOrderConfirmed:
    def test_lines_and_totals(self) -> None:
        mail = written("order.paid", PAID)
        assert REFERENCE in mail.subject
        assert "100 x Mug (MUG)\n    12.50 EUR each, 1,250.00 EUR\n" in mail.text
        assert "Subtotal: 1,253.00 EUR\nShipping: 4.90 EUR\nTotal: 1,257.90 EUR\n" in mail.text
        for fact in ("12.50 EUR · MUG", "1,250.00 EUR", "1,253.00 EUR", "4.90 EUR", "1,257.90 EUR"):
            assert fact in mail.html

    def test_names_are_no_markup(self) -> None:
        mail = written("order.paid", PAID)
        assert "<script" not in mail.html
        assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; tea" in mail.html
        assert "<script>alert('x')</script> & tea (T&C)" in mail.text


class TestOrderCancelled:
    @pytest.mark.parametrize(
        ("reason", "told"),
        [
            ("expired", "was cancelled, since it was not paid in time."),
            ("shopper", "was cancelled, as you asked."),
            ("admin", "was cancelled by the shop."),
        ],
    )
    def test_why(self, reason: str, told: str) -> None:
        mail = written("order.cancelled", {**ORDER, "total": "29.90", "was": "created", "reason": reason})
        assert told in mail.text
        assert told in mail.html

    @pytest.mark.parametrize("was", ["paid", "processing"])
    def test_with_refund(self, was: str) -> None:
        mail = written("order.cancelled", {**ORDER, "total": "29.90", "was": was, "reason": "expired"})
        assert "The 29.90 EUR that you paid go back" in mail.text
        assert "The 29.90 EUR that you paid go back" in mail.html

    def test_unpaid(self) -> None:
        mail = written("order.cancelled", {**ORDER, "total": "29.90", "was": "created", "reason": "expired"})
        assert "You pay nothing." in mail.text
        assert "29.90" not in mail.html
