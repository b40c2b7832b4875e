"""Descriptions are HTML that somebody typed or imported: only what is harmless in a page of ours stays."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

TEXT = {"a", "b", "br", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u"}
BLOCKS = {"blockquote", "div", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre"}
LISTS = {"dd", "dl", "dt", "li", "ol", "ul"}
TABLES = {"caption", "table", "tbody", "td", "th", "thead", "tr"}
ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
SCHEMES = {"http", "https", "mailto"}


@cache
def _clean(html: str) -> str:
    import nh3

    return nh3.clean(
        html,
        tags=TEXT | BLOCKS | LISTS | TABLES,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )


def harmless(html: str) -> "Markup":
    """The HTML without scripts, styles, pictures and frames (OWASP, 'HTML Sanitization': an allow-list)."""
    from markupsafe import Markup

    return Markup(_clean(html))  # noqa: S704  # cleaned just now
