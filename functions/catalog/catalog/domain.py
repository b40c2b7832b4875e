"""Rules of the catalog: what may be written, and how things are named."""

import re
from collections.abc import Iterable
from decimal import Decimal

LONGEST_SKU = 64
LONGEST_NAME = 200
LONGEST_HANDLE = 200
LONGEST_DESCRIPTION = 100_000
LONGEST_REASON = 200
MOST_OPTIONS = 3
MOST_CATEGORIES = 50
LARGEST_STOCK = 1_000_000_000
LARGEST_DELTA = 1_000_000

NO_OPTION = ("Title", "Default Title")
"""How Shopify writes that a product has no options."""

SLUG = r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"
"""A handle's or a category's form in addresses."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,2})?")


def line(text: str) -> str:
    """The text, if it is one line without control characters and surrogates. Raises ValueError."""
    if _UNPRINTABLE.search(text):
        raise ValueError("must not contain control characters or halves of a character")
    return text


def prose(text: str) -> str:
    """The text, if its only control characters are line breaks and tabs, without surrogates. Raises ValueError."""
    if _UNSTORABLE.search(text):
        raise ValueError("must not contain control characters or halves of a character")
    return text


def amount(text: str) -> Decimal:
    """The amount of money that is written so, in plain digits with at most two decimals. Raises ValueError."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError("must be an amount such as 12.50")
    return Decimal(text)


def slug_of(name: str, *, otherwise: str) -> str:
    """A name in lower-case ASCII words joined by hyphens; `otherwise` where nothing remains of it."""
    from slugify import slugify  # its tables are for those who write

    return slugify(name, max_length=LONGEST_HANDLE - 8, word_boundary=True) or otherwise


def first_free(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or `wanted-2`, `wanted-3` …: the first that is not taken."""
    used = set(taken)
    name, number = wanted, 1
    while name in used:
        number += 1
        name = f"{wanted}-{number}"
    return name
