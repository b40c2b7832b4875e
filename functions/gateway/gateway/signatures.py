"""Signatures of what browsers keep for us: HMACs by keys that derive from the shoppers' ring, one for each purpose."""

import hmac

from shopkit.auth.keyring import shopper_keys


async def sign(purpose: bytes, message: str) -> str:
    """The signature by the current key."""
    return _signature((await shopper_keys.ring()).signing_key, purpose, message)


async def is_genuine(purpose: bytes, message: str, signature: str) -> bool:
    """Whether the message was signed for this purpose, with any key that still counts."""
    keys = (await shopper_keys.ring()).keys.values()
    made = [_signature(key, purpose, message) for key in keys]
    return any(hmac.compare_digest(each.encode(), signature.encode()) for each in made)


def _signature(key: bytes, purpose: bytes, message: str) -> str:
    return hmac.digest(hmac.digest(key, purpose, "sha256"), message.encode(), "sha256").hex()
