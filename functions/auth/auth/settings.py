"""The service's own settings."""

from dataclasses import dataclass

from auth import domain
from shopkit import settings

WELL_KNOWN_PASSWORD = "admin123"  # noqa: S105  # the demo's, which is why other stages refuse it


class WellKnownPasswordError(RuntimeError):
    """ADMIN_PASSWORD is the one that the documentation names, in a place that others can reach."""

    def __init__(self) -> None:
        super().__init__("ADMIN_PASSWORD is the well-known one; only the stage `embedded` may keep it. Choose another.")


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    email: str
    password: str


def first_admin() -> FirstAdmin | None:
    """Whom ADMIN_EMAIL and ADMIN_PASSWORD name; None where no password is set.

    Raises WellKnownPasswordError, MissingSettingError, and ValueError for what is no address or no password.
    """
    password = settings.optional("ADMIN_PASSWORD")
    if not password:
        return None
    if password == WELL_KNOWN_PASSWORD and settings.optional("STAGE") != "embedded":
        raise WellKnownPasswordError
    return FirstAdmin(domain.email_address(settings.required("ADMIN_EMAIL")), domain.password(password))
