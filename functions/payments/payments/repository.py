"""The rows of payments, refunds and webhook events. Changes of state are one conditional statement each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from payments.domain import OPEN, RefundStatus, Status
from payments.models import Payment, Refund, WebhookEvent
from shopkit.db.repository import Repository


class Payments(Repository[Payment]):
    model = Payment

    async def begin(self, **values: Any) -> Payment | None:
        """A new payment, or None where the order has one that is open or has succeeded."""
        query = insert(Payment).values(**values).on_conflict_do_nothing().returning(Payment)
        return (await self.session.scalars(query)).first()

    async def of_order(self, order_id: UUID) -> Payment | None:
        """The order's payment that is open or has succeeded."""
        return await self.first(select(Payment).where(Payment.order_id == order_id, Payment.status != Status.failed))

    async def end(self, payment_id: UUID, status: Status, **values: Any) -> Payment | None:
        """Give an open payment its outcome; None where it is not open (any more)."""
        return await self._change(payment_id, Payment.status.in_(OPEN), status=status, **values)

    async def doubt(self, payment_id: UUID) -> Payment | None:
        return await self._change(payment_id, Payment.status == Status.pending, status=Status.in_doubt)

    async def mark_told(self, payment_id: UUID, *, reason: str | None) -> Payment | None:
        """Orders has heard of the success; None where it had before."""
        return await self._change(payment_id, Payment.order_told_at.is_(None), order_told_at=func.now(), reason=reason)

    async def note_charge(self, payment_id: UUID, charge_id: str) -> Payment | None:
        """A failed payment has been charged after all; None where that is known."""
        unknown = and_(Payment.status == Status.failed, Payment.provider_charge_id.is_(None))
        return await self._change(payment_id, unknown, provider_charge_id=charge_id)

    async def count_change(self, payment_id: UUID) -> Payment:
        """The payment, in its next version."""
        changed = await self._change(payment_id, Payment.id == payment_id)
        assert changed is not None  # noqa: S101  # payments are never deleted
        return changed

    async def unsettled(self, limit: int) -> Sequence[UUID]:
        """Those that are open, and those of whose success orders has still to hear; the oldest first."""
        untold = and_(Payment.status == Status.succeeded, Payment.order_told_at.is_(None))
        query = select(Payment.id).where(or_(Payment.status.in_(OPEN), untold)).order_by(Payment.created_at)
        return (await self.session.scalars(query.limit(limit))).all()

    async def with_ids(self, ids: Collection[UUID]) -> dict[UUID, Payment]:
        return {each.id: each for each in await self.all(select(Payment).where(Payment.id.in_(ids)))}

    async def succeeded_since(self, since: datetime) -> Sequence[UUID]:
        query = select(Payment.id).where(Payment.created_at >= since, Payment.status == Status.succeeded)
        return (await self.session.scalars(query)).all()

    async def _change(self, payment_id: UUID, only_if: Any, **values: Any) -> Payment | None:
        query = (
            update(Payment)
            .where(Payment.id == payment_id, only_if)
            .values(version=Payment.version + 1, updated_at=func.now(), **values)
            .returning(Payment)
            .execution_options(populate_existing=True)
        )
        return (await self.session.scalars(query)).first()


class Refunds(Repository[Refund]):
    model = Refund

    async def request(self, payment: Payment, reason: str) -> Refund | None:
        """A refund of the whole payment; None where there is one already."""
        values = {
            "payment_id": payment.id,
            "order_id": payment.order_id,
            "amount": payment.amount,
            "currency": payment.currency,
            "reason": reason,
        }
        query = insert(Refund).values(**values).on_conflict_do_nothing().returning(Refund)
        return (await self.session.scalars(query)).first()

    async def requested_of(self, payment_id: UUID) -> tuple[Refund, str] | None:
        """A payment's refund that is still to be done, and what charge it is of."""
        query = (
            select(Refund, Payment.provider_charge_id)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Refund.payment_id == payment_id, Refund.status == RefundStatus.requested)
        )
        found = (await self.session.execute(query)).first()
        return (found[0], found[1]) if found and found[1] else None

    async def done(self, refund_id: UUID) -> bool:
        """Whether it is done now, and was not before."""
        query = (
            update(Refund)
            .where(Refund.id == refund_id, Refund.status == RefundStatus.requested)
            .values(status=RefundStatus.succeeded, updated_at=func.now())
            .returning(Refund.id)
        )
        return (await self.session.scalars(query)).first() is not None

    async def requested(self, limit: int) -> Sequence[UUID]:
        """The payments whose refund is still to be done; the oldest first."""
        query = select(Refund.payment_id).where(Refund.status == RefundStatus.requested).order_by(Refund.created_at)
        return (await self.session.scalars(query.limit(limit))).all()

    async def of_payments(self, payment_ids: Collection[UUID]) -> dict[UUID, Refund]:
        rows = await self.all(select(Refund).where(Refund.payment_id.in_(payment_ids)))
        return {each.payment_id: each for each in rows}


class WebhookEvents(Repository[WebhookEvent]):
    model = WebhookEvent

    async def remember(self, provider: str, event_id: str, kind: str) -> None:
        values = {"provider": provider, "event_id": event_id, "type": kind}
        await self.session.execute(insert(WebhookEvent).values(**values).on_conflict_do_nothing())
