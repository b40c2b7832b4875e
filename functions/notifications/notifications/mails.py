"""Which event makes which mail, and how its words become one. jinja2 is imported with the first mail."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from notifications import settings
from notifications.facts import Facts, OrderCancelled, OrderCompleted, OrderPaid, PaymentFailed, UserRegistered
from shopkit.aws.mail import Mail

if TYPE_CHECKING:
    from jinja2 import Environment

SHOP_NAME = "Serverless Shop"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an event tells, the pair of templates that tells it on, and their subject (a format of the facts)."""

    facts: type[Facts]
    template: str
    subject: str

    def subject_for(self, facts: Facts) -> str:
        return self.subject.format(facts=facts)


OCCASIONS = {
    "user.registered": Occasion(UserRegistered, "welcome", f"Welcome to {SHOP_NAME}"),
    "order.paid": Occasion(OrderPaid, "order_confirmed", "Your order {facts.reference} is confirmed"),
    "order.cancelled": Occasion(OrderCancelled, "order_cancelled", "Your order {facts.reference} was cancelled"),
    "order.completed": Occasion(OrderCompleted, "order_completed", "Your order {facts.reference} is complete"),
    "payment.failed": Occasion(PaymentFailed, "payment_failed", "The payment of your order {facts.reference} failed"),
}


def compose(occasion: Occasion, facts: Facts, recipient: str) -> Mail:
    """The mail that tells somebody what happened, as text and as HTML."""
    subject = occasion.subject_for(facts)
    told = {"subject": subject, "facts": facts, "public_url": settings.public_url()}
    text, html = (_templates().get_template(f"{occasion.template}.{kind}").render(told) for kind in ("txt", "html"))
    return Mail(settings.mail_from(), recipient, subject, text, html)


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(shop_name=SHOP_NAME)
    environment.filters.update(money=_money)
    return environment


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}"
