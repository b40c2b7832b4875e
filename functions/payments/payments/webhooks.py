"""What the provider tells by itself. Its body is only a hint: the provider is asked."""

from collections.abc import Mapping

from payments import refunding, settling
from payments.errors import BadSignature
from payments.providers import protocol
from payments.providers.choosing import provider
from payments.providers.protocol import WebhookEvent
from payments.repository import WebhookEvents
from shopkit.db.session import work
from shopkit.errors import NotFound

OF_CHARGES = frozenset({"charge.succeeded", "charge.failed", "charge.refunded"})
"""Other types are taken and dropped: providers add some at any time."""


async def receive(provider_name: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take notice of a webhook; the same event again does nothing.

    Raises NotFound for another provider than ours, BadSignature, and what `settle` raises: then the provider sends it
    again.
    """
    ours = provider()
    if ours.name != provider_name:
        raise NotFound
    try:
        event = await ours.webhook(headers, body)
    except protocol.BadSignature as error:
        raise BadSignature from error
    async with work() as uow:
        if await WebhookEvents(uow).get((provider_name, event.id)) is not None:
            return
    await _act_on(event)
    async with work() as uow:
        await WebhookEvents(uow).remember(provider_name, event.id, event.type)


async def _act_on(event: WebhookEvent) -> None:
    if event.type in OF_CHARGES and event.payment_id is not None:
        await settling.settle(event.payment_id)
        await refunding.carry_out(event.payment_id)
