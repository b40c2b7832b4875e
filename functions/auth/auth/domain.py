"""The rules of accounts, passwords and sessions; no I/O, no framework."""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from shopkit.auth.principal import Role

SESSION_LIFETIME = timedelta(days=30)
"""From sign-in; using a session does not prolong it."""
REUSE_GRACE = timedelta(seconds=10)
"""A browser's parallel requests may all carry the refresh token that the first of them uses up."""

LONGEST_EMAIL = 254
"""RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them angle brackets."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
"""NIST SP 800-63B §5.1.1.2 asks for at least 8, and for accepting 64; the upper limit bounds the hashing."""

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")
"""A valid e-mail address as browsers know it: WHATWG HTML §4.10.5.1.5."""

_HALVES = re.compile("[\ud800-\udfff]")
"""Surrogates: JSON can spell half a character, which no encoding can store."""


def email_address(text: str) -> str:
    """The address as it was typed, without blanks around it. Raises ValueError where it is none."""
    address = text.strip()
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise ValueError("This is not an e-mail address.")
    return address


def password(text: str) -> str:
    """The password in Unicode's NFC, so that all keyboards write the same one. Raises ValueError where it is none."""
    # NFC makes one character of at most four; normalising what is longer could take long
    normal = unicodedata.normalize("NFC", text) if len(text) <= 4 * LONGEST_PASSWORD else text
    if not SHORTEST_PASSWORD <= len(normal) <= LONGEST_PASSWORD:
        raise ValueError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if _HALVES.search(normal):
        raise ValueError("A password is made of whole characters.")
    return normal


def new_refresh_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def fingerprint(refresh_token: str) -> bytes:
    """What is stored of a refresh token. So random a text needs no salt and no slow hash."""
    return hashlib.sha256(refresh_token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Standing:
    """What an administrator decides of an account."""

    role: Role
    is_active: bool

    @property
    def administers(self) -> bool:
        return self.is_active and self.role is Role.admin

    def ends_sessions_of(self, before: "Standing") -> bool:
        """Whether who stood as `before` must sign in again: tokens carry the role."""
        return self.role is not before.role or (before.is_active and not self.is_active)
