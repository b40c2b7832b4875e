"""Shopify's product CSV, read into sellable units and pictures. Pure: it knows no database.

Rules from Shopify's "Using CSV files to import and export products": rows of one handle are one product and the
first of them leads; a blank option name or `Published` is the first row's; a row with a picture and no variant only
adds the picture; a column that the file lacks leaves what is stored as it is, a blank cell clears it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from catalog import domain
from catalog.transfer import sheet
from catalog.transfer.sheet import Record

Value = TypeVar("Value")

OPTIONS = (1, 2, 3)
COUNT = re.compile(r"[0-9]{1,10}")
ADDRESS = re.compile(r"(?i:https?)://[^\s<>\"]+")
HTML = "Body (HTML)"
LONGEST = {
    "Handle": domain.LONGEST_HANDLE,
    "Title": domain.LONGEST_NAME,
    "Vendor": 200,
    "Type": domain.LONGEST_NAME,
    "Tags": domain.MOST_CATEGORIES * (domain.LONGEST_NAME + len(", ")),
    **{f"Option{n} {part}": 100 for n in OPTIONS for part in ("Name", "Value")},
    "Variant SKU": domain.LONGEST_SKU,
    "Image Src": 2000,
    "Image Alt Text": 500,
}
"""The columns that hold a line of free text, and how many characters they may have."""
TRUTH = {"true": True, "false": False}
HIDDEN = {"draft", "archived"}


@dataclass(frozen=True, slots=True)
class Picture:
    """`alt` and `position` are None where the file does not say."""

    url: str
    alt: str | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A sellable unit. `values` and `shared` (the whole handle's) hold only what the file says.

    `sku` is empty where one has to be made; `categories` are names by slug, None where the file has no such column.
    """

    line: int
    handle: str
    sku: str
    options: dict[str, str]
    values: Mapping[str, Any]
    shared: Mapping[str, str]
    categories: Mapping[str, str] | None
    picture: Picture | None
    leads: bool


@dataclass(frozen=True, slots=True)
class FurtherPicture:
    """A row that only adds a picture to its handle."""

    line: int
    handle: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, and why."""

    line: int
    handle: str
    sku: str
    detail: str


Row = Unit | FurtherPicture | BadRow


class _Unusable(Exception):
    """Says in one sentence what is wrong with a row."""


@dataclass(frozen=True, slots=True)
class _First:
    """What a handle's first row says for the others."""

    title: str
    option_names: tuple[str, ...]
    published: bool | None


def category_slug(name: str) -> str:
    """The slug of the category that a type or tag means: what has the form of a slug is one. May be empty."""
    return name if re.match(domain.SLUG, name) else domain.slug_of(name, otherwise="")


def parse(content: bytes) -> Iterator[Row]:
    """All rows of the file, in its order. Raises InvalidRequest where it is not a product CSV at all."""
    first_rows: dict[str, _First | BadRow] = {}
    return (_row(record, first_rows) for record in sheet.read(content, required=("Handle", "Title")))


def _row(record: Record, first_rows: dict[str, _First | BadRow]) -> Row:
    try:
        return _usable_row(record, first_rows)
    except _Unusable as error:
        bad = BadRow(record.line, record["Handle"], record["Variant SKU"], str(error))
        first_rows.setdefault(bad.handle, bad)
        return bad


def _usable_row(record: Record, first_rows: dict[str, _First | BadRow]) -> Row:
    _check_texts(record)
    first = first_rows.get(record["Handle"])
    if isinstance(first, BadRow):
        raise _Unusable(f"The first row of this handle, line {first.line}, cannot be used.")
    if first is not None:
        return _further_picture(record) or _unit(record, first, leads=False)
    first = _first(record)
    unit = _unit(record, first, leads=True)
    first_rows[unit.handle] = first
    return unit


def _check_texts(record: Record) -> None:
    if record.has_too_many_cells:
        raise _Unusable("The row has more cells than the header names.")
    _by_rule(domain.description, HTML, record.cells.get(HTML, ""))
    for column, longest in LONGEST.items():
        if len(_by_rule(domain.line, column, record[column])) > longest:
            raise _Unusable(f"{column} may have at most {longest} characters.")
    if not re.match(domain.SLUG, record["Handle"]):
        raise _Unusable("Handle must be lower-case letters, digits and single hyphens between them.")


def _by_rule(rule: Callable[[str], Value], column: str, cell: str) -> Value:
    try:
        return rule(cell)
    except ValueError as error:
        raise _Unusable(f"{column} {error}.") from error


def _first(record: Record) -> _First:
    if not record["Title"]:
        raise _Unusable("Title is missing in the first row of its handle.")
    return _First(record["Title"], _option_names(record), _published(record))


def _option_names(record: Record) -> tuple[str, ...]:
    return tuple(record[f"Option{n} Name"] for n in OPTIONS)


def _further_picture(record: Record) -> FurtherPicture | None:
    if record["Variant SKU"] or record["Variant Price"] or record["Option1 Value"]:
        return None
    picture = _picture(record)
    return FurtherPicture(record.line, record["Handle"], picture) if picture else None


def _unit(record: Record, first: _First, *, leads: bool) -> Unit:
    return Unit(
        line=record.line,
        handle=record["Handle"],
        sku=record["Variant SKU"],
        options=_options(record, first.option_names),
        values=dict(_values(record, first)),
        shared=_shared(record) if leads else {},
        categories=_categories(record) if leads else None,
        picture=_picture(record),
        leads=leads,
    )


def _options(record: Record, names_of_first: tuple[str, ...]) -> dict[str, str]:
    names = _option_names(record)
    options: dict[str, str] = {}
    for n, name in zip(OPTIONS, names if any(names) else names_of_first, strict=True):
        value = record[f"Option{n} Value"]
        if (name, value) == domain.NO_OPTION or not (name or value):
            continue
        if not (name and value):
            raise _Unusable(f"Option{n} has {'a value but no name' if value else f'no value for {name}'}.")
        if name in options:
            raise _Unusable(f"Option{n} Name repeats {name}.")
        options[name] = value
    return options


def _values(record: Record, first: _First) -> Iterator[tuple[str, Any]]:
    """What a unit says of itself, by the product's attributes."""
    yield "name", record["Title"] or first.title
    if record.get("Variant Price") is not None:
        price = _amount(record, "Variant Price")
        if price is None:
            raise _Unusable("Variant Price is missing.")
        yield "price", price
    if record.get("Variant Compare At Price") is not None:
        yield "compare_at_price", _amount(record, "Variant Compare At Price")
    if (stock := _count(record, "Variant Inventory Qty")) is not None:
        yield "stock", stock
    published = _published(record)
    published = first.published if published is None else published
    if published is not None:
        yield "is_active", published


def _shared(record: Record) -> dict[str, str]:
    """What a first row says of its handle. HTML stays as given, even its outer spaces."""
    said = {"description": record.cells.get(HTML), "vendor": record.get("Vendor")}
    return {name: text for name, text in said.items() if text is not None}


def _categories(record: Record) -> dict[str, str] | None:
    """Type and tags, in their order, each once."""
    if record.get("Type") is None and record.get("Tags") is None:
        return None
    categories: dict[str, str] = {}
    for name in filter(None, (text.strip() for text in [record["Type"], *record["Tags"].split(",")])):
        if not (slug := category_slug(name)):
            raise _Unusable(f"The category {name} has no letters or digits.")
        if len(name) > domain.LONGEST_NAME:
            raise _Unusable(f"A category's name may have at most {domain.LONGEST_NAME} characters.")
        categories.setdefault(slug, name)
    if len(categories) > domain.MOST_CATEGORIES:
        raise _Unusable(f"Type and Tags may name at most {domain.MOST_CATEGORIES} categories.")
    return categories


def _picture(record: Record) -> Picture | None:
    url = record["Image Src"]
    if not url:
        return None
    if not ADDRESS.fullmatch(url):
        raise _Unusable("Image Src must be an http or https address.")
    return Picture(url, record.get("Image Alt Text"), _count(record, "Image Position"))


def _published(record: Record) -> bool | None:
    """None where the row does not say. Shopify's `Status` also hides what is not active."""
    if record["Status"].lower() in HIDDEN:
        return False
    if not (written := record["Published"].lower()):
        return None
    if written not in TRUTH:
        raise _Unusable("Published must be true or false.")
    return TRUTH[written]


def _amount(record: Record, column: str) -> Decimal | None:
    if not (cell := record[column]):
        return None
    return _by_rule(domain.amount, column, cell)


def _count(record: Record, column: str) -> int | None:
    if not (cell := record[column]):
        return None
    if not COUNT.fullmatch(cell):
        raise _Unusable(f"{column} must be a whole number, not below 0.")
    if int(cell) > domain.LARGEST_STOCK:
        raise _Unusable(f"{column} may be at most {domain.LARGEST_STOCK}.")
    return int(cell)
