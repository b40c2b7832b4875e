"""Rules of the catalog: what may be written, and how things are named."""

import re
from collections.abc import Iterable
from decimal import Decimal

LONGEST_SKU = 64
LONGEST_NAME = 200
LONGEST_HANDLE = 200
LONGEST_REASON = 200
MOST_OPTIONS = 3
MOST_LINES = 100
"""Of an order, as of a cart."""
MOST_CATEGORIES = 50
MOST_VARIANTS = 100
MOST_PICTURES = 50
LARGEST_DESCRIPTION = 30_000
"""Bytes of UTF-8. A list of 100 rows with descriptions of ordinary text is 3 MB of them, and usually less than 2 of
pictures and the rest; so is a handle with all its variants. A Lambda function may answer 6 MB."""
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


def description(text: str) -> str:
    """The prose, if it is not too large. Raises ValueError."""
    if len(text.encode(errors="surrogatepass")) > LARGEST_DESCRIPTION:
        raise ValueError(f"may have at most {LARGEST_DESCRIPTION} bytes (as UTF-8)")
    return prose(text)


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
