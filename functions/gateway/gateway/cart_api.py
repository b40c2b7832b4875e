"""/api/cart, and the cart's verbs as programs use them: cart's answers, byte for byte."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import carts
from gateway.routing import route
from shopkit.errors import ContentTooLarge

LARGEST = 10_000
"""Bytes of a body; a product's id and a quantity need a hundred."""


async def forward(request: Request, operation: str = "") -> Response:
    """Ask cart what the caller asks. Raises ContentTooLarge, Unauthenticated and Unavailable."""
    method = "GET" if request.method == "HEAD" else request.method
    body = await request.body()
    if len(body) > LARGEST:
        raise ContentTooLarge(LARGEST)
    content_type = request.headers.get("content-type", "")
    answer = await carts.ask(request, method, operation, content_type=content_type, body=body)
    headers = {"content-type": answer.headers["content-type"], "cache-control": "no-store"}
    return Response(answer.body, answer.status, headers)


ROUTES = [route("/api/cart", get=forward, delete=forward)]
