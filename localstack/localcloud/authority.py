"""Which domain a request asks for, by its Host header.

Syntax from RFC 3986 section 3.2; that there is exactly one such header, from RFC 9112 section 3.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address

_AUTHORITY = re.compile(
    rb"(?P<domain>\[(?P<address>[0-9A-Fa-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::(?P<port>\d{0,5}))?"
)
_LAST_PORT = 65_535


def domain(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The host that was asked, without the port, an IPv6 address in its brackets; None where none was named validly."""
    hosts = [value for name, value in headers if name == b"host"]
    match = _AUTHORITY.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if match is None or int(match["port"] or 0) > _LAST_PORT:
        return None
    if match["address"] and not _is_ipv6(match["address"].decode()):
        return None
    return match["domain"].decode()


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
