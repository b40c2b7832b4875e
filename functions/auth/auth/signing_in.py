"""Signing in, keeping the session alive, and signing out."""

from dataclasses import dataclass

from auth import domain, passwords, sessions
from auth.errors import InvalidCredentials, SessionEnded
from shopkit.auth.principal import Principal, Role, issue
from shopkit.observability import logger


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    refresh: str


async def sign_in(email: str, password: str) -> TokenPair:
    """Begin a session. Raises InvalidCredentials, after the same work, whatever was wrong."""
    account = await _proven(email, password)
    refresh_token = domain.new_refresh_token()
    holder = await sessions.begin(account.id, domain.fingerprint(refresh_token))
    if holder is None:
        raise InvalidCredentials
    return await _tokens(holder, refresh_token)


async def _proven(email: str, password: str) -> sessions.Account:
    try:
        address, secret = domain.email_address(email), domain.password(password)
        account = await sessions.account_with(address)
    except ValueError:  # nobody could register with these
        account, secret = None, ""
    verdict = passwords.judge(secret, account.password_hash if account else None)
    if account is None or not verdict.is_right:
        raise InvalidCredentials
    if verdict.better_hash:
        await sessions.keep_better_hash(account, verdict.better_hash)
    return account


async def renew(refresh_token: str) -> TokenPair:
    """Go on with a session. Raises SessionEnded.

    Each refresh token serves once (RFC 9700 §4.14.2). One that comes again later than REUSE_GRACE was copied, so
    its session ends, for the thief and for the owner.
    """
    used, next_token = domain.fingerprint(refresh_token), domain.new_refresh_token()
    holder = await sessions.renew(used, domain.fingerprint(next_token))
    if holder is None:
        if session_id := await sessions.end_if_reused(used):
            logger.warning("refresh token reused", extra={"session_id": str(session_id)})
        raise SessionEnded
    return await _tokens(holder, next_token)


async def sign_out(session_id: str | None, refresh_token: str | None) -> None:
    """End the session that either of these names."""
    if session_id or refresh_token:
        await sessions.end(session_id, domain.fingerprint(refresh_token) if refresh_token else None)


async def _tokens(holder: sessions.Holder, refresh_token: str) -> TokenPair:
    principal = Principal(str(holder.user_id), Role(holder.role), str(holder.session_id))
    return TokenPair(await issue(principal), refresh_token)
