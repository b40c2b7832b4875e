"""What an owner does with his cart. Everything here raises CartUnavailable where Redis does not answer."""

from uuid import UUID

from cart import offers, repository, settings
from cart.domain import Cart, Owner
from cart.errors import CartFull, ProductInactive, ProductNotFound
from cart.pricing import Offers, PricedCart, priced
from shopkit.errors import Unavailable


async def show(owner: Owner) -> PricedCart:
    return await _at_todays_prices(await repository.read(owner))


async def add(owner: Owner, product_id: UUID, qty: int) -> PricedCart:
    """Put so many more of a product into the cart.

    Raises ProductNotFound, ProductInactive, CartFull, TooMany, and Unavailable where catalog cannot be asked.
    """
    before = await repository.read(owner)
    if not before.has_room_for(product_id):
        raise CartFull
    known = await offers.find({product_id, *before.product_ids})
    offer = known[product_id]
    if offer is None:
        raise ProductNotFound
    if not offer.is_active:
        raise ProductInactive
    return await _at_todays_prices(await repository.add(owner, product_id, qty, offer.seen), known)


async def set_quantity(owner: Owner, product_id: UUID, qty: int) -> PricedCart:
    """Raises NotInCart and TooMany; 0 of what is not there is well."""
    return await _at_todays_prices(await repository.set_quantity(owner, product_id, qty))


async def empty(owner: Owner) -> PricedCart:
    return await _at_todays_prices(await repository.empty(owner))


async def _at_todays_prices(cart: Cart, known: Offers | None = None) -> PricedCart:
    """The cart as catalog sees it, which is asked only for what is not yet `known` of it."""
    known = known or {}
    try:
        found = {**known, **await offers.find([each for each in cart.product_ids if each not in known])}
    except Unavailable:
        return priced(cart, None, settings.currency())
    return priced(cart, found, settings.currency())
