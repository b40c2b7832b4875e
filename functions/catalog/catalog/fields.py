"""What the fields of bodies may hold."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictInt,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from catalog import domain
from shopkit.money import Money


def _amount(price: Any) -> Any:
    """JSON's numbers may have exponents; texts are as people write prices, and not all that Python reads as numbers."""
    return domain.amount(price) if isinstance(price, str) else price


def _options(given: Any, validate: ValidatorFunctionWrapHandler) -> dict[str, str]:
    options: dict[str, str] = validate(given)
    if len(options) < len(given):
        raise ValueError("must name each option once")
    return {name: value for name, value in options.items() if (name, value) != domain.NO_OPTION}


Line = AfterValidator(domain.line)
Price = Annotated[Money, BeforeValidator(_amount)]
Sku = Annotated[str, Field(min_length=1, max_length=domain.LONGEST_SKU, examples=["KIT-MUG-BLU"]), Line]
ProductName = Annotated[str, Field(min_length=1, max_length=domain.LONGEST_NAME, examples=["Stoneware mug"]), Line]
Slug = Annotated[str, Field(max_length=domain.LONGEST_HANDLE, pattern=domain.SLUG, examples=["kitchen"])]
Description = Annotated[
    str,
    StringConstraints(strip_whitespace=False),
    Field(description=f"HTML, at most {domain.LARGEST_DESCRIPTION} bytes of UTF-8."),
    AfterValidator(domain.description),
]
OptionText = Annotated[str, Field(min_length=1, max_length=100), Line]
Options = Annotated[
    dict[OptionText, OptionText],
    Field(max_length=domain.MOST_OPTIONS, examples=[{"Size": "M"}]),
    WrapValidator(_options),
]
Categories = Annotated[list[Slug], Field(max_length=domain.MOST_CATEGORIES, description="Slugs.")]
Stock = Annotated[StrictInt, Field(ge=0, le=domain.LARGEST_STOCK)]
