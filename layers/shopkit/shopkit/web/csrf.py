"""Cross-site request forgery: what a browser says about where a request came from.

OWASP's cheat sheet on CSRF, 'Fetch Metadata' and 'Verifying Origin'. A caller that sends neither header is no
browser, and a Bearer token is nothing that a browser adds by itself.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from shopkit.auth.principal import bearer_token

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})


def is_forged(method: str, headers: Headers) -> bool:
    """Whether another site made the visitor's browser send this."""
    if method in SAFE_METHODS or bearer_token(headers.get("authorization")):
        return False
    if headers.get("sec-fetch-site", "none") not in OWN_SITES:
        return True
    origin = headers.get("origin")
    return origin is not None and _host_of(origin) != headers.get("host", "")


def _host_of(origin: str) -> str | None:
    """None for what is no address, such as `null`."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
