"""Which service is calling; apart from the tokens themselves, which are also made where there is no FastAPI."""

from fastapi import Request
from fastapi.openapi.models import APIKey
from fastapi.security.base import SecurityBase

from shopkit import context
from shopkit.auth import tokens
from shopkit.auth.internal import HEADER
from shopkit.auth.keyring import internal_keys
from shopkit.errors import Forbidden, NotFound, Unauthenticated


class internal_caller(SecurityBase):  # noqa: N801  # endpoints read it as the function it is to them
    """A dependency for routes that only services call: names the calling service.

    Answers 404 to whatever came through API Gateway, 401 without a good token, 403 to a service not `allowed`.
    """

    def __init__(self, callee: str, *allowed: str) -> None:
        self._callee, self._allowed = callee, allowed
        self.scheme_name = "internal"
        self.model = APIKey.model_validate({"in": "header", "name": HEADER})

    async def __call__(self, request: Request) -> str:
        serving = context.current.get()
        if serving is not None and serving.through_api_gateway:
            raise NotFound
        try:
            claims = await tokens.verify(
                internal_keys, request.headers.get(HEADER, ""), issuer=None, audience=self._callee, required=[]
            )
        except tokens.InvalidToken as error:
            raise Unauthenticated("Only services of the shop may call this.") from error
        if claims["iss"] not in self._allowed:
            raise Forbidden
        return str(claims["iss"])
