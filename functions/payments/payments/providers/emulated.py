"""A provider that takes no money, and behaves as one that does.

`pm_card_visa` succeeds, `pm_card_declined` is declined, `pm_card_timeout` is charged and never answered. It does not
stop a second refund of a charge under another id: that is for its callers to prevent, and for tests to see.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from payments.providers import ledger, signatures
from payments.providers.protocol import BadSignature, Bill, Charge, Declined, OutcomeUnknown, WebhookEvent
from payments.providers.secret import webhook_secret

DECLINED, TIMEOUT = "pm_card_declined", "pm_card_timeout"
SIGNATURE = "webhook-signature"

CHARGE = """
INSERT INTO emulated_provider.charges (id, idempotency_key, amount, currency, status, method, order_id)
VALUES ('ch_' || replace(gen_random_uuid()::text, '-', ''), %(key)s, %(amount)s, %(currency)s, %(status)s, %(method)s,
        %(order_id)s)
ON CONFLICT (idempotency_key) DO UPDATE SET idempotency_key = excluded.idempotency_key
RETURNING *, 0::numeric AS refunded"""

FOUND = """
SELECT c.*, coalesce((SELECT sum(r.amount) FROM emulated_provider.refunds r WHERE r.charge_id = c.id), 0) AS refunded
FROM emulated_provider.charges c WHERE c.idempotency_key = %(key)s"""

LISTED = """
SELECT c.*, coalesce((SELECT sum(r.amount) FROM emulated_provider.refunds r WHERE r.charge_id = c.id), 0) AS refunded
FROM emulated_provider.charges c
WHERE c.created_at >= %(since)s AND (%(after)s::text IS NULL OR (c.created_at, c.id) > (
    SELECT a.created_at, a.id FROM emulated_provider.charges a WHERE a.id = %(after)s))
ORDER BY c.created_at, c.id LIMIT %(limit)s"""

REFUND = """
INSERT INTO emulated_provider.refunds (id, idempotency_key, charge_id, amount)
SELECT 're_' || replace(gen_random_uuid()::text, '-', ''), %(key)s, c.id, %(amount)s
FROM emulated_provider.charges c WHERE c.id = %(charge_id)s AND c.status = 'captured' AND c.amount >= %(amount)s
ON CONFLICT (idempotency_key) DO UPDATE SET idempotency_key = excluded.idempotency_key
RETURNING id"""


class EmulatedProvider:
    name = "emulated"

    async def charge(self, bill: Bill) -> Charge:
        """Raises Declined and OutcomeUnknown, each where the method says so."""
        status = "declined" if bill.method == DECLINED else "captured"
        values = {
            "key": str(bill.payment_id),
            "order_id": bill.order_id,
            "amount": bill.amount,
            "currency": bill.currency,
            "method": bill.method,
            "status": status,
        }
        [row] = await ledger.ask(CHARGE, values)
        if row["method"] == TIMEOUT:
            raise OutcomeUnknown
        if row["status"] == "declined":
            raise Declined("card_declined")
        return _charge(row)

    async def look_up(self, payment_id: UUID) -> Charge | None:
        rows = await ledger.ask(FOUND, {"key": str(payment_id)})
        return _charge(rows[0]) if rows else None

    async def refund(self, refund_id: UUID, charge_id: str, amount: Decimal) -> None:
        """Raises Declined where there is no such charge, or less of it."""
        values = {"key": str(refund_id), "charge_id": charge_id, "amount": amount}
        if not await ledger.ask(REFUND, values):
            raise Declined("charge_not_refundable")

    async def charges(self, since: datetime, *, after: str | None, limit: int) -> list[Charge]:
        rows = await ledger.ask(LISTED, {"since": since, "after": after, "limit": limit})
        return [_charge(row) for row in rows]

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """`{"id", "type", "payment_id"}`, signed in the header `Webhook-Signature`. Raises BadSignature."""
        signatures.check(headers.get(SIGNATURE, ""), body, await webhook_secret(), datetime.now(UTC))
        try:
            told = json.loads(body)
            payment_id = told.get("payment_id")
            return WebhookEvent(str(told["id"]), str(told["type"]), UUID(payment_id) if payment_id else None)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise BadSignature from error

    async def signed(self, event: WebhookEvent) -> tuple[dict[str, str], bytes]:
        """Header and body of the webhook that tells an event."""
        told = {"id": event.id, "type": event.type, "payment_id": event.payment_id and str(event.payment_id)}
        body = json.dumps(told).encode()
        return {SIGNATURE: signatures.sign(body, await webhook_secret(), datetime.now(UTC))}, body


def _charge(row: dict[str, Any]) -> Charge:
    return Charge(
        id=row["id"],
        payment_id=UUID(row["idempotency_key"]),
        order_id=row["order_id"],
        amount=row["amount"],
        currency=row["currency"],
        is_captured=row["status"] == "captured",
        refunded=row["refunded"],
        created_at=row["created_at"],
    )
