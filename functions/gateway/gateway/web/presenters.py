"""What catalog answers, as pages show it: no I/O, no markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

Product = dict[str, Any]
"""A product of catalog's answers."""

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
FEW = 5
"""At most so many left are worth telling."""
COLOUR_OPTIONS = frozenset({"colour", "color"})


def money(amount: str, currency: str) -> str:
    """An amount as shoppers read it: €1,240.00, or 1,240.00 CHF."""
    shown = f"{Decimal(amount):,.2f}"
    return f"{SYMBOLS[currency]}{shown}" if currency in SYMBOLS else f"{shown} {currency}"


def title_of(slug: str) -> str:
    """A category's name as its slug tells it."""
    return slug.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Picture:
    """`photo` is empty where there is none; `drawing` is what shows instead, or until it has loaded."""

    photo: str
    drawing: str
    alt: str


@dataclass(frozen=True, slots=True)
class Price:
    """`former` is empty unless this is less than before; `is_lowest` tells that others of the product cost more."""

    now: str
    former: str
    is_lowest: bool


@dataclass(frozen=True, slots=True)
class Stock:
    """How much there is, in words; `level` is out, low or good."""

    level: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list."""

    name: str
    address: str
    picture: Picture
    price: Price
    stock: Stock
    variants: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option; choosing it leads to `address`."""

    value: str
    address: str
    is_chosen: bool
    is_sold_out: bool


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Detail:
    """A product's own page, with one of its variants chosen, of which so many are `left`."""

    id: str
    name: str
    address: str
    pictures: list[Picture]
    price: Price
    stock: Stock
    left: int
    sku: str
    options: list[Option]
    description: str
    categories: list[str]


def product_address(handle: str) -> str:
    return f"/products/{quote(handle, safe='')}"


def drawing_address(product: Product) -> str:
    """Where the drawing of a product is; all that it depends on stands in the address."""
    colour = next((value for name, value in product["options"].items() if name.lower() in COLOUR_OPTIONS), "")
    about = {"t": product["name"][:160], "w": " ".join(product["categories"])[:200], "c": colour[:40]}
    return f"/placeholder/{quote(product['handle'], safe='')}.svg?{urlencode({k: v for k, v in about.items() if v})}"


def pictures_of(product: Product) -> list[Picture]:
    """All photographs, or else one drawing."""
    drawing = drawing_address(product)
    photos = [Picture(image["url"], drawing, image["alt"] or product["name"]) for image in product["images"]]
    return photos or [Picture("", drawing, product["name"])]


def price_of(product: Product, *, is_lowest: bool = False) -> Price:
    now, former, currency = product["price"], product["compare_at_price"], product["currency"]
    is_reduced = former is not None and Decimal(former) > Decimal(now)
    return Price(money(now, currency), money(former, currency) if is_reduced else "", is_lowest)


def stock_of(left: int) -> Stock:
    if left <= 0:
        return Stock("out", "Sold out")
    if left <= FEW:
        return Stock("low", f"Only {left} left")
    return Stock("good", "In stock")


def card_of(product: Product) -> Card:
    """A row of catalog's list by handle."""
    return Card(
        name=product["name"],
        address=product_address(product["handle"]),
        picture=pictures_of(product)[0],
        price=price_of(product, is_lowest=product.get("price_to") is not None),
        stock=stock_of(product["stock"]),
        variants=product.get("variants", 1),
    )


def cards_of(products: Iterable[Product]) -> list[Card]:
    return [card_of(product) for product in products]


def chosen_of(variants: Sequence[Product], wanted: str) -> Product:
    """The variant with that id; else the first one in stock; else the first one."""
    by_id = (variant for variant in variants if variant["id"] == wanted)
    in_stock = (variant for variant in variants if variant["stock"] > 0)
    return next(by_id, None) or next(in_stock, None) or variants[0]


def detail_of(whole: dict[str, Any], wanted: str) -> Detail:
    """A product as catalog answers it by its handle, with the variant whose id is `wanted` chosen."""
    variants: list[Product] = whole["variants"]
    chosen = chosen_of(variants, wanted)
    return Detail(
        id=chosen["id"],
        name=whole["name"],
        address=product_address(whole["handle"]),
        pictures=pictures_of({**chosen, "images": whole["images"]}),
        price=price_of(chosen),
        stock=stock_of(chosen["stock"]),
        left=chosen["stock"],
        sku=chosen["sku"],
        options=_options(variants, chosen),
        description=whole["description"],
        categories=whole["categories"],
    )


def _options(variants: Sequence[Product], chosen: Product) -> list[Option]:
    names = dict.fromkeys(name for variant in variants for name in variant["options"])
    return [Option(name, _choices(name, variants, chosen)) for name in names]


def _choices(name: str, variants: Sequence[Product], chosen: Product) -> list[Choice]:
    values = dict.fromkeys(variant["options"][name] for variant in variants if name in variant["options"])
    return [_choice(name, value, variants, chosen) for value in values]


def _choice(name: str, value: str, variants: Sequence[Product], chosen: Product) -> Choice:
    wanted = {**chosen["options"], name: value}
    having = [variant for variant in variants if variant["options"].get(name) == value]
    best = max(having, key=lambda variant: (len(variant["options"].items() & wanted.items()), variant["stock"] > 0))
    return Choice(
        value=value,
        address=f"{product_address(best['handle'])}?variant={best['id']}",
        is_chosen=chosen["options"].get(name) == value,
        is_sold_out=best["options"] != wanted or best["stock"] <= 0,
    )
