"""What auth tells the others."""

from typing import Any, ClassVar
from uuid import UUID

from shopkit.events.facts import Fact


class UserRegistered(Fact):
    """A shopper has opened an account."""

    type = "user.registered"
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "user_id": "5b0e3c1e-28a4-4a9c-8f51-6f1d6f6f2b42",
        "email": "ada@example.com",
    }

    user_id: UUID
    email: str
