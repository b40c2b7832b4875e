"""Orders' settings (see .env.example)."""

from datetime import timedelta

from shopkit import settings


def currency() -> str:
    """ISO 4217 code of all prices."""
    return settings.optional("CURRENCY", "EUR")


def time_to_pay() -> timedelta:
    """For how long an unpaid order holds its stock."""
    return timedelta(minutes=float(settings.optional("ORDER_TTL_MINUTES", "30")))


def shipping_methods() -> str:
    """How orders can be sent, as JSON. Raises MissingSettingError."""
    return settings.required("SHIPPING_METHODS")


def cart_url() -> str:
    """Where cart is. Raises MissingSettingError."""
    return settings.required("CART_URL")


def catalog_url() -> str:
    """Where catalog is. Raises MissingSettingError."""
    return settings.required("CATALOG_URL")
