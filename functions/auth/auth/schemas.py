"""What callers send and what they are told."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from auth import domain
from shopkit.auth.principal import LIFETIME, Role
from shopkit.web.schemas import RequestBody

Email = Annotated[
    str,
    AfterValidator(domain.email_address),
    Field(json_schema_extra={"format": "email", "maxLength": domain.LONGEST_EMAIL}, examples=["ada@example.com"]),
]
Password = Annotated[
    str,
    StringConstraints(strip_whitespace=False),
    AfterValidator(domain.password),
    Field(
        json_schema_extra={
            "format": "password",
            "minLength": domain.SHORTEST_PASSWORD,
            "maxLength": domain.LONGEST_PASSWORD,
        }
    ),
]


class Register(RequestBody):
    email: Email
    password: Password


class Refresh(RequestBody):
    """For callers that keep no cookies."""

    refresh_token: str


class ChangeStanding(RequestBody):
    """What is left out stays as it is."""

    role: Role | None = None
    is_active: Annotated[bool, Field(strict=True)] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def not_null(cls, value: object) -> object:
        if value is None:
            raise ValueError("This may be left out, but not be null.")
        return value


class AccessToken(BaseModel):
    """OAuth 2.0's answer (RFC 6749 §5.1); `expires_in` is in seconds. The refresh token is in a cookie only."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105  # RFC 6750's name of the kind
    expires_in: int = int(LIFETIME.total_seconds())


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    role: Role
    is_active: bool
    created_at: datetime


class Addressee(BaseModel):
    """What others need to know before they write to somebody."""

    id: UUID
    email: str
    is_active: bool


class UserPage(BaseModel):
    items: list[UserOut]
    next_cursor: str | None
