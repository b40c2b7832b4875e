"""What bodies have in common."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """A body whose fields are all known: another one is refused (422)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Problem(BaseModel):
    """A failure, as RFC 9457 writes it; `errors` names the fields of a request that was not acceptable."""

    model_config = ConfigDict(extra="allow")

    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[dict[str, object]] | None = None
