"""Who may ask what."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from orders.domain import Actor, Role
from shopkit.auth.callers import internal_caller
from shopkit.auth.principal import Admin as AdminPrincipal
from shopkit.auth.principal import Shopper as ShopperPrincipal

only_gateway = Depends(internal_caller("orders", "gateway"))
only_payments = Depends(internal_caller("orders", "payments"))


async def _shopper(who: ShopperPrincipal) -> UUID:
    return UUID(who.id)


async def _reader(who: ShopperPrincipal) -> UUID | None:
    return None if who.is_admin else UUID(who.id)


async def _admin(who: AdminPrincipal) -> Actor:
    return Actor(Role.admin, who.id)


Shopper = Annotated[UUID, Depends(_shopper)]
"""The signed-in shopper's id."""
Reader = Annotated[UUID | None, Depends(_reader)]
"""Whose orders may be read: the shopper's own, or (None) everybody's by an administrator."""
Admin = Annotated[Actor, Depends(_admin)]
