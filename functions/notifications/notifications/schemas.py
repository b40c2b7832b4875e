"""What callers are told."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class MailOut(BaseModel):
    """A mail that SES took over. Without a recipient it was not sent: the account was gone, or switched off."""

    event_id: UUID
    template: str
    recipient: str | None
    subject: str
    correlation_id: str
    sent_at: datetime | None


class MailList(BaseModel):
    items: list[MailOut]
