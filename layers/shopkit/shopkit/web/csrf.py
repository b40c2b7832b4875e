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
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
