"""Who visits, by auth's cookies; an access token that ran out is renewed on the way, and nobody notices."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import badge, cookies, merging, services
from shopkit import context
from shopkit.auth import tokens
from shopkit.auth.principal import COOKIE as ACCESS_COOKIE
from shopkit.auth.principal import Principal, bearer_token, principal, read
from shopkit.calls import Answer
from shopkit.errors import Forbidden, Unauthenticated, Unavailable

REFRESH_COOKIE = "refresh_token"
FORGOTTEN = [cookies.forgotten(ACCESS_COOKIE), cookies.forgotten(REFRESH_COOKIE), badge.FORGOTTEN]
"""Lines of Set-Cookie for somebody who is signed in no longer."""

REFRESH_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")
"""How auth writes them. A cookie may hold anything, line ends too, and that may not reach a header."""


@dataclass(slots=True)
class Visitor:
    """Who asks for a page. `cookies` are Set-Cookie lines that the answer must carry."""

    principal: Principal | None = None
    access_token: str | None = None
    cookies: list[str] = field(default_factory=list)
    doubt: Unavailable | None = None
    """Why a session could not be renewed: the visitor may be somebody, but cannot be told apart from nobody."""

    @property
    def is_signed_in(self) -> bool:
        return self.principal is not None

    @property
    def is_admin(self) -> bool:
        return self.principal is not None and self.principal.is_admin

    @property
    def authorization(self) -> dict[str, str]:
        """The header with which other services know the visitor."""
        return {"authorization": f"Bearer {self.access_token}"} if self.access_token else {}

    def set_cookie(self, line: str) -> None:
        """Let the answer carry this line of Set-Cookie, and no other for the same cookie (RFC 6265 §4.1.1)."""
        name = line.partition("=")[0]
        self.cookies = [each for each in self.cookies if each.partition("=")[0] != name] + [line]


async def visitor(request: Request) -> Visitor:
    """Who asks, found out once a request. Somebody whose session cannot be renewed just now counts as nobody."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    if found is None:
        found = request.state.visitor = await _recognise(request)
        await _bring_along(request, found)
    return found


async def caller(request: Request) -> Visitor:
    """Who asks the API: by Bearer token, which counts more than cookies, or as a visitor. Raises Unauthenticated."""
    token = bearer_token(request.headers.get("authorization"))
    if token is None:
        return await visitor(request)
    found: Visitor = Visitor(await principal(request), token)
    request.state.visitor = found
    await _bring_along(request, found)
    return found


async def require_shopper(request: Request) -> Visitor:
    """The visitor, if signed in. Raises Unauthenticated, or Unavailable while that is in doubt."""
    who = await visitor(request)
    if who.doubt is not None:
        raise who.doubt
    if not who.is_signed_in:
        raise Unauthenticated
    return who


async def require_admin(request: Request) -> Visitor:
    """The visitor, if an administrator. Raises Unauthenticated, Forbidden, or Unavailable while that is in doubt."""
    who = await require_shopper(request)
    if not who.is_admin:
        raise Forbidden
    return who


async def _bring_along(request: Request, who: Visitor) -> None:
    """A shopper who still carries a guest's cookie gets what that guest had."""
    if who.is_signed_in:
        for line in await merging.bring_along(request, who.authorization):
            who.set_cookie(line)


async def _recognise(request: Request) -> Visitor:
    if access_token := request.cookies.get(ACCESS_COOKIE):
        try:
            return Visitor(await read(access_token), access_token)
        except tokens.InvalidToken:
            pass
    if refresh_token := request.cookies.get(REFRESH_COOKIE):
        return await _renewed(request, refresh_token)
    return Visitor()


async def _renewed(request: Request, refresh_token: str) -> Visitor:
    try:
        answer = await ask_auth(request, "/auth/refresh", json_body={"refresh_token": refresh_token})
    except Unavailable as error:
        return Visitor(doubt=error)
    if answer.status != 200:  # noqa: PLR2004
        return Visitor(cookies=list(FORGOTTEN))
    access_token: str = json.loads(answer.body)["access_token"]
    return Visitor(await read(access_token), access_token, answer.cookies)


async def ask_auth(
    request: Request, path: str, *, json_body: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
) -> Answer:
    """What auth answers to a POST on the visitor's behalf; its cookies suit the scheme that the visitor uses."""
    headers = {"x-forwarded-proto": request.scope["scheme"]}
    if form is not None:
        headers["content-type"], body = "application/x-www-form-urlencoded", urlencode(form).encode()
    else:
        headers["content-type"], body = "application/json", json.dumps(json_body).encode()
    return await services.auth().request("POST", path, headers=headers, body=body)


async def begin(request: Request, answer: Answer) -> None:
    """The visitor is who auth says he is, by its answer to a sign-in; the badge learns what is in his cart."""
    access_token: str = json.loads(answer.body)["access_token"]
    who = request.state.visitor = Visitor(await read(access_token), access_token, answer.cookies)
    arrived = await merging.bring_along(request, who.authorization)
    for line in arrived or await merging.look_up(request, who.authorization):
        who.set_cookie(line)


async def end(request: Request) -> None:
    """Sign the visitor out, here and at auth; where that does not answer, the session lasts until it expires."""
    headers = (await visitor(request)).authorization
    if REFRESH_TOKEN.fullmatch(refresh_token := request.cookies.get(REFRESH_COOKIE, "")):
        headers["cookie"] = f"{REFRESH_COOKIE}={refresh_token}"
    if headers:
        with suppress(Unavailable), context.no_longer_than(services.PATIENCE):
            await services.auth().request("POST", "/auth/logout", headers=headers)
    request.state.visitor = Visitor(cookies=list(FORGOTTEN))


class PassOnCookies:
    """ASGI middleware: whatever becomes of a request, the cookies that were renewed for it reach the browser.

    A refresh token serves once, so an error page without the next one would sign the visitor out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start" and (who := state.get("visitor")) is not None:
                headers = MutableHeaders(scope=message)
                for cookie in who.cookies:
                    headers.append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_with_cookies)
