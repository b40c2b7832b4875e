"""What services say of a request, as a page says it to a person."""

import re

NAMES = {
    "q": "search words",
    "min_price": "lowest price",
    "max_price": "highest price",
    "in_stock": "stock filter",
    "sort": "order",
    "cursor": "page",
}
"""What pages call the parameters of a list."""
PARAMETER = re.compile(rf"\b(?:{'|'.join(NAMES)})\b")
SUBJECT = re.compile(r": (?:(?:Input|String) )?(should|must)\b")

PATTERN = "String should match pattern"
LIKE_A_HANDLE = "Use small letters, digits, and hyphens between them"
"""What the one pattern means that a form can miss."""

REASONS = {
    "card_declined": "the card was declined",
    "declined": "the card was declined",
    "gave_up": "the provider never heard of it",
    "order_not_payable": "the order could not be paid any more",
}
"""Why a payment failed, or was given back."""


def reason(code: str) -> str:
    """What a code of payments means."""
    return REASONS.get(code, code.replace("_", " "))


def sentence(message: str) -> str:
    """What pydantic says, as a person would: "Value error, too long" → "Too long."."""
    words = LIKE_A_HANDLE if message.startswith(PATTERN) else message.removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def about_list(detail: str) -> str:
    """Why there is no such list: "min_price: Input should be a number" → "Lowest price should be a number."."""
    named = PARAMETER.sub(lambda parameter: NAMES[parameter[0]], detail)
    return sentence(SUBJECT.sub(r" \1", named))
