"""The service's own settings (see .env.example)."""

from shopkit import settings


def auth_url() -> str:
    """Where auth is. Raises MissingSettingError."""
    return settings.required("AUTH_URL")


def mail_from() -> str:
    """The sender of all mails, verified at SES. Raises MissingSettingError."""
    return settings.required("MAIL_FROM")


def public_url() -> str:
    """Where shoppers find the shop; a page's path follows. Raises MissingSettingError."""
    return settings.required("PUBLIC_URL").rstrip("/")
