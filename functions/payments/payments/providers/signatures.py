"""Webhook signatures in Stripe's scheme: `t=<unix time>,v1=<hex HMAC-SHA256 of "t.body">`.

https://docs.stripe.com/webhooks#verify-manually
"""

import hashlib
import hmac
import re
from datetime import datetime

from payments.providers.protocol import BadSignature

TOLERANCE = 300
"""Seconds by which a signature's time may be off: whoever recorded a webhook cannot send it again tomorrow."""
UNIX_TIME = re.compile(r"[0-9]{1,12}")
"""Beyond, there is no year of ours, and at last no number that Python reads."""


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header's value for a body that is sent at that time."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_digest(stamp, body, secret)}"


def check(header: str, body: bytes, secret: str, now: datetime) -> None:
    """Raises BadSignature unless one of the header's signatures is good and its time is near."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    if not UNIX_TIME.fullmatch(stamp) or abs(now.timestamp() - int(stamp)) > TOLERANCE:
        raise BadSignature
    expected = _digest(stamp, body, secret).encode()
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(expected, each) for each in given):
        raise BadSignature


def _digest(stamp: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
