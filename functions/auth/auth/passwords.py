"""How passwords are kept: Argon2id by passlib, behind a port of our own.

The parameters are OWASP's first choice that suits a small function (Password Storage Cheat Sheet: 19 MiB, t=2, p=1).
A hash takes about 20 ms, in which the event loop stands still: a Lambda environment serves one request at a time,
so nobody else waits for it.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passlib.context import CryptContext


@dataclass(frozen=True, slots=True)
class Verdict:
    """`better_hash` is there where the password is right and its hash was made with weaker parameters than ours."""

    is_right: bool
    better_hash: str | None = None


def hashed(password: str) -> str:
    """What to store of a password: parameters, salt and hash in one text."""
    text: str = _context().hash(password)
    return text


def judge(password: str, stored: str | None) -> Verdict:
    """Whether the password is the stored one. Where none is stored (None), that takes as long to find out."""
    if stored is None:
        _context().dummy_verify()
        return Verdict(is_right=False)
    return Verdict(*_context().verify_and_update(password, stored))


@cache
def _context() -> "CryptContext":
    from passlib.context import CryptContext

    return CryptContext(
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=19456,
        argon2__time_cost=2,
        argon2__parallelism=1,
    )
