"""Failures become problem documents (RFC 9457) here, and nowhere else."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shopkit.errors import ShopError

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    detail: str,
    code: str,
    *,
    instance: str = "",
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document as an answer."""
    document = {
        "detail": detail,
        "code": code,
        **(facts or {}),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "instance": instance,
    }
    return Response(to_json(document), status, headers, media_type=MEDIA_TYPE)


def internal_error(instance: str = "") -> Response:
    return problem(500, "Something went wrong on our side.", ShopError.code, instance=instance)


def of_error(error: ShopError, instance: str = "") -> Response:
    """The problem document that a ShopError is."""
    return problem(error.status, error.detail, error.code, instance=instance, facts=error.facts, headers=error.headers)


def _fields(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """FastAPI's list without what the caller sent, which may be a password, and without pydantic's prefix."""
    return [
        {"type": each["type"], "loc": each["loc"], "msg": each["msg"].removeprefix("Value error, ")} for each in errors
    ]


def _sentence(errors: list[dict[str, Any]]) -> str:
    if not errors:
        return "The request is not valid."
    return "; ".join(f"{'.'.join(map(str, each['loc'][1:] or each['loc']))}: {each['msg']}" for each in errors[:5])


async def _shop_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ShopError)  # noqa: S101  # FastAPI's signature is wider than what it passes
    return of_error(error, request.scope["path"])


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = _fields(error.errors())
    return problem(422, _sentence(errors), "invalid_request", instance=request.scope["path"], facts={"errors": errors})


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    code = HTTPStatus(error.status_code).name.lower()
    return problem(error.status_code, str(error.detail), code, instance=request.scope["path"], headers=error.headers)


def install(app: FastAPI) -> None:
    """Let the app answer its failures as problem documents."""
    app.add_exception_handler(ShopError, _shop_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
