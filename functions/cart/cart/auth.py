"""Whose cart it is, as the gateway tells; and who may ask at all."""

from typing import Annotated

from fastapi import Depends, Header

from cart.domain import GUEST, Owner
from shopkit.auth.callers import internal_caller
from shopkit.auth.principal import Anyone, Shopper
from shopkit.errors import Unauthenticated

GUEST_HEADER = "X-Cart-Owner"

only_gateway = Depends(internal_caller("cart", "gateway"))
only_orders = Depends(internal_caller("cart", "orders"))


async def _somebody(
    who: Anyone,
    guest: Annotated[
        str | None, Header(alias=GUEST_HEADER, pattern=GUEST, description="A guest; a Bearer token goes before it.")
    ] = None,
) -> Owner:
    if who is not None:
        return Owner(who.id)
    if guest is not None:
        return Owner(guest)
    raise Unauthenticated("This is neither a shopper's cart nor a guest's.")


async def _shopper(who: Shopper) -> Owner:
    return Owner(who.id)


Somebody = Annotated[Owner, Depends(_somebody)]
SignedIn = Annotated[Owner, Depends(_shopper)]
