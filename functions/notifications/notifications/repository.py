"""Which events were answered, and with which mail.

Single statements: a mail does not wait for SQLAlchemy's imports (docs/decisions).
"""

from typing import Any
from uuid import UUID

from shopkit.db import forgetting
from shopkit.db.reading import fetch_all, fetch_one
from shopkit.db.writing import write_one
from shopkit.events.envelope import Event
from shopkit.events.inbox import RECEIVED

MOST = 100


async def is_answered(event_id: UUID) -> bool:
    """Whether that event's mail was sent. Raises DatabaseUnavailable."""
    return await fetch_one("SELECT 1 AS one FROM inbox WHERE event_id = %s", [event_id]) is not None


async def note(event: Event, *, template: str, subject: str, recipient: str | None) -> None:
    """Keep that the event is answered, and how: without a recipient, by no mail. Of two at once, the first counts.

    Raises DatabaseUnavailable.
    """
    await write_one(
        """
        WITH answered AS (
            INSERT INTO inbox (event_id, type) VALUES (%(event_id)s, %(type)s) ON CONFLICT DO NOTHING RETURNING event_id
        )
        INSERT INTO sent_mails (event_id, template, recipient, subject, correlation_id, sent_at)
        SELECT event_id, %(template)s, %(recipient)s, %(subject)s, %(correlation_id)s,
               CASE WHEN %(recipient)s::text IS NOT NULL THEN now() END
        FROM answered
        RETURNING id
        """,
        {
            "event_id": event.id,
            "type": event.type,
            "template": template,
            "recipient": recipient,
            "subject": subject,
            "correlation_id": event.correlation_id,
        },
    )


async def forget() -> None:
    """Remove events that can come no more, with their mails. Raises DatabaseUnavailable."""
    await forgetting.forget(RECEIVED)


async def mails_of(correlation_id: str) -> list[dict[str, Any]]:
    """The first hundred mails that came of one request. Raises DatabaseUnavailable."""
    return await fetch_all(
        """
        SELECT event_id, template, recipient, subject, correlation_id, sent_at
        FROM sent_mails WHERE correlation_id = %s ORDER BY sent_at, id LIMIT %s
        """,
        [correlation_id, MOST],
    )
