"""Where this service's database is, and with which role."""

import json

from shopkit import settings
from shopkit.aws.secrets import get_secret

_known: dict[str, str] = {}


async def conninfo() -> str:
    """A libpq address: DATABASE_URL, or what the secret DATABASE_SECRET_ARN says (in RDS's form).

    Raises Unavailable where the secret cannot be read.
    """
    if url := settings.optional("DATABASE_URL"):
        return url
    arn = settings.required("DATABASE_SECRET_ARN")
    if arn not in _known:
        _known[arn] = _address_in(await get_secret(arn))
    return _known[arn]


def forget() -> None:
    """Read the secret again next time: the password may have been changed."""
    _known.clear()


def _address_in(secret: str) -> str:
    from psycopg.conninfo import make_conninfo

    facts = json.loads(secret)
    return make_conninfo(
        host=facts["host"],
        port=facts["port"],
        dbname=facts["dbname"],
        user=facts["username"],
        password=facts["password"],
    )
