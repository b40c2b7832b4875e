"""The cart's settings (see .env.example)."""

from shopkit import settings


def currency() -> str:
    """ISO 4217 code of all prices."""
    return settings.optional("CURRENCY", "EUR")


def redis_url() -> str:
    """Where Redis is: `redis://` or, over TLS, `rediss://`. Raises MissingSettingError."""
    return settings.required("REDIS_URL")


def catalog_url() -> str:
    """Where catalog is. Raises MissingSettingError."""
    return settings.required("CATALOG_URL")
