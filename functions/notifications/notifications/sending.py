"""Answering an event with a mail.

Nothing is committed before SES has taken the mail over: whoever dies in between sends it again, and no mail is lost.
No transaction is open meanwhile. What fails stays in the queue, which tries again and gives up into its dead letters.
"""

from notifications import repository, settings
from notifications.addresses import address_for, masked
from notifications.mails import OCCASIONS, compose
from shopkit.aws import mail as ses
from shopkit.events.envelope import Event
from shopkit.observability import logger


async def answer(event: Event) -> None:
    """Send the mail that the event calls for, unless that was done before.

    Raises Unavailable where auth, SES or the database does not answer, and ValueError for an event that does not say
    what its type promises.
    """
    if await repository.is_answered(event.id):
        return
    occasion = OCCASIONS[event.type]
    facts = occasion.facts.model_validate(event.data)
    mail = compose(occasion, facts)
    recipient = await address_for(facts)
    if recipient is not None:
        await ses.send(
            sender=settings.mail_from(), recipient=recipient, subject=mail.subject, text=mail.text, html=mail.html
        )
    await repository.note(event, template=mail.template, subject=mail.subject, recipient=recipient)
    logger.info(
        "mail sent" if recipient else "mail skipped",
        extra={"template": mail.template, "recipient": masked(recipient) if recipient else None},
    )
