"""Addresses that come from outside, and may lead only to our own pages."""

from urllib.parse import urlsplit


def own_path(address: str, otherwise: str = "/") -> str:
    r"""The address if it is a path of ours, else `otherwise` (OWASP, 'Unvalidated Redirects and Forwards').

    Browsers take `\` for `/` and drop control characters, so that neither may occur.
    """
    is_path = address.startswith("/") and not address.startswith("//")
    is_plain = "\\" not in address and address.isascii() and address.isprintable()
    return address if is_path and is_plain and not urlsplit(address).netloc else otherwise
