"""The SQL of sessions: signing in, renewing and signing out are one statement each, atomic by itself.

They keep SQLAlchemy out of the cold start that a shopper who signs in waits for (docs/decisions).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from auth.domain import REUSE_GRACE, SESSION_LIFETIME
from shopkit.db.reading import fetch_one
from shopkit.db.writing import write_one


@dataclass(frozen=True, slots=True)
class Account:
    id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is, and in which role."""

    session_id: UUID
    user_id: UUID
    role: str


async def account_with(email: str) -> Account | None:
    row = await fetch_one("SELECT id, password_hash FROM users WHERE email = %(email)s", {"email": email})
    return Account(**row) if row else None


async def keep_better_hash(account: Account, better_hash: str) -> None:
    """Replace the account's hash, unless the password was changed meanwhile."""
    await write_one(
        "UPDATE users SET password_hash = %(better)s WHERE id = %(id)s AND password_hash = %(known)s RETURNING id",
        {"better": better_hash, "id": account.id, "known": account.password_hash},
    )


async def begin(user_id: UUID, token: bytes) -> Holder | None:
    """Open a session with its first refresh token; None where the account is not active.

    The account's row is locked against an administrator who switches it off at this moment: either he sees the
    session and ends it, or it is not opened.
    """
    row = await write_one(
        """
        WITH account AS (
            SELECT id, role FROM users WHERE id = %(user_id)s AND is_active FOR SHARE
        ), opened AS (
            INSERT INTO sessions (user_id, expires_at) SELECT id, now() + %(lifetime)s FROM account RETURNING id
        ), kept AS (
            INSERT INTO refresh_tokens (hash, session_id) SELECT %(token)s, id FROM opened
        )
        SELECT opened.id AS session_id, account.id AS user_id, account.role FROM opened, account
        """,
        {"user_id": user_id, "lifetime": SESSION_LIFETIME, "token": token},
    )
    return Holder(**row) if row else None


async def renew(token: bytes, next_token: bytes) -> Holder | None:
    """Use up one refresh token for the next; None where it is unknown, used before, or its session is over."""
    row = await write_one(
        """
        WITH used AS (
            UPDATE refresh_tokens AS token SET used_at = coalesce(token.used_at, now())
            FROM sessions JOIN users ON users.id = sessions.user_id
            WHERE token.hash = %(token)s AND (token.used_at IS NULL OR token.used_at > now() - %(grace)s)
              AND sessions.id = token.session_id AND ended_at IS NULL AND expires_at > now() AND users.is_active
            RETURNING sessions.id AS session_id, users.id AS user_id, users.role
        ), kept AS (
            INSERT INTO refresh_tokens (hash, session_id) SELECT %(next_token)s, session_id FROM used
        )
        SELECT session_id, user_id, role FROM used
        """,
        {"token": token, "grace": REUSE_GRACE, "next_token": next_token},
    )
    return Holder(**row) if row else None


async def end_if_reused(token: bytes) -> UUID | None:
    """End the session whose used-up refresh token this is: two people hold it. Returns the session, if it lived."""
    row = await write_one(
        """
        UPDATE sessions SET ended_at = now() FROM refresh_tokens AS token
        WHERE token.hash = %(token)s AND token.used_at IS NOT NULL
          AND sessions.id = token.session_id AND ended_at IS NULL
        RETURNING sessions.id
        """,
        {"token": token},
    )
    return row["id"] if row else None


async def end(session_id: str | None, token: bytes | None) -> None:
    """End the session with that id, and the one that the refresh token belongs to."""
    await write_one(
        """
        UPDATE sessions SET ended_at = now()
        WHERE ended_at IS NULL
          AND (id = %(id)s::uuid OR id = (SELECT session_id FROM refresh_tokens WHERE hash = %(token)s))
        RETURNING id
        """,
        {"id": session_id, "token": token},
    )


async def user_of(session_id: str) -> dict[str, Any] | None:
    """The account as it is now, as it is told to its owner; None where the session or the account is over."""
    return await fetch_one(
        """
        SELECT users.id, email, role, is_active, users.created_at
        FROM sessions JOIN users ON users.id = sessions.user_id
        WHERE sessions.id = %(id)s AND ended_at IS NULL AND expires_at > now() AND users.is_active
        """,
        {"id": session_id},
    )
