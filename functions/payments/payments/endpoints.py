"""Paying and its history, for the gateway; webhooks, for the provider."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from payments import answering, listing
from payments.domain import Status, shown
from payments.errors import (
    AmountMismatch,
    BadSignature,
    OrderNotFound,
    OrderNotPayable,
    PaymentDeclined,
    PaymentInProgress,
)
from payments.schemas import Paid, Pay, PaymentsOut
from shopkit.auth.callers import internal_caller
from shopkit.auth.principal import Principal, Shopper
from shopkit.errors import ContentTooLarge, Forbidden, NotFound, Unauthenticated, Unavailable, may_fail
from shopkit.idempotency import KeyReused, StillRunning
from shopkit.web.answers import answer

LARGEST_WEBHOOK = 65_536
"""Bytes."""

shoppers = APIRouter(
    tags=["payments"],
    dependencies=[Depends(internal_caller("payments", "gateway"))],
    responses=may_fail(Unauthenticated, Forbidden, NotFound, Unavailable),
)
providers = APIRouter(prefix="/payments/webhooks", tags=["webhooks"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=16,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        description="One key, one payment; kept for 24 hours.",
    ),
]


@shoppers.post(
    "/payment/pay",
    response_model=Paid,
    responses={
        202: {"model": Paid, "description": "The provider has not answered; ask for the order's payments later."},
        **may_fail(
            PaymentDeclined, OrderNotPayable, PaymentInProgress, StillRunning, AmountMismatch, KeyReused, OrderNotFound
        ),
    },
)
async def pay(request: Request, shopper: Shopper, body: Pay, idempotency_key: IdempotencyKey = None) -> Response:
    """Pay an order. One that is paid answers the payment that did it."""
    scope = f"{shopper.id} POST /payment/pay"
    return await answering.once(scope, idempotency_key, body, request.scope["path"], partial(_pay, shopper, body))


@shoppers.get("/payments", response_model=PaymentsOut)
async def list_payments(who: Shopper, order_id: Annotated[UUID, Query()]) -> Response:
    """All tries to pay an order, the first one first."""
    return answer({"items": await listing.of_order(who, order_id)})


@providers.post("/{provider}", responses=may_fail(BadSignature, NotFound, ContentTooLarge, Unavailable))
async def receive_webhook(provider: str, request: Request) -> dict[str, bool]:
    """An event of the payment provider, signed as Stripe's are. What fails with a 5xx is to be sent again."""
    from payments import webhooks

    await webhooks.receive(provider, request.headers, await _short_body(request))
    return {"received": True}


async def _pay(shopper: Principal, body: Pay, payment_id: UUID, is_takeover: bool) -> Paid:  # noqa: FBT001
    from payments import paying

    payment = await paying.pay(shopper, body, payment_id=payment_id, is_takeover=is_takeover)
    return Paid(
        payment_id=payment.id,
        order_id=payment.order_id,
        status=shown(Status(payment.status), is_refunded=False),
        amount=payment.amount,
        currency=payment.currency,
    )


async def _short_body(request: Request) -> bytes:
    """Read no more than may come. Raises ContentTooLarge."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_WEBHOOK:
            raise ContentTooLarge(LARGEST_WEBHOOK)
    return body
