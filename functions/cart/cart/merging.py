"""A guest's cart becomes part of a shopper's, once, whatever is repeated or breaks off.

Two keys cannot change in one step. So the lines leave the guest's cart as a parcel, which stays beside it until it
has arrived; the shopper's cart remembers which parcels it has; and who comes again finishes what was begun.
"""

from cart import repository
from cart.domain import Merged, Owner


async def merge(shopper: Owner, guest: Owner) -> Merged:
    """Move all of the guest's lines. A parcel that was already on its way to somebody else goes to him."""
    merged = Merged()
    while parcel := await repository.take(guest, for_shopper=shopper):
        arrived = await repository.receive(parcel)
        await repository.let_go(guest, parcel)
        if parcel.recipient == shopper:
            merged = merged.and_also(arrived)
    return merged
