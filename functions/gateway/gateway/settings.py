"""What the gateway reads from its environment, besides what the kit does."""

from shopkit import settings

EMBEDDED = "embedded"
"""The stage that `./shop up` makes, whose administrator has a well-known password."""


def well_known_admin() -> str | None:
    """The administrator's address where his password is the well-known one; None in a deployed shop."""
    return settings.optional("ADMIN_EMAIL", "admin@example.com") if settings.optional("STAGE") == EMBEDDED else None
