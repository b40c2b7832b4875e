"""Answering an event with a mail.

Nothing is committed before SES has taken the mail over: whoever dies in between sends it again, and no mail is lost.
No transaction is open meanwhile. What fails stays in the queue, which tries again and gives up into its dead letters.
"""

from notifications import repository
from notifications.addresses import address_for, masked
from notifications.mails import OCCASIONS, compose
from shopkit import context
from shopkit.aws import mail as ses
from shopkit.events.envelope import Event
from shopkit.observability import logger

PATIENCE = 2.0
"""Seconds for SES, so that one mail without an answer leaves time for the others of a batch."""


async def answer(event: Event) -> str:
    """Send the mail that the event calls for, unless that was done before; tells what became of it.

    Raises Unavailable where auth or the database does not answer, OSError where SES does not take the mail, and
    ValueError for an event that does not say what its type promises.
    """
    if await repository.is_answered(event.id):
        return "repeated"
    occasion = OCCASIONS[event.type]
    facts = occasion.facts.model_validate(event.data)
    recipient = await address_for(facts)
    if recipient is not None:
        await ses.send(compose(occasion, facts, recipient), seconds=context.seconds_left(PATIENCE))
        logger.info("mail sent", extra={"template": occasion.template, "recipient": masked(recipient)})
    await repository.note(event, template=occasion.template, subject=occasion.subject_for(facts), recipient=recipient)
    return "done" if recipient else "skipped"
