"""Between a product, as catalog writes it in JSON, and the fields of the form that edits it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gateway.web.forms import Form
from shopkit.money import text

MOST_OPTIONS = 3
TEXTS = ("name", "sku", "handle", "price", "compare_at_price", "description")
LABELS = {
    "name": "Name",
    "sku": "SKU",
    "handle": "Handle",
    "price": "Price",
    "compare_at_price": "Former price",
    "description": "Description",
    "options": "Options",
    "categories": "Categories",
    "is_active": "Active",
}
AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,12}")


def of_product(facts: Mapping[str, Any]) -> Form:
    """The form, filled with what the product is now."""
    fields = {name: [str(facts.get(name) or "")] for name in TEXTS}
    for number, (option, value) in enumerate(facts["options"].items(), start=1):
        fields[f"option_name_{number}"], fields[f"option_value_{number}"] = [option], [value]
    fields["categories"] = list(facts["categories"])
    fields["is_active"] = ["true"] if facts["is_active"] else []
    return Form(fields)


def blank() -> Form:
    """The form of a product that is not there yet."""
    return Form({"is_active": ["true"], "stock": ["0"]})


def to_product(form: Form) -> dict[str, Any]:
    """What the form says of a product; what cannot be so is noted in the form."""
    facts: dict[str, Any] = {
        "name": form.required("name", "Give it a name."),
        "sku": form.required("sku", "Give it an SKU."),
        "price": _price(form, "price") if form.required("price", "Give it a price.") else None,
        "compare_at_price": _price(form, "compare_at_price") if form["compare_at_price"] else None,
        "description": form["description"],
        "options": _options(form),
        "categories": form.all("categories"),
        "is_active": form["is_active"] == "true",
    }
    return {**facts, "handle": form["handle"]} if form["handle"] else facts


def whole_number(form: Form, name: str) -> int:
    """The field's number, written with or without a sign; what is none is noted in the form."""
    if not WHOLE_NUMBER.fullmatch(form[name]):
        form.refuse_field(name, "Write a whole number.")
        return 0
    return int(form[name])


def differences(facts: Mapping[str, Any], mine: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Where what the product is now differs from what was sent: (label, now, sent)."""
    return [
        (label, _shown(facts.get(name)), _shown(mine[name]))
        for name, label in LABELS.items()
        if name in mine and _shown(facts.get(name)) != _shown(mine[name])
    ]


def _price(form: Form, name: str) -> str | None:
    if not AMOUNT.fullmatch(form[name]):
        form.refuse_field(name, "Write it like 12.50.")
        return None
    return text(Decimal(form[name].replace(",", ".")))


def _options(form: Form) -> dict[str, str]:
    options = {}
    for number in range(1, MOST_OPTIONS + 1):
        name, value = form[f"option_name_{number}"], form[f"option_value_{number}"]
        if bool(name) != bool(value) or name in options:
            form.refuse_field("options", "Each option needs a name of its own and a value.")
        if name:
            options[name] = value
    return options


def _shown(value: Any) -> str:
    """A fact in one line, so that a person can compare two of them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{option}: {chosen}" for option, chosen in value.items())
    return ", ".join(sorted(value)) if isinstance(value, list) else str(value or "")
