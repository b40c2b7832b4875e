"""Everything that can go wrong and that a caller may be told, as one family of exceptions.

A subclass says its HTTP status and its code once; its data are attributes, and become facts of the problem
document (RFC 9457) that the edge makes of it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class ShopError(Exception):
    """A failure that the caller is told in one sentence."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def facts(self) -> dict[str, Any]:
        """What the caller may use besides the sentence: the instance's public attributes."""
        return {name: value for name, value in vars(self).items() if name != "detail" and name[0] != "_"}

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that belong to the answer."""
        return {}


class InvalidRequest(ShopError):
    """Well-formed, but not acceptable. `errors` names the fields, in the form that FastAPI uses."""

    status, code = 422, "invalid_request"

    def __init__(self, detail: str, *, field: str | None = None, where: str = "body") -> None:
        super().__init__(detail)
        self.errors = [{"type": "value_error", "loc": [where, field], "msg": detail}] if field else []


class Unauthenticated(ShopError):
    """Nobody is signed in, or the token is not good (RFC 6750 §3 names the header)."""

    status, code = 401, "unauthenticated"

    def __init__(self, detail: str = "Sign in first.") -> None:
        super().__init__(detail)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(ShopError):
    status, code = 403, "forbidden"

    def __init__(self, detail: str = "You are not allowed to do this.") -> None:
        super().__init__(detail)


class NotFound(ShopError):
    status, code = 404, "not_found"

    def __init__(self, detail: str = "There is nothing here.") -> None:
        super().__init__(detail)


class Conflict(ShopError):
    status, code = 409, "conflict"


class PreconditionFailed(ShopError):
    """The thing has changed since the caller read it (RFC 9110 §13.1.1, If-Match)."""

    status, code = 412, "precondition_failed"

    def __init__(self, detail: str = "It was changed meanwhile; read it again.") -> None:
        super().__init__(detail)


class ContentTooLarge(ShopError):
    status, code = 413, "content_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body may have at most {limit} bytes.")
        self.limit = limit


class Unavailable(ShopError):
    """Something this service needs does not answer; asking again later may help."""

    status, code = 503, "unavailable"

    def __init__(self, what: str, *, retry_after: int = 1) -> None:
        super().__init__(f"{what} unavailable")
        self._retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self._retry_after)}


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"

    def __init__(self) -> None:
        super().__init__("database")


class OutOfTime(ShopError):
    """The caller's time was up before the work was done."""

    status, code = 504, "out_of_time"

    def __init__(self) -> None:
        super().__init__("This took longer than the caller can wait.")


def may_fail(*errors: type[ShopError]) -> dict[int | str, dict[str, Any]]:
    """What FastAPI's `responses=` needs, so that the classes that fail also document the failure."""
    told: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        codes = [told[error.status]["description"]] if error.status in told else []
        told[error.status] = {
            "description": ", ".join([*codes, f"`{error.code}`"]),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return told
