"""Amounts of money: decimals with two places, as strings in JSON so that no client computes in floats."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer

CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")
"""The largest amount that NUMERIC(12,2) holds."""


def text(amount: Decimal) -> str:
    """The amount with exactly two decimals."""
    return f"{amount:.2f}"


def rounded(amount: Decimal) -> Decimal:
    """The amount in whole cents, half a cent up: the one rule, applied to each line before lines are added."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _in_cents(amount: Decimal) -> Decimal:
    """The same amount, written with two decimals: 0E-99999 is a zero that no database takes."""
    return amount.quantize(CENT)


Money = Annotated[
    Decimal,
    Field(ge=0, le=LARGEST, decimal_places=2, examples=["19.90"]),
    AfterValidator(_in_cents),
    PlainSerializer(text, return_type=str),
]
"""A field of a request or an answer: not negative, at most two decimals."""
