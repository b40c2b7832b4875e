"""Carts: cart, asked on behalf of a shopper or a guest."""

import json

from starlette.requests import Request

from gateway import badge, guests, services, session
from shopkit.calls import Answer

GUEST_HEADER = "x-cart-owner"
OK = 200


async def ask(
    request: Request, method: str, operation: str = "", *, content_type: str = "application/json", body: bytes = b""
) -> Answer:
    """What cart answers of the caller's cart; a guest has one as soon as there is something in it.

    Raises Unauthenticated for a Bearer token that is not good, and Unavailable, also while it is in doubt whose it is.
    """
    who = await session.caller(request)
    if who.doubt is not None:
        raise who.doubt
    guest = "" if who.is_signed_in else await guests.named_in(request) or guests.newcomer()
    owner = {GUEST_HEADER: guests.owner(guest)} if guest else who.authorization
    headers = {**owner, "content-type": content_type}
    answer = await services.cart().request(method, f"/cart{operation}", headers=headers, body=body)
    if answer.status == OK:
        count = json.loads(answer.body)["count"]
        who.set_cookie(badge.cookie_for(request, count))
        if guest and count:
            who.set_cookie(await guests.cookie_for(request, guest))
    return answer
