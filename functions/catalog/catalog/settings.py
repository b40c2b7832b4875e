"""The catalog's settings (see .env.example)."""

from shopkit import settings


def currency() -> str:
    """ISO 4217 code of all prices."""
    return settings.optional("CURRENCY", "EUR")


def images_url() -> str:
    """Where browsers fetch our own pictures from; a picture's key follows after a slash."""
    return settings.optional("IMAGES_URL").rstrip("/")


def image_bucket() -> str:
    """The S3 bucket of our own pictures. Raises MissingSettingError."""
    return settings.required("IMAGE_BUCKET")


def low_stock() -> int:
    """Fewer than so many of a product are few: then `product.stock_low` is told. 0 means never."""
    return int(settings.optional("LOW_STOCK", "5"))
