"""The settings of payments (see .env.example)."""

from shopkit import settings


def provider() -> str:
    """The name of the provider that takes the money."""
    return settings.optional("PAYMENT_PROVIDER", "emulated")


def orders_url() -> str:
    """Where orders is. Raises MissingSettingError."""
    return settings.required("ORDERS_URL")


def webhook_secret() -> str:
    """The key that signs webhooks, where it is not in Secrets Manager."""
    return settings.optional("WEBHOOK_SECRET")


def webhook_secret_arn() -> str:
    """The secret that holds that key. Raises MissingSettingError."""
    return settings.required("WEBHOOK_SECRET_ARN")
