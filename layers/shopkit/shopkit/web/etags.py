"""Entity tags for conditional requests (RFC 9110 §8.8.3, §13.1)."""

import hashlib

from shopkit.errors import PreconditionFailed


def etag(*facts: object) -> str:
    """A strong tag for a representation that these facts (an id, a version, a time) determine."""
    return f'"{hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()}"'


def _matches(header: str, tag: str) -> bool:
    listed = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in listed or tag in listed


def check_if_match(header: str | None, tag: str) -> None:
    """Raises PreconditionFailed if the caller names another version than this."""
    if header is not None and not _matches(header, tag):
        raise PreconditionFailed


def is_unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has this version already, so that 304 is the answer."""
    return if_none_match is not None and _matches(if_none_match, tag)
