"""What FastAPI's OpenAPI document does not know by itself: our problem documents, and how callers sign in."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from shopkit.web.schemas import Problem

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "access_token"},
}
FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


class ShopApi(FastAPI):
    """FastAPI whose document says what the app answers."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for name in FASTAPIS_OWN:
            schemas.pop(name, None)
        schemas["Problem"] = Problem.model_json_schema()
        components["securitySchemes"] = {**components.get("securitySchemes", {}), **SECURITY_SCHEMES}
        for operation in _operations(document):
            _tell_problems(operation)
        return document


def operation_id(route: APIRoute) -> str:
    """An operation is called what its function is called."""
    return route.name


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _tell_problems(operation: dict[str, Any]) -> None:
    """Refused input is a problem, too; and whatever may answer 401 wants somebody signed in."""
    responses = operation["responses"]
    if "422" in responses:
        responses["422"] = {"description": "`invalid_request`", "content": PROBLEM}
    if "401" in responses and "security" not in operation:
        operation["security"] = [{name: []} for name in SECURITY_SCHEMES]
