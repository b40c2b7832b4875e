"""/cart, for the gateway, and /internal/cart, for orders."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from cart import merging, repository, shopping
from cart.auth import SignedIn, Somebody, only_gateway, only_orders
from cart.domain import OWNER, Line, Owner
from cart.errors import (
    CartChanged,
    CartFull,
    CartUnavailable,
    NotInCart,
    ProductInactive,
    ProductNotFound,
    TooMany,
)
from cart.schemas import (
    AddProduct,
    Cart,
    Count,
    EmptyCart,
    MergeCart,
    MergedCart,
    RemoveProduct,
    SetQuantity,
    StoredCart,
)
from shopkit.errors import Forbidden, NotFound, Unauthenticated, may_fail
from shopkit.web.answers import answer

ALWAYS = may_fail(Unauthenticated, Forbidden, NotFound, CartUnavailable)
carts = APIRouter(prefix="/cart", tags=["cart"], dependencies=[only_gateway], responses=ALWAYS)
stored = APIRouter(prefix="/internal/cart", tags=["internal"], dependencies=[only_orders], responses=ALWAYS)

OwnerInPath = Annotated[str, Path(pattern=OWNER, description="A user's id, or `guest:<uuid>`.")]


@carts.get("", response_model=Cart)
async def show_cart(owner: Somebody) -> Response:
    """The cart, with today's names, prices and stock."""
    return answer(await shopping.show(owner))


@carts.get("/count", response_model=Count)
async def count_units(owner: Somebody) -> Response:
    """How many units are in the cart."""
    return answer({"count": (await repository.read(owner)).count})


@carts.post("/add", response_model=Cart, responses=may_fail(ProductNotFound, ProductInactive, CartFull, TooMany))
async def add_product(owner: Somebody, body: AddProduct) -> Response:
    """Put so many more of a product into the cart."""
    return answer(await shopping.add(owner, body.product_id, body.qty))


@carts.post("/update", response_model=Cart, responses=may_fail(NotInCart, TooMany))
async def set_quantity(owner: Somebody, body: SetQuantity) -> Response:
    """Say how many of a product that is in the cart it shall be."""
    return answer(await shopping.set_quantity(owner, body.product_id, body.qty))


@carts.post("/remove", response_model=Cart)
async def remove_product(owner: Somebody, body: RemoveProduct) -> Response:
    """Take a product out of the cart."""
    return answer(await shopping.set_quantity(owner, body.product_id, 0))


@carts.delete("", response_model=Cart)
async def empty_cart(owner: Somebody) -> Response:
    """Take everything out of the cart."""
    return answer(await shopping.empty(owner))


@carts.post("/merge", response_model=MergedCart)
async def merge_cart(shopper: SignedIn, body: MergeCart) -> Response:
    """Move a guest's cart into the shopper's. Quantities add up; repeated, it does nothing more."""
    merged = await merging.merge(shopper, Owner(body.guest))
    return answer({**asdict(await shopping.show(shopper)), "merged": merged})


@stored.get("/{owner}", response_model=StoredCart)
async def read_cart(owner: OwnerInPath) -> Response:
    """The cart as it is stored, without asking catalog."""
    cart = await repository.read(Owner(owner))
    return answer({"cart_id": cart.id, "version": cart.version, "items": [_stored(line) for line in cart.lines]})


@stored.post("/{owner}/empty", status_code=204, responses=may_fail(CartChanged))
async def empty_bought_cart(owner: OwnerInPath, body: EmptyCart) -> Response:
    """Empty the cart, if it is still the one that the caller has read."""
    await repository.empty_only(Owner(owner), body.cart_id, body.version)
    return Response(status_code=204)


def _stored(line: Line) -> dict[str, Any]:
    seen = line.seen
    return {
        "product_id": line.product_id,
        "sku": seen.sku,
        "name": seen.name,
        "qty": line.qty,
        "price_seen": seen.price,
        "currency": seen.currency,
    }
